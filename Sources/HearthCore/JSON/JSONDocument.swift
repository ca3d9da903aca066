/// A parsed JSON or MessagePack value: one allocation of text, one of nodes, no object per value.
///
/// Read it through `withRoot`: a `JSONReference` is a plain pair of pointers and must not outlive the closure.
public final class JSONDocument: @unchecked Sendable {  // Its buffers are only read once it is made.
    @usableFromInline let text: UnsafeMutablePointer<UInt8>
    @usableFromInline let nodes: UnsafeMutablePointer<JSONNode>
    /// Bytes of text held.
    public let byteCount: Int
    /// Values, keys included.
    public let nodeCount: Int

    init(text: UnsafeMutablePointer<UInt8>, byteCount: Int, nodes: UnsafeMutablePointer<JSONNode>, nodeCount: Int) {
        self.text = text
        self.byteCount = byteCount
        self.nodes = nodes
        self.nodeCount = nodeCount
    }

    deinit {
        text.deallocate()
        nodes.deallocate()
    }

    /// Parses one JSON value (RFC 8259) that fills `bytes` but for white space.
    public convenience init(parsing bytes: UnsafeRawBufferPointer, options: JSONOptions = .init()) throws(JSONError) {
        var parser = JSONParser(bytes, options: options)
        try parser.parseDocument()
        let (text, nodes, nodeCount) = parser.finish()
        self.init(text: text, byteCount: bytes.count, nodes: nodes, nodeCount: nodeCount)
    }

    public convenience init(parsing bytes: [UInt8], options: JSONOptions = .init()) throws(JSONError) {
        var parser = JSONParser(bytes, options: options)
        try parser.parseDocument()
        let (text, nodes, nodeCount) = parser.finish()
        self.init(text: text, byteCount: bytes.count, nodes: nodes, nodeCount: nodeCount)
    }

    public convenience init(parsing string: String, options: JSONOptions = .init()) throws(JSONError) {
        try self.init(parsing: Array(string.utf8), options: options)
    }

    /// The same value as a document, for code that walks documents.
    public convenience init(_ value: JSONValue) throws(JSONError) {
        var writer = JSONWriter()
        writer.write(value)
        try self.init(parsing: writer.bytes, options: JSONOptions(maximumDepth: 1024))
    }

    @inlinable
    public func withRoot<Result, Failure: Error>(
        _ body: (JSONReference) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withExtendedLifetime(self) { () throws(Failure) -> Result in
            try body(JSONReference(nodes: UnsafePointer(nodes), text: UnsafePointer(text), index: 0))
        }
    }
}
