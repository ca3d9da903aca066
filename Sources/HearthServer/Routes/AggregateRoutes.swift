import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// `/streams/{stream}/aggregate`: numeric fields folded over time buckets.
struct AggregateRoutes {
    let registry: StreamRegistry
    let directory: DeviceDirectory
    let store: any ReadingStore

    init(_ dependencies: ServerDependencies) {
        registry = dependencies.registry
        directory = dependencies.ingest.devices
        store = dependencies.store
    }

    enum Function: String, CaseIterable {
        case count, sum, avg, min, max, first, last
    }

    /// Buckets of one answer.
    private static let bucketLimit = 50_000

    var routes: [Route] {
        [
            Route(
                .get, "/streams/{stream}/aggregate", "aggregateReadings", tag: "Readings out",
                "Numbers of a stream over time buckets",
                detail: """
                    Each bucket has its `start`, the number of `readings` in it, and per field the functions asked for; a \
                    function of no values is null. Buckets without readings are left out. Days, weeks (from Monday) and \
                    months follow the person's time zone, or `tz`.
                    """,
                parameters: ReadScope.parameters + [
                    RouteParameter(
                        "bucket", "`30s`, `5m`, `1h`, `1d`, `1w`, `1mo` or `all`", Shape.text, isRequired: true),
                    RouteParameter("field", "A numeric field, or several with commas", Shape.text),
                    RouteParameter(
                        "fn", "Several with commas, of \(Function.allCases.map(\.rawValue).joined(separator: ", "))",
                        ["type": "string", "default": "avg,min,max,count"]),
                    RouteParameter("tz", "IANA time zone for days, weeks and months", Shape.text),
                    ReadingSight.parameter,
                ],
                answers: [.json(Shape.named("Aggregates"), "The buckets, oldest first")], handler: aggregate)
        ]
    }

    @Sendable private func aggregate(_ request: Request, _ context: ServerContext) async throws -> Response {
        let stream = try registry.stream(context.pathText("stream"))
        let scope = try ReadScope(request, context, directory, stream: stream.name)
        let zone = try LocalTime(request, directory.person(scope.person))
        guard let bucket = request.query("bucket") else { throw HearthError.malformedQuery("bucket", "is missing") }
        let width = try BucketWidth.parse(bucket, timeZone: zone.name)
        let fields = try Self.fields(request, stream)
        let functions = try Self.functions(request)
        let sight = try ReadingSight(request, context, "GET /streams/\(stream.name)/aggregate").store(store)
        let buckets = try await sight.aggregate(
            scope.query(stream, order: .oldestFirst), Aggregation(width: width, columns: fields.map(\.column)))
        guard buckets.count <= Self.bucketLimit else {
            throw HearthError(
                .malformedRequest, "The answer would have \(buckets.count) buckets; \(Self.bucketLimit) are the most.",
                hint: "Choose a longer bucket or a shorter time.",
                fields: [.init(pointer: "?bucket", message: "is too short for this time")])
        }
        var writer = JSONWriter(capacity: 256 + buckets.count * (48 + fields.count * functions.count * 24))
        writer.raw("{")
        writer.member("stream", stream.name)
        writer.comma()
        writer.member("bucket", bucket)
        writer.comma()
        writer.member("time_zone", width.isCalendar ? zone.name : "UTC")
        writer.raw(",\"items\":[")
        for (index, bucket) in buckets.enumerated() {
            if index > 0 { writer.comma() }
            writer.raw("{\"start\":\"")
            if width.isCalendar {
                zone.append(bucket.start, to: &writer.bytes)
            } else {
                bucket.start.append(to: &writer.bytes)
            }
            writer.raw("\",\"readings\":")
            writer.write(bucket.readings)
            for (field, summary) in zip(fields, bucket.values) { Self.write(field.key, summary, functions, &writer) }
            writer.raw("}")
        }
        writer.raw("],\"next_cursor\":null}")
        return .json(writer)
    }

    private static func write(
        _ key: [UInt8], _ summary: AggregationBucket.Summary, _ functions: [Function], _ writer: inout JSONWriter
    ) {
        writer.raw(key)
        for (index, function) in functions.enumerated() {
            if index > 0 { writer.comma() }
            writer.key(function.rawValue)
            let hasValues = summary.count > 0
            switch function {
            case .count: writer.write(summary.count)
            case .sum: writer.write(summary.sum)
            case _ where !hasValues: writer.writeNull()
            case .avg: writer.write(summary.average ?? 0)
            case .min: writer.write(summary.minimum)
            case .max: writer.write(summary.maximum)
            case .first: writer.write(summary.first)
            case .last: writer.write(summary.last)
            }
        }
        writer.raw("}")
    }

    // MARK: Parameters

    /// Columns with `,"name":{`, in the order asked for. None given: every numeric field.
    private static func fields(
        _ request: Request, _ stream: StreamDefinition
    ) throws(HearthError) -> [(column: Int, key: [UInt8])] {
        func isNumeric(_ field: StreamDefinition.Field) -> Bool { field.type == .integer || field.type == .real }
        let numeric = stream.fields.filter(isNumeric).map(\.name)
        var names = request.queryList("field")
        if names.isEmpty { names = numeric }
        let available =
            numeric.isEmpty ? "It has no numeric fields." : "Its numeric fields: \(numeric.joined(separator: ", "))."
        var fields: [(column: Int, key: [UInt8])] = []
        for name in names {
            guard let column = stream.fieldIndex(name) else {
                throw wrongField(
                    "The stream \(stream.name) has no field \(name.prefix(64)).", available, "names no field")
            }
            guard isNumeric(stream.fields[column]) else {
                throw wrongField(
                    "The field \(name) of \(stream.name) holds no numbers.", available, "names no numeric field")
            }
            guard !fields.contains(where: { $0.column == column }) else { continue }
            var writer = JSONWriter()
            writer.raw(",")
            // The bucket's own members keep their names.
            writer.key(["start", "readings"].contains(name) ? "_" + name : name)
            writer.raw("{")
            fields.append((column, writer.bytes))
        }
        return fields
    }

    private static func wrongField(_ what: String, _ hint: String, _ message: String) -> HearthError {
        HearthError(.malformedRequest, what, hint: hint, fields: [.init(pointer: "?field", message: message)])
    }

    private static func functions(_ request: Request) throws(HearthError) -> [Function] {
        var functions: [Function] = []
        for name in request.queryList("fn") {
            guard let function = Function(rawValue: name.lowercased()) else {
                throw HearthError(
                    .malformedRequest, "There is no function \(name.prefix(64)).",
                    hint: "There are \(Function.allCases.map(\.rawValue).joined(separator: ", ")).",
                    fields: [.init(pointer: "?fn", message: "names no function")])
            }
            if !functions.contains(function) { functions.append(function) }
        }
        return functions.isEmpty ? [.avg, .min, .max, .count] : functions
    }
}

extension Aggregation.Width {
    /// Whether the buckets follow a time zone.
    var isCalendar: Bool {
        switch self {
        case .days, .weeks, .months: true
        case .fixed, .all: false
        }
    }
}
