import HearthCore
import HearthIngest
import HearthKnow
import HearthProtocols
import HearthSchema
import HearthServer
import HearthVault
import SwiftProtobuf

/// What Hearth itself answers through the router: the payloads are what the other doors take and give as JSON.
struct BuiltInServices: Sendable {
    private let dependencies: ServerDependencies
    private let query: QueryMethods

    init(_ dependencies: ServerDependencies, _ query: QueryMethods) {
        self.dependencies = dependencies
        self.query = query
    }

    var all: [ServiceTable.BuiltIn] {
        var services: [ServiceTable.BuiltIn] = [
            .init(name: "readings", kinds: ["reading.store": store]),
            .init(name: "streams", kinds: ["streams.list": streams], cacheLifetime: .seconds(60)),
        ]
        if let answerer = dependencies.library?.answerer {
            services += [
                .init(name: "events", kinds: ["events.top_k": topKEvents], cacheLifetime: .seconds(5)),
                .init(
                    name: "answers",
                    kinds: ["question.ask": { try await Self.ask(answerer, $0, $1) }]),
            ]
        }
        return services
    }

    /// `query.v1.TopKEventsRequest` and its response in the JSON form of protocol buffers.
    @Sendable private func topKEvents(
        _ payload: Google_Protobuf_Struct, _ call: RPCCall
    ) async throws -> Google_Protobuf_Struct {
        let request: Query_V1_TopKEventsRequest
        do {
            request = try Query_V1_TopKEventsRequest(jsonString: try payload.jsonString())
        } catch {
            throw HearthError(
                .malformedBody, "The payload is not a query.v1.TopKEventsRequest.", hint: "protos/query/v1 has it.")
        }
        var options = JSONEncodingOptions()
        options.preserveProtoFieldNames = true
        options.alwaysPrintInt64sAsNumbers = true
        let response = try await query.topKEvents(request, call)
        return try Google_Protobuf_Struct(jsonString: try response.jsonString(options: options))
    }

    /// A question as `POST /chat` takes it: `query` alone.
    private static func ask(
        _ answerer: Answerer, _ payload: Google_Protobuf_Struct, _ call: RPCCall
    ) async throws -> Google_Protobuf_Struct {
        try call.require(.writeLibrary())
        let caller = try call.caller()
        guard case .stringValue(let query) = payload.fields["query"]?.kind else {
            throw HearthError(
                .invalidValue, "The question cannot be answered: query must be a string.",
                fields: [.init(pointer: "/query", message: "must be a string")])
        }
        let answer = try await answerer.ask(Question(query: query, person: caller.person))
        return Google_Protobuf_Struct(AnswerRendering.value(answer))
    }

    /// A reading as `POST /sensor/batch` takes it.
    @Sendable private func store(
        _ payload: Google_Protobuf_Struct, _ call: RPCCall
    ) async throws -> Google_Protobuf_Struct {
        var builder = JSONDocumentBuilder(nodeCapacity: 64)
        try builder.append(payload, depth: dependencies.ingest.limits.depth)
        let receipt = try await dependencies.ingest.one(
            builder.finish(), source: Admission.Source(principal: try call.caller()))
        dependencies.metrics.count(1, of: receipt.stream, receipt.isDuplicate ? .duplicate : .stored)
        return Google_Protobuf_Struct([
            "id": .string(receipt.id.description), "stream": .string(receipt.stream),
            "duplicate": .bool(receipt.isDuplicate),
        ])
    }

    @Sendable private func streams(
        _ payload: Google_Protobuf_Struct, _ call: RPCCall
    ) async throws -> Google_Protobuf_Struct {
        try call.require(.readRegistry)
        let streams = dependencies.registry.all.map { stream -> JSONValue in
            [
                "stream": .string(stream.name), "version": .integer(Int64(stream.version)),
                "fields": .array(stream.fields.map { .string($0.name) }),
            ]
        }
        return Google_Protobuf_Struct(["streams": .array(streams)])
    }
}
