import HearthCore

/// One request to a Hearth.
struct HTTPCall: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    var method: Method
    var path: String
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?
    /// A file as the body, in place of `body`.
    var upload: FileUpload?

    static func get(_ path: String, _ query: [(String, String?)] = [], accept: String = "application/json") -> HTTPCall
    {
        HTTPCall(
            method: .get, path: path, query: query.compactMap { name, value in value.map { (name, $0) } },
            headers: [("Accept", accept)])
    }

    static func send(_ method: Method, _ path: String, _ value: JSONValue? = nil) -> HTTPCall {
        var writer = JSONWriter()
        if let value { writer.write(value) }
        return HTTPCall(
            method: method, path: path,
            headers: [("Accept", "application/json")] + (value == nil ? [] : [("Content-Type", "application/json")]),
            body: value == nil ? nil : writer.bytes)
    }

    /// The request target as it travels.
    func target(prefix: String) -> String {
        guard !query.isEmpty else { return prefix + path }
        let pairs = query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        return prefix + path + "?" + pairs.joined(separator: "&")
    }
}

/// The beginning of an answer.
struct AnswerHead: Sendable {
    var status: Int
    var fields: [(name: String, value: String)]

    /// The first field of this name, whatever its case.
    func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
}

/// What came back, whole.
struct HTTPAnswer: Sendable {
    var head: AnswerHead
    var body: [UInt8]

    var status: Int { head.status }
}

/// RFC 3986 percent encoding of one part of a path or query.
enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte.isASCIILetterOrDigit || "-._~".utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
