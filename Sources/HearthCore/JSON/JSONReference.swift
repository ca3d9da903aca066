/// A value inside a `JSONDocument`: three words, copied freely, valid while the document is kept alive by `withRoot`.
public struct JSONReference {
    @usableFromInline let nodes: UnsafePointer<JSONNode>
    @usableFromInline let text: UnsafePointer<UInt8>
    /// Position in the document's tape; unique per value, so that it can key side tables.
    public let index: UInt32

    @inlinable
    init(nodes: UnsafePointer<JSONNode>, text: UnsafePointer<UInt8>, index: UInt32) {
        self.nodes = nodes
        self.text = text
        self.index = index
    }

    @inlinable var node: JSONNode { nodes[Int(index)] }
    @inlinable func at(_ index: UInt32) -> JSONReference { JSONReference(nodes: nodes, text: text, index: index) }

    @inlinable public var kind: JSONKind { nodes[Int(index)].kind }
    @inlinable public var isNumber: Bool { kind == .integer || kind == .real }

    /// Members of an object or elements of an array; 0 for everything else.
    @inlinable public var count: Int {
        let node = self.node
        return node.kind == .array || node.kind == .object ? Int(node.payload) : 0
    }

    @inlinable public var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The value of a number without fraction that fits, however it was written (`1`, `1.0`, `1e3`).
    @inlinable public var int64: Int64? {
        let node = self.node
        switch node.kind {
        case .integer: return Int64(bitPattern: node.payload)
        case .real where node.detail != .unsigned: return Int64(exactly: Double(bitPattern: node.payload))
        default: return nil
        }
    }

    /// The value of a whole number that fits `UInt64` and not `Int64`.
    @inlinable public var largeUnsigned: UInt64? {
        let node = self.node
        return node.kind == .real && node.detail == .unsigned ? node.payload : nil
    }

    /// The value of a number; integers beyond 2^53 are rounded to the nearest double.
    @inlinable public var double: Double? {
        let node = self.node
        switch node.kind {
        case .integer: return Double(Int64(bitPattern: node.payload))
        case .real: return node.detail == .unsigned ? Double(node.payload) : Double(bitPattern: node.payload)
        default: return nil
        }
    }

    /// Whether this is, or holds, what Swift values do not keep exactly: a whole number beyond `Int64`, or an extension of
    /// MessagePack.
    public var holdsInexact: Bool {
        for index in index..<node.next where nodes[Int(index)].detail.rawValue >= JSONDetail.rounded.rawValue {
            return true
        }
        return false
    }

    /// Whether this is, or holds, an extension of MessagePack other than a timestamp.
    public var holdsExtension: Bool {
        for index in index..<node.next where nodes[Int(index)].detail == .typed { return true }
        return false
    }

    /// The type of an extension of MessagePack, whose bytes are a binary's.
    public var extensionType: Int8? {
        let node = self.node
        guard node.kind == .binary, node.detail == .typed else { return nil }
        return Int8(bitPattern: text[Int(node.payload >> 32) - 1])
    }

    /// Seconds since 1970 and nanoseconds of a string that came as a timestamp of MessagePack.
    var messagePackTime: (seconds: Int64, nanoseconds: UInt32)? {
        let node = self.node
        guard node.kind == .string, node.detail == .timestamp else { return nil }
        let start = UnsafeRawPointer(text + Int(node.payload >> 32) - 12)
        return (
            Int64(bigEndian: (start + 4).loadUnaligned(as: Int64.self)),
            UInt32(bigEndian: start.loadUnaligned(as: UInt32.self))
        )
    }

    /// The bytes of a string or binary; empty for everything else.
    @inlinable public var utf8: UnsafeBufferPointer<UInt8> {
        let node = self.node
        guard node.kind == .string || node.kind == .binary else { return UnsafeBufferPointer(start: text, count: 0) }
        return UnsafeBufferPointer(start: text + Int(node.payload >> 32), count: Int(node.payload & 0xffff_ffff))
    }

    @inlinable public var string: String? {
        kind == .string ? String(decoding: utf8, as: UTF8.self) : nil
    }

    /// Elements of an array; empty for everything else.
    @inlinable public var elements: JSONElements {
        kind == .array ? JSONElements(current: at(index + 1), end: node.next) : JSONElements(current: self, end: index)
    }

    /// Members of an object in document order; empty for everything else.
    @inlinable public var members: JSONMembers {
        kind == .object ? JSONMembers(current: at(index + 1), end: node.next) : JSONMembers(current: self, end: index)
    }

    /// The member of an object; the last one where a key stands twice (as RFC 8259 readers commonly do).
    public subscript(key: String) -> JSONReference? {
        var key = key
        return key.withUTF8 { self[utf8: $0] }
    }

    @inlinable
    public subscript(utf8 key: UnsafeBufferPointer<UInt8>) -> JSONReference? {
        guard kind == .object else { return nil }
        var found: JSONReference?
        for (name, value) in members where name.equals(key) { found = value }
        return found
    }

    @inlinable
    public func equals(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let own = utf8
        guard own.count == bytes.count else { return false }
        for index in 0..<own.count where own[index] != bytes[index] { return false }
        return true
    }
}

public struct JSONElements: Sequence, IteratorProtocol {
    @usableFromInline var current: JSONReference
    @usableFromInline let end: UInt32

    @inlinable
    init(current: JSONReference, end: UInt32) {
        self.current = current
        self.end = end
    }

    @inlinable
    public mutating func next() -> JSONReference? {
        guard current.index < end else { return nil }
        let value = current
        current = value.at(value.node.next)
        return value
    }
}

public struct JSONMembers: Sequence, IteratorProtocol {
    @usableFromInline var current: JSONReference
    @usableFromInline let end: UInt32

    @inlinable
    init(current: JSONReference, end: UInt32) {
        self.current = current
        self.end = end
    }

    @inlinable
    public mutating func next() -> (key: JSONReference, value: JSONReference)? {
        guard current.index < end else { return nil }
        let key = current
        let value = key.at(key.index + 1)
        current = value.at(value.node.next)
        return (key, value)
    }
}
