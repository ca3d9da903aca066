import HTTPTypes
import HearthCore
import HearthIngest
import HearthMedia
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import NIOCore

/// Files in: the bytes become a blob and a reading names it. Two forms: the file itself as the body, with the reading's
/// fields as query parameters; or a small JSON (or MessagePack) object with the file in `data`.
struct UploadRoutes {
    let ingest: Ingest
    let blobs: BlobStore
    let metrics: ServerMetrics

    init(_ dependencies: ServerDependencies) {
        ingest = dependencies.ingest
        blobs = dependencies.blobs
        metrics = dependencies.metrics
    }

    var routes: [Route] {
        [
            route(
                "/audio/upload", stream: "audio", "uploadAudio", "Store a recording",
                detail: """
                    wav, webm, opus, ogg, mp3, flac, m4a or raw pcm (with `sample_rate`). What the headers say of rate, \
                    channels and length becomes part of the reading. wav with plain samples and pcm that last longer \
                    than \(RecordingCut.longestSeconds / 60) minutes become one reading for each such stretch, with \
                    `file_id` and `chunk_index`; other formats stay whole.
                    """, AudioUpload.self),
            route(
                "/images/upload", stream: "image", "uploadImage", "Store a photo",
                detail: """
                    \(ImageUpload.formatNames). Size and EXIF (place, orientation, camera, time) become part of the \
                    reading where the caller says nothing else.
                    """, ImageUpload.self),
            route(
                "/images/screenshot", stream: "screenshot", "uploadScreenshot", "Store a screenshot",
                detail: "\(ImageUpload.formatNames).", ImageUpload.self),
        ].compactMap { $0 }
    }

    private func route<Kind: UploadKind>(
        _ path: String, stream name: String, _ operation: String, _ summary: String, detail: String, _ kind: Kind.Type
    ) -> Route? {
        guard let stream = ingest.registry[name] else { return nil }
        let form = ReadingShape.upload(stream)
        return Route(
            .post, path, operation, tag: "Files", summary,
            detail: """
                \(detail) Up to \(UploadReceiver<Kind.Parser>.limit >> 20) MiB as the body itself, with the reading's \
                fields in the query; up to \(ingest.limits.bodyBytes >> 20) MiB as JSON with `data` in base64.
                """,
            parameters: ReadingShape.parameters(stream),
            body: RouteBody(
                "The file, or JSON with it",
                [RouteContent("application/json", form)]
                    + Kind.mediaTypes.map { RouteContent($0, Shape.binary) }
                    + [RouteContent("application/octet-stream", Shape.binary)]),
            answers: [
                .json(201, Shape.named("UploadReceipt"), "The file and its reading are stored and will survive"),
                .json(200, Shape.named("UploadReceipt"), "The same file was stored before with the same time"),
            ]
        ) { request, context in
            let upload = Upload<Kind>(
                ingest: ingest, blobs: blobs, stream: stream, caller: try context.caller(), metrics: metrics)
            return try await upload.receive(request)
        }
    }
}

/// What differs between sounds and pictures.
protocol UploadKind: Sendable {
    associatedtype Parser: HeaderParser
    associatedtype Format: Sendable

    static var mediaTypes: [String] { get }
    static func makeParser() -> Parser
    /// What the caller says the file is.
    static func format(named name: String) -> Format?
    static var formatNames: String { get }
    /// Stands in where the format is not known yet.
    static var anyFormat: Format { get }
    /// Fields without which a file of the format means nothing.
    static func requiredFields(_ format: Format) -> [String]
    /// What the file shows itself to be, once the parser has seen enough.
    static func check(
        _ walker: HeaderWalker<Parser>, stated: Format?, size: Int, isEnd: Bool
    ) throws(HearthError) -> Format?
    /// Fields of the reading that the file of `size` bytes tells; the caller's own win.
    static func fields(_ parser: Parser, _ format: Format, size: Int, zone: LocalTime) -> [(String, JSONValue)]
    /// How a file that is too long for one reading is cut; nil for one that stays whole.
    /// - Parameter said: Fields of the caller.
    static func cut(_ parser: Parser, _ format: Format, said: JSONValue, size: Int) -> RecordingCut?
}

extension UploadKind {
    static func cut(_ parser: Parser, _ format: Format, said: JSONValue, size: Int) -> RecordingCut? { nil }
}

struct AudioUpload: UploadKind {
    static let mediaTypes = ["audio/wav", "audio/webm", "audio/ogg", "audio/mpeg", "audio/flac", "audio/mp4"]
    static let formatNames = AudioFormat.allCases.map(\.rawValue).joined(separator: ", ")

    static let anyFormat = AudioFormat.wav

    static func makeParser() -> AudioParser { AudioParser() }
    static func requiredFields(_ format: AudioFormat) -> [String] { format == .pcm ? ["sample_rate"] : [] }
    static func format(named name: String) -> AudioFormat? { AudioFormat(named: name) }

    static func check(
        _ walker: HeaderWalker<AudioParser>, stated: AudioFormat?, size: Int, isEnd: Bool
    ) throws(HearthError) -> AudioFormat? {
        guard isEnd || walker.isDone else { return nil }
        let found = walker.parser.header.format
        if let stated {
            guard stated.accepts(found) else { throw .wrongFormat(stated.rawValue, found?.rawValue) }
            return stated
        }
        guard let found else { throw .unknownFormat(formatNames) }
        return found
    }

    static func fields(
        _ parser: AudioParser, _ format: AudioFormat, size: Int, zone: LocalTime
    ) -> [(String, JSONValue)] {
        var fields: [(String, JSONValue)] = [
            ("format", .string(format.rawValue)), ("media_type", .string(format.mediaType)),
        ]
        let header = parser.header
        if let rate = header.sampleRate { fields.append(("sample_rate", .integer(Int64(rate)))) }
        if let channels = header.channels { fields.append(("channels", .integer(Int64(channels)))) }
        if let seconds = header.seconds(in: size), seconds <= 604_800 {
            fields.append(("duration_seconds", .real(seconds)))
        }
        return fields
    }

    static func cut(_ parser: AudioParser, _ format: AudioFormat, said: JSONValue, size: Int) -> RecordingCut? {
        // Who says which chunk of a recording this is has cut it already.
        guard said["file_id"] == nil, said["chunk_index"] == nil else { return nil }
        switch format {
        case .wav: return parser.header.samples.flatMap { RecordingCut($0, fileBytes: size) }
        case .pcm:
            guard let rate = said["sample_rate"]?.int64 else { return nil }
            let samples = SampleFormat(sampleRate: Int(rate), channels: said["channels"]?.int64.map { Int($0) } ?? 1)
            let layout = SampleLayout(bytesPerSecond: samples.bytesPerSecond, frameBytes: samples.frameBytes)
            return RecordingCut(layout, fileBytes: size)
        default: return nil
        }
    }
}

struct ImageUpload: UploadKind {
    static let mediaTypes = PictureFormat.allCases.map(\.mediaType)
    static let formatNames = PictureFormat.allCases.map(\.rawValue).joined(separator: ", ")

    static let anyFormat = PictureFormat.jpeg

    static func makeParser() -> ImageParser { ImageParser() }
    static func requiredFields(_ format: PictureFormat) -> [String] { [] }
    static func format(named name: String) -> PictureFormat? { PictureFormat(named: name) }

    static func check(
        _ walker: HeaderWalker<ImageParser>, stated: PictureFormat?, size: Int, isEnd: Bool
    ) throws(HearthError) -> PictureFormat? {
        guard let found = walker.parser.header?.format else {
            if isEnd || walker.isDone { throw .unknownFormat(formatNames) }
            return nil
        }
        if let stated, stated != found { throw .wrongFormat(stated.rawValue, found.rawValue) }
        if let excess = walker.parser.header?.excess { throw excess }
        // Whether it is whole and good is found when it is looked at: what looks like a picture is kept as it came.
        return found
    }

    static func fields(
        _ parser: ImageParser, _ format: PictureFormat, size: Int, zone: LocalTime
    ) -> [(String, JSONValue)] {
        var fields: [(String, JSONValue)] = [
            ("format", .string(format.rawValue)), ("media_type", .string(format.mediaType)),
        ]
        guard let header = parser.header else { return fields }
        if let width = header.width, let height = header.height {
            fields += [("width", .integer(Int64(width))), ("height", .integer(Int64(height)))]
        }
        guard let exif = header.exif else { return fields }
        if let orientation = exif.orientation { fields.append(("orientation", .integer(Int64(orientation)))) }
        if let make = exif.make { fields.append(("camera_make", .string(make))) }
        if let model = exif.model { fields.append(("camera_model", .string(model))) }
        if let latitude = exif.latitude, let longitude = exif.longitude {
            fields += [("latitude", .real(latitude)), ("longitude", .real(longitude))]
            if let altitude = exif.altitude { fields.append(("altitude", .real(altitude))) }
        }
        if let taken = exif.taken {
            // A camera that does not know its offset shows the time where it was, mostly the person's own.
            let time =
                taken.offsetMinutes.map { Timestamp(microseconds: taken.clock.microseconds - Int64($0) * 60_000_000) }
                ?? zone.time(ofClock: taken.clock)
            fields.append(("taken_at", .string(time.description)))
        }
        return fields
    }
}

extension HearthError {
    fileprivate static func wrongFormat(_ stated: String, _ found: String?) -> HearthError {
        let what = found.map { "it is \($0)" } ?? "its first bytes are of no known format"
        return HearthError(
            .invalidValue, "The file is not \(stated): \(what).",
            fields: [.init(pointer: "/format", message: "does not fit the file: \(what)")])
    }

    fileprivate static func unknownFormat(_ names: String) -> HearthError {
        HearthError(
            .invalidValue, "The file is of no format that Hearth knows.", hint: "It takes \(names).",
            fields: [.init(pointer: "/data", message: "is none of \(names)")])
    }
}
