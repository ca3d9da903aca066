import HearthCore
import HearthStore
import HearthVault
import Hummingbird

/// Which documents a request asks for, checked against what its caller may see.
struct LibraryScope {
    static let parameters = [
        RouteParameter("from", "Not before: RFC 3339, or seconds or milliseconds since 1970", Shape.text),
        RouteParameter("to", "Before: RFC 3339, or seconds or milliseconds since 1970", Shape.text),
        RouteParameter("source", "Only of this source, or of these: several with commas", Shape.text),
        RouteParameter(
            "kind", "Only of this kind, or of these: several with commas",
            Shape.choice(DocumentKind.allCases.map(\.rawValue))),
        RouteParameter("person_id", "Of this person instead of the caller", Shape.id),
    ]

    static func filter(_ request: Request, _ context: ServerContext) throws(HearthError) -> DocumentFilter {
        let caller = try context.caller()
        let person = try request.queryID("person_id") ?? caller.person
        try context.require(.readLibrary(person: person))
        var filter = DocumentFilter(
            person: person, from: try request.queryTime("from"), to: try request.queryTime("to"))
        if let from = filter.from, let to = filter.to, from >= to { throw .malformedQuery("to", "is not after from") }
        let sources = request.queryList("source")
        if !sources.isEmpty { filter.sources = sources }
        var kinds: [DocumentKind] = []
        for name in request.queryList("kind") {
            guard let kind = DocumentKind(rawValue: name) else {
                let known = DocumentKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw .malformedQuery("kind", "is none of \(known)")
            }
            kinds.append(kind)
        }
        if !kinds.isEmpty { filter.kinds = kinds }
        return filter
    }
}
