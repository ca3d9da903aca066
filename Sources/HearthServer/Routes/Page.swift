import HearthCore
import Hummingbird

/// A part of a list that is short enough to be held: `{"items":[…],"next_cursor":…}`. The cursor is the id of the last
/// item, so it stays good while items come and go.
enum Page {
    static let parameters = [
        RouteParameter("limit", "How many items at most", Shape.integer(1...1000, default: 200)),
        RouteParameter("cursor", "Where to go on: `next_cursor` of the page before", Shape.text),
    ]

    /// - Parameter items: In the order of the list.
    static func response<Item>(
        _ request: Request, _ items: [Item], id: (Item) -> UniqueID, _ write: (Item, inout JSONWriter) -> Void
    ) throws(HearthError) -> Response {
        let limit = try request.queryInteger("limit", in: 1...1000) ?? 200
        var rest = items[...]
        if let cursor = try request.queryID("cursor") {
            guard let index = rest.firstIndex(where: { id($0) == cursor }) else {
                throw .malformedQuery("cursor", "is not from this list")
            }
            rest = rest[(index + 1)...]
        }
        var writer = JSONWriter(capacity: 4096)
        let last = rest.count > limit ? rest[rest.startIndex + limit - 1] : nil
        writer.page(rest.prefix(limit), next: last.map { id($0).description }, write)
        return .json(writer)
    }
}

extension JSONWriter {
    /// `"name":"…"` in an object; the caller writes commas.
    mutating func member(_ name: String, _ value: UniqueID) {
        key(name)
        write(value.description)
    }

    mutating func member(_ name: String, _ value: Timestamp) {
        key(name)
        write(value.description)
    }

    mutating func member(_ name: String, _ value: String) {
        key(name)
        write(value)
    }

    mutating func member(_ name: String, _ value: Int) {
        key(name)
        write(value)
    }
}
