import GRPCCore
import HearthCore
import HearthKnow
import HearthMedia
import HearthProtocols
import HearthServer
import HearthStore
import HearthVault
import SwiftProtobuf

/// `query.v1.QueryService`
struct QueryMethods: Sendable {
    private let retriever: (any PassageRetriever)?

    private static let longestQuery = 2000
    private static let mostEvents = 100

    init(_ dependencies: ServerDependencies) { retriever = dependencies.library?.retriever }

    func register<Transport: ServerTransport>(in table: inout MethodTable<Transport>) {
        table.unary(Query_V1_QueryService.Method.TopKEvents.descriptor, topKEvents)
    }

    /// The passages that `GET /search` finds, under the same rules.
    ///
    /// - Throws: `.invalidValue`, `.forbidden`, `.capabilityMissing` where there is no library.
    @Sendable func topKEvents(
        _ request: Query_V1_TopKEventsRequest, _ call: RPCCall
    ) async throws -> Query_V1_TopKEventsResponse {
        let filter = try filter(request.filter, call)
        guard !request.query.allSatisfy(\.isWhitespace) else {
            throw HearthError.invalidQuery("/query", "is missing: it says what to look for")
        }
        guard request.query.unicodeScalars.count <= Self.longestQuery else {
            throw HearthError.invalidQuery("/query", "must have at most \(Self.longestQuery) characters")
        }
        guard request.k <= Self.mostEvents else {
            throw HearthError.invalidQuery("/k", "must be a whole number from 1 to \(Self.mostEvents)")
        }
        guard let mode = SearchRequest.Mode(request.mode) else {
            throw HearthError.invalidQuery("/mode", "is none of the modes")
        }
        guard let retriever else {
            throw HearthError(
                .capabilityMissing, "This server keeps no library.", hint: "Ask one that does.", disposition: .retry)
        }
        let answer = try await retriever.search(
            SearchRequest(query: request.query, limit: request.k == 0 ? 10 : Int(request.k), filter: filter, mode: mode)
        )
        return .with {
            $0.events = answer.hits.map(Query_V1_Event.init)
            $0.mode = answer.mode.wire
        }
    }

    private func filter(_ filter: Query_V1_Filter, _ call: RPCCall) throws(HearthError) -> DocumentFilter {
        var person = try call.caller().person
        if !filter.personID.isEmpty {
            guard let named = UniqueID(filter.personID) else {
                throw HearthError.invalidQuery("/filter/person_id", "is not a UUID")
            }
            person = named
        }
        try call.require(.readLibrary(person: person))
        var result = DocumentFilter(person: person)
        if filter.hasFromTime { result.from = Timestamp(microseconds: filter.fromTime) }
        if filter.hasToTime { result.to = Timestamp(microseconds: filter.toTime) }
        if let from = result.from, let to = result.to, from >= to {
            throw HearthError.invalidQuery("/filter/to_time", "is not after from_time")
        }
        if !filter.sources.isEmpty { result.sources = filter.sources }
        if !filter.kinds.isEmpty {
            result.kinds = try filter.kinds.map { name throws(HearthError) in
                guard let kind = DocumentKind(rawValue: name) else {
                    let known = DocumentKind.allCases.map(\.rawValue).joined(separator: ", ")
                    throw HearthError.invalidQuery("/filter/kinds", "holds what is none of \(known)")
                }
                return kind
            }
        }
        return result
    }
}

extension HearthError {
    fileprivate static func invalidQuery(_ pointer: String, _ message: String) -> HearthError {
        HearthError(
            .invalidValue, "The query cannot be answered: \(pointer) \(message).",
            fields: [Field(pointer: pointer, message: message)])
    }
}

extension SearchRequest.Mode {
    /// Nil for what this version does not know.
    fileprivate init?(_ mode: Query_V1_Mode) {
        switch mode {
        case .unspecified, .hybrid: self = .hybrid
        case .dense: self = .dense
        case .text: self = .text
        case .UNRECOGNIZED: return nil
        }
    }

    fileprivate var wire: Query_V1_Mode {
        switch self {
        case .hybrid: .hybrid
        case .dense: .dense
        case .text: .text
        }
    }
}

extension Query_V1_Event {
    fileprivate init(_ hit: SearchHit) {
        let document = hit.found.document
        self.init()
        documentID = document.id.description
        passageID = hit.found.passage.id.description
        title = document.title
        text = hit.found.passage.text
        score = hit.score
        kind = document.kind.rawValue
        source = document.source.name
        time = document.timestamp.microseconds
        stream = document.source.stream ?? ""
        readingID = document.source.record?.description ?? ""
        deviceID = document.source.device?.description ?? ""
    }
}
