import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import OrderedCollections
import Testing

@Suite("Admission")
struct AdmissionTests {
    @Test func aValidReadingBecomesARowOfItsStream() async throws {
        let home = try await IngestFixture()
        let draft = try home.admit(home.heartrate("\"bpm\":72,\"mood\":\"calm\""), source: home.source("heartrate"))
        let batch = try #require(draft.batches.first)
        #expect(draft.rejected.isEmpty)
        #expect(batch.heads[0].device == home.watch.id)
        #expect(batch.heads[0].timestamp == Timestamp("2026-11-21T08:00:00Z"))
        #expect(batch[0, try #require(batch.stream.fieldIndex("bpm"))] == .real(72))
        #expect(batch.string(batch[0, batch.width - 1]) == #"{"mood":"calm"}"#)
    }

    @Test(arguments: [
        ("\"bpm\":\"fast\"", "/bpm"), ("\"bpm\":-1", "/bpm"), ("\"confidence\":0.5", "/bpm"),
        ("\"bpm\":60,\"id\":7", "/id"), ("\"bpm\":60,\"id\":\"\"", "/id"),
    ])
    func aWrongFieldIsNamedByItsPointer(members: String, pointer: String) async throws {
        let home = try await IngestFixture()
        let draft = try home.admit(home.heartrate(members), source: home.source("heartrate"))
        let error = try #require(draft.rejected.first?.error)
        #expect(error.code == .invalidValue)
        #expect(error.fields.contains { $0.pointer == pointer || $0.pointer.isEmpty && $0.message.contains("bpm") })
        #expect(draft.batches.isEmpty)
    }

    @Test func wholeNumbersAreKeptExactlyOrRefused() async throws {
        let home = try await IngestFixture()
        let kept = try home.admit(
            home.heartrate("\"bpm\":60,\"serial\":-9223372036854775808,\"mass\":1e30"), source: home.source("heartrate")
        )
        let batch = try #require(kept.batches.first)
        #expect(batch.string(batch[0, batch.width - 1])?.contains("-9223372036854775808") == true)
        for (members, pointer) in [
            ("\"serial\":9223372036854775808", "/serial"), ("\"a/b\":[1,{\"c\":-123456789012345678901}]", "/a~1b"),
        ] {
            let draft = try home.admit(home.heartrate("\"bpm\":60,\(members)"), source: home.source("heartrate"))
            #expect(draft.rejected.first?.error.fields.map(\.pointer) == [pointer])
        }
        // A measured value is a real number however it is written.
        let measured = try home.admit(
            home.heartrate("\"bpm\":10000000000000000000000"), source: home.source("heartrate"))
        #expect(measured.rejected.first?.error.fields.allSatisfy { !$0.message.contains("64 bits") } ?? true)
    }

    @Test func everyWrongFieldIsReportedAtOnce() async throws {
        let home = try await IngestFixture()
        let draft = try home.admit(
            #"{"device_id":"x","timestamp":"yesterday","bpm":false}"#, source: home.source("heartrate"))
        let pointers = Set(try #require(draft.rejected.first).error.fields.map(\.pointer))
        #expect(pointers == ["/device_id", "/timestamp", "/bpm"])
    }

    @Test(
        arguments: [
            ("\"1970-01-01T00:00:00Z\"", nil), ("0", nil), ("\"2100-01-01T00:00:00Z\"", nil), ("1e300", nil),
            ("\"2026-11-21\"", nil), ("\"2026-02-30T00:00:00Z\"", nil), ("true", nil), ("null", nil),
            ("\"2026-11-21T09:00:00+01:00\"", ReadingFlags()), ("1795219200", ReadingFlags()),
            ("1795219200000", ReadingFlags()), ("1795219200.25", ReadingFlags()),
            ("1795256000", ReadingFlags.clockSkew), ("\"2026-11-01T00:00:00Z\"", ReadingFlags.late),
        ] as [(String, ReadingFlags?)])
    func timestampsAreJudgedByTheStreamsPolicy(time: String, flags: ReadingFlags?) async throws {
        let home = try await IngestFixture()
        let draft = try home.admit(home.heartrate("\"bpm\":60", at: time), source: home.source("heartrate"))
        #expect(draft.batches.first?.heads.first?.flags == flags)
        if flags == nil { #expect(draft.rejected.first?.error.fields.first?.pointer == "/timestamp") }
    }

    @Test func anItemNamesItsStreamWhereThePathDoesNot() async throws {
        let home = try await IngestFixture()
        let source = Admission.Source(principal: home.owner, device: home.watch.id)
        for name in ["stream", "type"] {
            let draft = try home.admit(
                "{\"\(name)\":\"heartrate\",\"timestamp\":1795219200,\"bpm\":61}", source: source)
            #expect(draft.batches.first?.stream.name == "heartrate")
            #expect(draft.batches.first.map { $0[0, $0.width - 1] } == .null, "an address is not content")
        }
        #expect(try home.admit(#"{"timestamp":1795219200,"bpm":61}"#, source: source).rejected.count == 1)
        #expect(try home.admit(#"{"stream":"nope","timestamp":1,"bpm":61}"#, source: source).rejected.count == 1)
    }

    @Test func unknownRemovedAndForeignDevicesAreRefused() async throws {
        let home = try await IngestFixture()
        var removed = home.phone
        removed.deletedAt = IngestFixture.now
        try await home.ingest.devices.update(removed)
        for id in [UniqueID.random(at: IngestFixture.now), removed.id] {
            let draft = try home.admit(
                "{\"device_id\":\"\(id)\",\"timestamp\":1795219200,\"bpm\":61}", source: home.source("heartrate"))
            #expect(draft.rejected.first?.error.fields.first?.pointer == "/device_id")
        }
        let token = Principal(
            id: home.owner.id, role: .device, person: home.owner.person, deviceID: home.phone.id)
        let draft = try home.admit(home.heartrate("\"bpm\":61"), source: home.source("heartrate", token))
        #expect(draft.rejected.first?.error.fields.first?.pointer == "/device_id")
    }

    @Test func aTokenWritesOnlyItsStreams() async throws {
        let home = try await IngestFixture()
        let token = Principal(
            id: home.owner.id, role: .device, person: home.owner.person, deviceID: home.watch.id, streams: ["steps"])
        let draft = try home.admit(home.heartrate("\"bpm\":61"), source: home.source("heartrate", token))
        #expect(draft.rejected.first?.error.code == .streamNotAllowed)
    }

    @Test func theDigestDependsOnContentNotOnItsSpelling() async throws {
        let home = try await IngestFixture()
        func digest(_ text: String) throws -> UInt64? {
            try home.admit(text, source: home.source("heartrate")).batches.first?.heads.first?.digest
        }
        let plain = try digest(home.heartrate("\"bpm\":60,\"a\":1,\"b\":[1,2]"))
        #expect(plain != nil)
        #expect(try digest(home.heartrate("\"b\":[1, 2],\"bpm\":6e1,\"a\":1")) == plain)
        #expect(try digest(home.heartrate("\"bpm\":60,\"a\":2,\"b\":[1,2]")) != plain)
        #expect(try digest(home.heartrate("\"bpm\":60.5,\"a\":1,\"b\":[1,2]")) != plain)
        let named = try digest(home.heartrate("\"bpm\":60,\"id\":\"one\""))
        #expect(try digest(home.heartrate("\"bpm\":99,\"id\":\"one\"")) == named)
    }

    @Test func negativeZeroIsStoredAsZero() async throws {
        let home = try await IngestFixture()
        let text = "{\"device_id\":\"\(home.phone.id)\",\"timestamp\":1795219200,\"x\":-0.0,\"y\":-0,\"z\":1}"
        let batch = try #require(try home.admit(text, source: home.source("accelerometer")).batches.first)
        for column in 0..<2 {
            guard case .real(let value) = batch[0, column] else {
                Issue.record("not a number")
                continue
            }
            #expect(value.sign == .plus)
        }
    }

    @Test func everyShippedExampleIsAdmitted() async throws {
        let home = try await IngestFixture()
        for stream in home.ingest.registry.all {
            var members = try #require(stream.example.object)
            members["device_id"] = .string(home.phone.id.description)
            members["timestamp"] = 1_795_219_200
            var source = home.source(stream.name)
            if let blob = members["blob"]?.string {
                let refused = try home.admit(JSONValue.object(members).text, source: source)
                #expect(refused.rejected.first?.error.fields.first?.pointer == "/blob", "a file must be uploaded first")
                source.blobs = [blob]
            }
            let draft = try home.admit(JSONValue.object(members).text, source: source)
            #expect(draft.rejected.isEmpty, "\(stream.name): \(draft.rejected)")
        }
    }
}
