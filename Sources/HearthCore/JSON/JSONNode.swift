/// What a JSON value is.
public enum JSONKind: UInt8, Sendable {
    case null, `false`, `true`
    /// A number written without fraction or exponent that fits `Int64`.
    case integer
    /// Any other number, as the nearest `Double`.
    case real
    case string, array, object
    /// Bytes; never in JSON text, but MessagePack has them.
    case binary
}

/// One entry of a parsed document's tape: 16 bytes, in document order. An object is followed by its keys and values in
/// turn, an array by its elements; `next` leads past the whole subtree, so that skipping costs one step.
@usableFromInline
struct JSONNode {
    /// Integer, bits of a `Double`, or for strings and binaries offset << 32 | length, or for containers the count of
    /// members or elements.
    @usableFromInline var payload: UInt64
    /// Index of the first node after this value.
    @usableFromInline var next: UInt32
    @usableFromInline var kind: JSONKind
    /// A whole number beyond 64 bits, of which only the nearest `Double` is kept.
    @usableFromInline var isRounded = false

    @inlinable
    init(kind: JSONKind, payload: UInt64, next: UInt32) {
        self.kind = kind
        self.payload = payload
        self.next = next
    }
}
