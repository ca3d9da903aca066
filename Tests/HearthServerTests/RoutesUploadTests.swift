import Foundation
import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Testing

@testable import HearthServer

@Suite struct UploadRouteTests {
    private func query(_ home: RoutesHousehold, _ more: String = "") -> String {
        "?device_id=\(home.phone.id)&timestamp=\(RoutesHousehold.time(minute: 1))\(more)"
    }

    private func object(_ home: RoutesHousehold, _ bytes: [UInt8], _ more: KeyValuePairs<String, JSONValue> = [:])
        -> JSONValue
    {
        var object: JSONValue = [
            "device_id": .string(home.phone.id.description), "timestamp": .string(RoutesHousehold.time(minute: 1)),
            "data": .string(Base64.encode(bytes)),
        ]
        for (name, value) in more { object.set(name, value) }
        return object
    }

    /// How many files lie in the blob store.
    private func fileCount(_ home: RoutesHousehold) throws -> Int {
        var count = 0
        try home.blobs.visitAll { _ in count += 1 }
        return count
    }

    // MARK: Sounds

    @Test func recordingIsStoredAndComesBack() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let sound = MediaFixtures.wav(seconds: 20)
            let made = try await home.send(.post, "/audio/upload\(query(home))", body: sound, type: "audio/wav")
            #expect(made.status == 201)
            #expect(made.json["stream"] == "audio")
            #expect(made.json["size_bytes"]?.int64 == Int64(sound.count))
            #expect(made.json["sample_rate"] == 16_000)
            #expect(made.json["channels"] == 1)
            #expect(made.json["duration_seconds"] == 20)
            let blob = try #require(made.json["blob"]?.string)
            let item = try #require(try await home.get("/streams/audio").json["items"]?[0])
            #expect(item["blob"]?.string == blob)
            #expect(item["format"] == "wav")
            #expect(item["id"] == made.json["id"])

            let file = try await home.get("/blobs/\(blob)")
            #expect(file.status == 200)
            #expect(file.bytes == sound)
            #expect(file.headers[.contentType] == "audio/wav")
            #expect(file.headers[.xContentTypeOptions] == "nosniff")
            #expect(
                file.headers[.contentDisposition]?.hasPrefix("inline; filename=\"audio-2026-11-21T08-01-00Z.wav\"")
                    == true)

            let again = try await home.send(.post, "/audio/upload\(query(home))", body: sound, type: "audio/wav")
            #expect(again.status == 200)
            #expect(again.json["id"] == made.json["id"])
            #expect(try fileCount(home) == 1)
        }
    }

    @Test func base64IsTheSameAsBytes() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let sound = MediaFixtures.opus
            let made = try await home.post("/audio/upload", object(home, sound, ["format": "opus", "note": "mine"]))
            #expect(made.status == 201)
            let binary = try await home.send(
                .post, "/audio/upload\(query(home, "&format=opus"))", body: sound, type: "application/octet-stream")
            #expect(binary.status == 200)
            #expect(binary.json["blob"] == made.json["blob"])
            let url = "data:audio/ogg;base64," + Base64.encode(sound)
            let browser = try await home.post(
                "/audio/upload", object(home, [], ["data": .string(url), "format": "opus"]))
            #expect(browser.json["blob"] == made.json["blob"])
            #expect(try await home.get("/streams/audio").json["items"]?[0]?["note"] == "mine")
        }
    }

    @Test(arguments: [
        ("wav", MediaFixtures.wav()), ("webm", MediaFixtures.webm), ("opus", MediaFixtures.opus),
        ("ogg", MediaFixtures.opus),
        ("mp3", MediaFixtures.mp3), ("flac", MediaFixtures.flac), ("m4a", MediaFixtures.m4a),
    ])
    func everyFormatIsTaken(_ format: String, _ bytes: [UInt8]) async throws {
        try await RoutesHousehold.with { (home) async throws in
            let made = try await home.post("/audio/upload", object(home, bytes, ["format": .string(format)]))
            #expect(made.status == 201)
            #expect(made.json["format"]?.string == format)
            let guessed = try await home.post("/audio/upload", object(home, bytes))
            #expect(guessed.status == 200)
        }
    }

    @Test func longRecordingIsCutIntoReadings() async throws {
        try await RoutesHousehold.with { (home) async throws in
            // 25 minutes of 8 kHz, two channels and 16 bits each, that differ everywhere.
            let samples = (0..<1500 * 8000).flatMap { index -> [UInt8] in
                let value = UInt32(truncatingIfNeeded: index &* 2_654_435_761)
                return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8), 0, 1]
            }
            var sound = Array(MediaFixtures.wav(seconds: 0, rate: 8000, channels: 2).dropLast(4))
            sound += [0xff, 0xff, 0xff, 0xff] + samples
            let made = try await home.send(
                .post, "/audio/upload\(query(home, "&id=walk"))", body: sound, type: "audio/wav")
            #expect(made.status == 201)
            let chunks = try #require(made.json["chunks"]?.array)
            #expect(chunks.map { $0["chunk_index"]?.int64 } == [0, 1, 2])
            #expect(chunks.map { $0["duration_seconds"]?.double } == [600, 600, 300])
            #expect(made.json["id"] == chunks[0]["id"] && made.json["blob"] == chunks[0]["blob"])

            let items = try #require(try await home.get("/streams/audio?order=asc").json["items"]?.array)
            #expect(items.map { $0["id"] } == chunks.map { $0["id"] })
            #expect(items.map { $0["timestamp"]?.string } == [1, 11, 21].map { RoutesHousehold.time(minute: $0) })
            #expect(Set(items.map { $0["file_id"] }) == [made.json["file_id"]])
            var joined: [UInt8] = []
            for item in items {
                let file = try await home.get("/blobs/\(try #require(item["blob"]?.string))").bytes
                #expect(item["size_bytes"]?.int64 == Int64(file.count))
                var walker = HeaderWalker(AudioParser())
                file.withUnsafeBytes { walker.consume($0) }
                #expect(walker.parser.header.seconds(in: file.count) == item["duration_seconds"]?.double)
                joined += file.dropFirst(walker.parser.header.samples?.offset ?? 0)
            }
            #expect(joined == samples)

            let again = try await home.send(
                .post, "/audio/upload\(query(home, "&id=walk"))", body: sound, type: "audio/wav")
            #expect(again.status == 200)
            #expect(again.json["chunks"]?.array?.map { $0["id"] } == chunks.map { $0["id"] })
            #expect(again.json["file_id"] == made.json["file_id"])
            // A sender that cuts itself is left alone.
            let own = try await home.send(
                .post, "/audio/upload\(query(home, "&chunk_index=7"))", body: sound, type: "audio/wav")
            #expect(own.json["chunks"] == nil && own.json["duration_seconds"] == 1500)
        }
    }

    @Test(arguments: ["1795251600", "1795251600.5", "1795251600000"])
    func timeOfAFileMayBeEpoch(_ time: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            for (path, body) in [("/audio/upload", MediaFixtures.wav()), ("/images/upload", MediaFixtures.jpeg())] {
                let made = try await home.send(
                    .post, "\(path)?device_id=\(home.phone.id)&timestamp=\(time)", body: body,
                    type: "application/octet-stream")
                #expect(made.status == 201, "\(made.text)")
            }
            let item = try #require(try await home.get("/streams/audio").json["items"]?[0])
            #expect(item["timestamp"]?.string?.hasPrefix("2026-11-21T09:00:00") == true)
        }
    }

    @Test func fileAsTheBodyHasNoEncoding() async throws {
        try await RoutesHousehold.with { (home) async throws in
            for path in ["/audio/upload\(query(home))", "/documents?name=a.txt"] {
                let made = try await home.send(
                    .post, path, body: MediaFixtures.wav(), type: "application/octet-stream",
                    headers: [.contentEncoding: "gzip"])
                #expect(made.status == 415)
            }
            #expect(try fileCount(home) == 0)
        }
    }

    @Test func rawSamplesNeedTheirRate() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let samples = [UInt8](repeating: 3, count: 3200)
            let without = try await home.post("/audio/upload", object(home, samples, ["format": "pcm"]))
            #expect(without.status == 422)
            #expect(without.pointers == ["/sample_rate"])
            let with = try await home.send(
                .post, "/audio/upload\(query(home, "&format=pcm&sample_rate=16000"))", body: samples, type: nil)
            #expect(with.status == 201)
            #expect(with.json["sample_rate"] == 16_000)
        }
    }

    // MARK: Pictures

    @Test func photoTellsItsSizeAndPlace() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let photo = MediaFixtures.jpeg(exif: MediaFixtures.exif(littleEndian: true))
            let made = try await home.send(.post, "/images/upload\(query(home))", body: photo, type: "image/jpeg")
            #expect(made.status == 201)
            #expect(made.json["width"] == 640)
            let item = try #require(try await home.get("/streams/image").json["items"]?[0])
            #expect(item["media_type"] == "image/jpeg")
            #expect(item["orientation"] == 6)
            #expect(item["camera_make"] == "Example Cameras")
            #expect(item["latitude"] == 52.5)
            #expect(item["longitude"] == -13.4)
            #expect(item["taken_at"] == "2026-11-20T16:30:05Z")
        }
    }

    @Test func cameraWithoutOffsetIsReadInThePersonsZone() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let photo = MediaFixtures.jpeg(exif: MediaFixtures.exif(littleEndian: false, offset: nil))
            _ = try await home.send(.post, "/images/upload\(query(home))", body: photo, type: "image/jpeg")
            // Berlin, an hour before UTC.
            #expect(try await home.get("/streams/image").json["items"]?[0]?["taken_at"] == "2026-11-20T16:30:05Z")
        }
    }

    @Test func callersWordWinsOverTheFiles() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let photo = MediaFixtures.jpeg(exif: MediaFixtures.exif(littleEndian: true))
            let body = object(
                home, photo, ["latitude": 1.5, "camera_make": "Mine", "format": "jpg", "album": "Summer"])
            #expect(try await home.post("/images/upload", body).status == 201)
            let item = try #require(try await home.get("/streams/image").json["items"]?[0])
            #expect(item["latitude"] == 1.5)
            #expect(item["longitude"] == -13.4)
            #expect(item["camera_make"] == "Mine")
            #expect(item["format"] == "jpeg")
            #expect(item["album"] == "Summer")
        }
    }

    @Test(arguments: [
        ("jpeg", MediaFixtures.jpeg()), ("png", MediaFixtures.png()), ("webp", MediaFixtures.webp()),
        ("gif", MediaFixtures.gif()), ("bmp", MediaFixtures.bmp()), ("tiff", MediaFixtures.tiff()),
        ("heic", MediaFixtures.heic()),
    ])
    func everyPictureIsTakenAndComesBack(_ format: String, _ bytes: [UInt8]) async throws {
        try await RoutesHousehold.with { (home) async throws in
            for path in ["/images/upload", "/images/screenshot"] {
                let made = try await home.send(.post, path + query(home), body: bytes, type: "image/\(format)")
                #expect(made.status == 201, "\(path)")
                #expect(made.json["format"]?.string == format)
                #expect((made.json["width"]?.int64 ?? 0) > 0)
                let file = try await home.get("/blobs/\(made.json["blob"]?.string ?? "")")
                #expect(file.bytes == bytes)
                #expect(file.headers[.contentType] == "image/\(format)")
            }
        }
    }

    /// What looks like a picture is kept as it came: whoever looks at it finds what is wrong and says so.
    @Test func picturesThatAreTooLargeAreRefusedAndThoseCutOffAreKept() async throws {
        try await RoutesHousehold.with { (home) async throws in
            func send(_ bytes: [UInt8]) async throws -> RoutesHousehold.Answer {
                try await home.send(.post, "/images/upload\(query(home))", body: bytes, type: nil)
            }
            let large = try await send(MediaFixtures.png(width: 20_000, height: 20_000))
            #expect(large.status == 413)
            #expect(large.code == "too-large")
            #expect(try fileCount(home) == 0)
            let whole = [
                MediaFixtures.gif(), MediaFixtures.bmp(), MediaFixtures.tiff(), MediaFixtures.png(),
                MediaFixtures.jpeg(),
            ]
            for cut in whole.map({ Array($0.dropLast(3)) }) + [MediaFixtures.gif(width: 0)] {
                let made = try await send(cut)
                #expect(made.status == 201)
                #expect(try await home.get("/blobs/\(made.json["blob"]?.string ?? "")").bytes == cut)
            }
        }
    }

    /// The reading about a PNG names its thumbnail, which is a JPEG.
    @Test func aFileGoesOutAsWhatItIs() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let thumbnail = MediaFixtures.jpeg(width: 512, height: 320)
            let writer = try home.blobs.makeWriter(maximumSize: 1 << 20)
            try writer.append(thumbnail)
            let blob = try writer.finish().sha256
            var source = Admission.Source(
                principal: Principal(id: home.ada.id, role: .owner, person: home.ada.id),
                stream: try #require(home.dependencies.registry["media_image_described"]))
            source.blobs = [blob]
            let reading: JSONValue = [
                "device_id": .string(home.phone.id.description), "timestamp": .string(RoutesHousehold.time(minute: 1)),
                "blob": .string(blob), "source_blob": .string(String(repeating: "0", count: 64)), "format": "png",
                "width": 1024, "height": 640, "orientation": 1, "thumbnail_width": 512, "thumbnail_height": 320,
                "perceptual_hash": "00000000000000ff", "group": .string(blob), "camera": [:],
            ]
            _ = try await home.dependencies.ingest.one(try JSONDocument(reading), source: source)
            let file = try await home.get("/blobs/\(blob)")
            #expect(file.bytes == thumbnail)
            #expect(file.headers[.contentType] == "image/jpeg")
            #expect(file.headers[.contentDisposition]?.hasSuffix(".jpeg\"") == true)
        }
    }

    @Test func onlySoundsAndPicturesAreShown() {
        let page = Array("<!doctype html><script>".utf8)
        #expect(ServedType(page, format: "png") == ServedType([], format: ""))
        #expect(ServedType(MediaFixtures.jpeg(), format: "") == ServedType([], format: ""))
        #expect(ServedType(MediaFixtures.webm, format: "opus").mediaType == "audio/webm")
        #expect(ServedType(MediaFixtures.opus, format: "ogg").ending == "ogg")
        #expect(ServedType(MediaFixtures.mp3, format: "pcm").mediaType == "application/octet-stream")
    }

    @Test func screenshotHasNoPlace() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let picture = MediaFixtures.png(exif: MediaFixtures.exif(littleEndian: true))
            let made = try await home.send(
                .post, "/images/screenshot\(query(home, "&app=firefox"))", body: picture, type: "image/png")
            #expect(made.status == 201)
            let item = try #require(try await home.get("/streams/screenshot").json["items"]?[0])
            #expect(item["app"] == "firefox")
            #expect(item["width"] == 320)
            #expect(item["latitude"] == nil)
        }
    }

    @Test func damagedHeadersAreNoReasonToRefuse() async throws {
        try await RoutesHousehold.with { (home) async throws in
            var photo = MediaFixtures.jpeg(exif: MediaFixtures.exif(littleEndian: true))
            for index in 40..<120 { photo[index] = 0xff }
            #expect(
                try await home.send(.post, "/images/upload\(query(home))", body: photo, type: "image/jpeg").status
                    == 201)
        }
    }

    // MARK: Refusals

    @Test func fileMustBeWhatItIsCalled() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let png = MediaFixtures.png()
            let asJPEG = try await home.send(.post, "/images/upload\(query(home))", body: png, type: "image/jpeg")
            #expect(asJPEG.status == 422)
            #expect(asJPEG.pointers == ["/format"])
            let text = try await home.post("/images/upload", object(home, Array("no picture at all".utf8)))
            #expect(text.status == 422)
            #expect(text.pointers == ["/data"])
            let gif = try await home.post("/images/upload", object(home, png, ["format": "gif"]))
            #expect(gif.pointers == ["/format"])
            let avif = try await home.post("/images/upload", object(home, png, ["format": "avif"]))
            #expect(avif.pointers == ["/format"])
            let sound = try await home.post("/audio/upload", object(home, png, ["format": "wav"]))
            #expect(sound.pointers == ["/format"])
            #expect(try fileCount(home) == 0)
            #expect(try await home.get("/streams/image").json["items"] == [])
        }
    }

    @Test func wrongFieldsAreRefusedBeforeTheFile() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let sound = MediaFixtures.wav()
            func pointers(_ query: String) async throws -> [String] {
                let answer = try await home.send(.post, "/audio/upload?\(query)", body: sound, type: "audio/wav")
                #expect(answer.status == 422)
                return answer.pointers
            }
            let time = "timestamp=\(RoutesHousehold.time(minute: 1))"
            #expect(try await pointers(time) == ["/device_id"])
            #expect(try await pointers("device_id=\(home.phone.id)") == ["/timestamp"])
            #expect(try await pointers("\(time)&device_id=01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60") == ["/device_id"])
            #expect(try await pointers("\(time)&device_id=\(home.phone.id)&sample_rate=1") == ["/sample_rate"])
            #expect(try await pointers("\(time)&device_id=\(home.phone.id)&sample_rate=fast") == ["/sample_rate"])
            let unknown = try await home.send(
                .post, "/audio/upload?\(time)&device_id=\(home.phone.id)&colour=red", body: sound, type: "audio/wav")
            #expect(unknown.pointers == ["?colour"])
            #expect(try fileCount(home) == 0)
        }
    }

    @Test func brokenObjectsAreRefused() async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.post("/audio/upload", "{").status == 400)
            #expect(try await home.post("/audio/upload", "[]").status == 422)
            #expect(try await home.post("/audio/upload", object(home, [])).pointers == ["/data"])
            #expect(try await home.post("/audio/upload", object(home, [1], ["data": "&&&&"])).pointers == ["/data"])
            #expect(try await home.post("/audio/upload", object(home, [1], ["data": 5])).pointers == ["/data"])
            let form = try await home.send(
                .post, "/audio/upload", body: [1], type: "multipart/form-data; boundary=x")
            #expect(form.status == 415)
            let squeezed = try await home.send(
                .post, "/audio/upload\(query(home))", body: MediaFixtures.wav(), type: "audio/wav",
                headers: [.contentEncoding: "gzip"])
            #expect(squeezed.status == 415)
            #expect(try await home.post("/audio/upload", "x", type: "text/plain").status == 415)
        }
    }

    @Test func tooLongIsRefusedByItsWord() async throws {
        try await RoutesHousehold.with { (home) async throws in
            // The header alone decides; nobody waits for the body.
            let upload = Upload<AudioUpload>(
                ingest: home.dependencies.ingest, blobs: home.blobs,
                stream: try #require(home.dependencies.registry["audio"]),
                caller: Principal(id: home.ada.id, role: .owner, person: home.ada.id),
                metrics: home.dependencies.metrics)
            #expect(throws: HearthError.self) { try upload.refuseTooLong(513 << 20) }
            #expect(throws: Never.self) { try upload.refuseTooLong(512 << 20) }
        }
    }

    @Test func deviceTokenUploadsOnlyWhatItMay() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let photo = MediaFixtures.jpeg()
            let own = "/images/upload?timestamp=\(RoutesHousehold.time(minute: 1))"
            #expect(try await home.send(.post, own, as: .phone, body: photo, type: "image/jpeg").status == 201)
            #expect(
                try await home.send(.post, own, as: .phoneOnly("gps"), body: photo, type: "image/jpeg").status == 403)
            #expect(try await home.send(.post, own, as: .nobody, body: photo, type: "image/jpeg").status == 401)
            #expect(
                try await home.send(
                    .post, "/images/upload\(query(home))", as: .member, body: photo, type: "image/jpeg"
                ).status == 403)
        }
    }

    // MARK: Files out

    @Test func partsOfAFileComeBack() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let sound = MediaFixtures.wav(seconds: 10)
            let made = try await home.send(.post, "/audio/upload\(query(home))", body: sound, type: "audio/wav")
            let path = try #require(made.json["href"]?.string)
            func part(_ range: String, _ more: HTTPFields = [:]) async throws -> RoutesHousehold.Answer {
                var headers = more
                headers[.range] = range
                return try await home.send(.get, path, headers: headers)
            }
            let first = try await part("bytes=0-9")
            #expect(first.status == 206)
            #expect(first.bytes == Array(sound[0..<10]))
            #expect(first.headers[.contentRange] == "bytes 0-9/\(sound.count)")
            let middle = try await part("bytes=65530-200000")
            #expect(middle.bytes == Array(sound[65530...200_000]))
            #expect(try await part("bytes=\(sound.count - 5)-").bytes == Array(sound.suffix(5)))
            #expect(try await part("bytes=-7").bytes == Array(sound.suffix(7)))
            #expect(try await part("bytes=-99999999").bytes == sound)
            #expect(try await part("bytes=5-99999999").bytes == Array(sound[5...]))
            let outside = try await part("bytes=\(sound.count)-")
            #expect(outside.status == 416)
            #expect(outside.code == "range-not-satisfiable")
            #expect(try await part("bytes=-0").status == 416)
            for nonsense in ["bytes=a-b", "bytes=9-3", "lines=1-2", "bytes=0-1,5-6", "bytes=", "bytes=--1"] {
                #expect(try await part(nonsense).status == 200, "\(nonsense)")
            }
            let tag = try #require(first.headers[.eTag])
            #expect(try await part("bytes=0-9", [.ifRange: tag]).status == 206)
            #expect(try await part("bytes=0-9", [.ifRange: "\"old\""]).status == 200)
            #expect(try await home.send(.get, path, headers: [.ifNoneMatch: tag]).status == 304)
            let head = try await home.send(.head, path)
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
        }
    }

    @Test func fileIsOnlyForThoseWhoSeeItsReading() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let made = try await home.send(
                .post, "/images/upload\(query(home))", body: MediaFixtures.jpeg(), type: "image/jpeg")
            let path = try #require(made.json["href"]?.string)
            #expect(try await home.get(path).status == 200)
            #expect(try await home.get(path, as: .phone).status == 200)
            #expect(try await home.get(path, as: .phoneOnly("image")).status == 200)
            #expect(try await home.get(path, as: .phoneOnly("gps")).status == 404)
            #expect(try await home.get(path, as: .member).status == 404)
            #expect(try await home.get(path, as: .nobody).status == 401)
            // Knowing the digest does not make it theirs.
            let claim: JSONValue = [
                "device_id": .string(home.bensPhone.id.description),
                "timestamp": .string(RoutesHousehold.time(minute: 2)),
                "blob": made.json["blob"] ?? .null, "format": "jpeg",
            ]
            #expect(try await home.post("/streams/image", claim, as: .member).pointers == ["/blob"])
            // Having the file does.
            let own = "/images/upload?device_id=\(home.bensPhone.id)&timestamp=\(RoutesHousehold.time(minute: 2))"
            #expect(
                try await home.send(.post, own, as: .member, body: MediaFixtures.jpeg(), type: "image/jpeg").status
                    == 201)
            #expect(try await home.get(path, as: .member).status == 200)
            #expect(try fileCount(home) == 1)
            // Whoever sees the file may name it again.
            var mine = claim
            mine.set("timestamp", .string(RoutesHousehold.time(minute: 3)))
            #expect(try await home.post("/streams/image", mine, as: .member).status == 201)
        }
    }

    @Test(arguments: ["x", String(repeating: "0", count: 64), String(repeating: "G", count: 64), "..%2f..%2fkeys"])
    func fileThatIsNotThereIsNotFound(_ name: String) async throws {
        try await RoutesHousehold.with { (home) async throws in
            #expect(try await home.get("/blobs/\(name)").status == 404)
        }
    }
}
