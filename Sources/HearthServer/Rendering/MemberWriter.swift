import HearthCore

/// Writes the members of one JSON object with the commas between them.
struct MemberWriter {
    fileprivate var writer: JSONWriter
    private var isFirst = true

    fileprivate init(_ writer: JSONWriter) { self.writer = writer }

    /// - Parameter value: Writes the member's value.
    mutating func member(_ name: String, _ value: (inout JSONWriter) -> Void) {
        if !isFirst { writer.comma() }
        isFirst = false
        writer.key(name)
        value(&writer)
    }

    mutating func member(_ name: String, _ value: UniqueID) { member(name) { $0.write(value.description) } }
    mutating func member(_ name: String, _ value: Timestamp) { member(name) { $0.write(value.description) } }
    mutating func member(_ name: String, _ value: String) { member(name) { $0.write(value) } }
    mutating func member(_ name: String, _ value: Int) { member(name) { $0.write(value) } }
    mutating func member(_ name: String, _ value: JSONValue) { member(name) { $0.write(value) } }

    /// Null where there is none.
    mutating func member(_ name: String, optional value: String?) {
        member(name) { if let value { $0.write(value) } else { $0.writeNull() } }
    }
}

extension JSONWriter {
    mutating func object(_ body: (inout MemberWriter) -> Void) {
        raw("{")
        var members = MemberWriter(JSONWriter(capacity: 0))
        // The bytes go over and come back. While both had them, the next one written would copy them all.
        swap(&self, &members.writer)
        body(&members)
        swap(&self, &members.writer)
        raw("}")
    }

    mutating func list<Items: Sequence>(_ items: Items, _ write: (Items.Element, inout JSONWriter) -> Void) {
        raw("[")
        for (index, item) in items.enumerated() {
            if index > 0 { comma() }
            write(item, &self)
        }
        raw("]")
    }

    /// A part of a list, as every list of the interface looks.
    /// - Parameters:
    ///   - total: How many there are in all; nil: not said.
    ///   - next: Where to go on; nil: nowhere.
    mutating func page<Items: Sequence>(
        _ items: Items, total: Int? = nil, next: String?, _ write: (Items.Element, inout JSONWriter) -> Void
    ) {
        object { page in
            page.member("items") { $0.list(items, write) }
            if let total { page.member("total", total) }
            page.member("next_cursor", optional: next)
        }
    }
}
