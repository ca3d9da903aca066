import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// Readings in: the path of each stream that has one, `/streams/{stream}` for all of them, and `/sensor/batch` for a
/// mixture.
struct ReadingRoutes {
    let ingest: Ingest
    let blobs: BlobClaims
    let metrics: ServerMetrics

    init(_ dependencies: ServerDependencies) {
        ingest = dependencies.ingest
        blobs = BlobClaims(dependencies)
        metrics = dependencies.metrics
    }

    var routes: [Route] { ingest.registry.all.compactMap(streamRoute) + [anyStreamRoute, batchRoute] }

    // MARK: Table

    private static let tag = "Readings in"
    private static let single = RouteAnswer.json(201, Shape.named("Receipt"), "The reading is stored and will survive")
    private static let several: [RouteAnswer] = [
        .json(
            200, ["anyOf": [Shape.named("Receipt"), Shape.named("BatchReport")]],
            "The reading was stored before, or every reading of a batch was taken"),
        .json(207, Shape.named("BatchReport"), "Some readings of a batch were refused; the others are stored"),
    ]
    private static let how =
        "One reading, a list of readings, or `{\"device_id\", \"readings\": […]}`. Sending a reading again is harmless."

    private func streamRoute(_ stream: StreamDefinition) -> Route? {
        guard let path = stream.path else { return nil }
        return Route(
            .post, path, "post\(stream.name.capitalizedParts)", tag: Self.tag, "\(stream.title): one or a batch",
            detail: "\(stream.summary) \(Self.how)",
            body: Self.body(of: ReadingShape.reading(stream), example: ReadingShape.example(stream)),
            answers: [Self.single] + Self.several, handler: { try await take($0, $1, stream) })
    }

    private var anyStreamRoute: Route {
        Route(
            .post, "/streams/{stream}", "postReadings", tag: Self.tag, "Readings of any stream: one or a batch",
            detail: "The stream goes by its name or an alias. \(Self.how)", body: Self.body(of: Shape.named("Reading")),
            answers: [Self.single] + Self.several
        ) { request, context in
            try await take(request, context, ingest.registry.stream(context.pathText("stream")))
        }
    }

    private var batchRoute: Route {
        Route(
            .post, "/sensor/batch", "postBatch", tag: Self.tag, "Readings of several streams",
            detail: "Each reading names its `stream` (or `type`). Good ones are stored, bad ones are listed.",
            body: RouteBody(
                "A list of readings, or an object with them",
                [
                    RouteContent("application/json", Shape.named("Batch"), example: ReadingShape.batchExample),
                    RouteContent("application/x-ndjson", Shape.text), RouteContent("application/msgpack", Shape.binary),
                ]),
            answers: [
                .json(200, Shape.named("BatchReport"), "Every reading was taken"),
                .json(207, Shape.named("BatchReport"), "Some readings were refused; the others are stored"),
            ]
        ) { request, context in
            let body = try await request.decodedBody(ingest.limits)
            let source = Admission.Source(principal: try context.caller())
            return try await batch(body, source)
        }
    }

    private static func body(of reading: JSONValue, example: JSONValue? = nil) -> RouteBody {
        let batch: JSONValue = ["anyOf": [reading, Shape.array(reading), Shape.named("Batch")]]
        return RouteBody(
            "A reading, or several",
            [
                RouteContent("application/json", batch, example: example),
                RouteContent("application/x-ndjson", Shape.text), RouteContent("application/msgpack", Shape.binary),
            ])
    }

    // MARK: Handlers

    private func take(
        _ request: Request, _ context: ServerContext, _ stream: StreamDefinition
    ) async throws -> Response {
        let body = try await request.decodedBody(ingest.limits)
        let source = Admission.Source(principal: try context.caller(), stream: stream)
        guard body.isOneReading else { return try await batch(body, source) }
        let start = ContinuousClock.now
        let checked = try await blobs.checked(source, body)
        do {
            let receipt = try await ingest.one(body.documents[0], source: checked)
            metrics.count(1, of: stream.name, receipt.isDuplicate ? .duplicate : .stored)
            metrics.processingLatency[Self.door].observe(ContinuousClock.now - start)
            return .receipt(receipt)
        } catch {
            if error.disposition == .caller { metrics.count(1, of: stream.name, .rejected) }
            throw error
        }
    }

    private func batch(_ body: DecodedBody, _ source: Admission.Source) async throws -> Response {
        let start = ContinuousClock.now
        let report = try await ingest.batch(body, source: try await blobs.checked(source, body))
        metrics.count(report, stream: source.stream?.name)
        metrics.processingLatency[Self.door].observe(ContinuousClock.now - start)
        return .report(report)
    }

    /// What the metrics call this way in.
    static let door = "http"
}

extension DecodedBody {
    /// Whether the body is the one form that is answered with a receipt: a single object that is a reading itself.
    var isOneReading: Bool {
        guard documents.count == 1, indexes == nil else { return false }
        return documents[0].withRoot { $0.kind != .array && $0["readings"] == nil }
    }
}

extension StreamRegistry {
    /// The stream of this name or alias; throws `.notFound`.
    func stream(_ name: String) throws(HearthError) -> StreamDefinition {
        guard let stream = self[name] else {
            throw HearthError(.notFound, "There is no stream \"\(name.prefix(64))\".", hint: "GET /streams lists them.")
        }
        return stream
    }
}

extension String {
    /// `heart_rate` → `HeartRate`
    var capitalizedParts: String {
        split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
