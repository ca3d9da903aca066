import HearthCore

/// A file that the decoder made, whole.
package struct MadeFile: Sendable, Hashable {
    package var bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
}

extension MadeFile: WirePart {
    static var kind: String { "file" }
    var members: [(String, JSONValue)] { [] }
    var attachment: [UInt8] { bytes }
    init(_ value: JSONValue, attachment: [UInt8]) { self.init(bytes: attachment) }
}
