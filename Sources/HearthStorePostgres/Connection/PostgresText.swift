/// How text is written into columns of type `text`, which can hold every character but the first, U+0000.
///
/// U+0000 becomes U+0001 `0`, and U+0001 becomes U+0001 `1`; any other text, which is nearly all, is stored as it is. Equal
/// texts stay equal, so that look-ups compare what was written this way.
package enum PostgresText {
    private static let escape: UInt8 = 1

    /// What to send for this text.
    package static func written(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 <= escape }) else { return text }
        var text = text
        var bytes: [UInt8] = []
        text.withUTF8 { append($0, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text that a column means.
    package static func read(_ text: String) -> String {
        guard text.utf8.contains(escape) else { return text }
        var text = text
        var bytes: [UInt8] = []
        text.withUTF8 { appendRead($0, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(_ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
        guard text.contains(where: { $0 <= escape }) else {
            bytes.append(contentsOf: text)
            return
        }
        for byte in text {
            if byte <= escape {
                bytes.append(escape)
                bytes.append(UInt8(ascii: "0") + byte)
            } else {
                bytes.append(byte)
            }
        }
    }

    static func appendRead(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        guard text.contains(escape) else {
            bytes.append(contentsOf: text)
            return
        }
        var isEscaped = false
        for byte in text {
            if isEscaped {
                bytes.append(byte &- UInt8(ascii: "0"))
                isEscaped = false
            } else if byte == escape {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
    }
}
