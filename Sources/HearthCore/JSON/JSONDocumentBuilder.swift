/// Builds a document value by value, for formats whose values are at hand already.
///
/// Keys and strings are put into the document's text first; one text may stand for many of them.
package struct JSONDocumentBuilder: ~Copyable {
    /// A string that the document holds.
    package struct Text: Sendable {
        fileprivate var payload: UInt64
    }

    private var text: UnsafeMutablePointer<UInt8>
    private var textCount = 0
    private var textCapacity: Int
    private var tape: JSONTape
    /// The innermost container that is not closed yet; -1: none.
    private var container = -1
    private var isFinished = false

    /// - Parameter nodeCapacity: Values and keys to expect.
    package init(nodeCapacity: Int, textCapacity: Int = 256) {
        self.textCapacity = max(textCapacity, 16)
        text = .allocate(capacity: self.textCapacity)
        tape = JSONTape(capacity: nodeCapacity)
    }

    deinit {
        if !isFinished {
            text.deallocate()
            tape.deallocate()
        }
    }

    package mutating func text(_ string: String) -> Text {
        var string = string
        return string.withUTF8 { text($0) }
    }

    /// - Parameter bytes: UTF-8.
    package mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) -> Text {
        if textCount + bytes.count > textCapacity { grow(by: bytes.count) }
        let offset = textCount
        if let start = bytes.baseAddress { (text + offset).update(from: start, count: bytes.count) }
        textCount += bytes.count
        return Text(payload: UInt64(offset) << 32 | UInt64(bytes.count))
    }

    private mutating func grow(by count: Int) {
        textCapacity = max(textCapacity * 2, textCount + count)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: textCapacity)
        larger.update(from: text, count: textCount)
        text.deallocate()
        text = larger
    }

    package mutating func beginArray() {
        countElement()
        container = tape.open(.array, inside: container)
    }

    package mutating func beginObject() {
        countElement()
        container = tape.open(.object, inside: container)
    }

    /// Closes the innermost array or object.
    package mutating func end() {
        precondition(container >= 0, "nothing is open")
        container = tape.close(container)
    }

    /// The next value belongs to this key, which must be new to its object.
    @inline(__always)
    package mutating func key(_ key: Text) {
        precondition(tape.isObject(container), "a key outside of an object")
        tape.countMember(of: container)
        tape.append(.string, payload: key.payload)
    }

    @inline(__always)
    package mutating func string(_ text: Text) { value(.string, text.payload) }

    @inline(__always)
    package mutating func integer(_ number: Int64) { value(.integer, UInt64(bitPattern: number)) }

    /// - Parameter number: Finite.
    @inline(__always)
    package mutating func real(_ number: Double) { value(.real, number.bitPattern) }

    @inline(__always)
    package mutating func boolean(_ flag: Bool) { value(flag ? .true : .false, 0) }

    @inline(__always)
    package mutating func null() { value(.null, 0) }

    @inline(__always)
    private mutating func value(_ kind: JSONKind, _ payload: UInt64) {
        countElement()
        tape.append(kind, payload: payload)
    }

    @inline(__always)
    private mutating func countElement() {
        if container >= 0, !tape.isObject(container) { tape.countMember(of: container) }
    }

    /// The document. Exactly one value was built, and all that was begun has ended.
    package mutating func finish() -> JSONDocument {
        precondition(container < 0 && tape.count > 0, "the value is not complete")
        isFinished = true
        return JSONDocument(text: text, byteCount: textCount, nodes: tape.nodes, nodeCount: tape.count)
    }
}
