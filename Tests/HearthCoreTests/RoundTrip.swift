import HearthCore
import Testing

/// Written as JSON or MessagePack and read again, a document is the same document.
enum RoundTrip {
    static func text(_ document: JSONDocument) -> [UInt8] {
        document.withRoot { root in
            var writer = JSONWriter()
            writer.write(root)
            return writer.bytes
        }
    }

    static func canonicalText(_ document: JSONDocument) -> [UInt8] {
        document.withRoot { root in
            var writer = JSONWriter()
            writer.writeCanonical(root)
            return writer.bytes
        }
    }

    static func messagePack(_ document: JSONDocument) -> [UInt8] {
        document.withRoot { root in
            var writer = MessagePackWriter()
            writer.write(root)
            return writer.bytes
        }
    }

    static func parseMessagePack(_ bytes: [UInt8], options: JSONOptions = .init()) throws(JSONError) -> JSONDocument {
        // Rethrown by hand: `withUnsafeBytes` does not carry a typed error.
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try JSONDocument(parsingMessagePack: bytes, options: options) }
        }
        return try result.get()
    }

    static func check(_ document: JSONDocument) throws {
        let text = text(document)
        let again = try JSONDocument(parsing: text)
        #expect(Self.text(again) == text)
        #expect(canonicalText(again) == canonicalText(document))
        let packed = messagePack(document)
        let unpacked = try parseMessagePack(packed)
        #expect(Self.text(unpacked) == text)
        #expect(messagePack(unpacked) == packed)
    }
}
