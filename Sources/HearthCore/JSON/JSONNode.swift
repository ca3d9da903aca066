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

/// What the kind does not tell of a value.
@usableFromInline
enum JSONDetail: UInt8 {
    case none
    /// A string that came as MessagePack's timestamp: before its text stand nanoseconds (4 bytes) and seconds (8), big-endian.
    case timestamp
    /// A whole number beyond 64 bits, of which only the nearest `Double` is kept.
    case rounded
    /// A whole number that fits `UInt64` and not `Int64`: the payload is that, not the bits of a `Double`.
    case unsigned
    /// A binary that came as an extension of MessagePack: before its bytes stands the type.
    case typed
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
    @usableFromInline var detail = JSONDetail.none

    @inlinable
    init(kind: JSONKind, payload: UInt64, next: UInt32) {
        self.kind = kind
        self.payload = payload
        self.next = next
    }
}
