import HearthCore

/// Answers of the server, taken apart as far as tests need it.
struct HTTPAnswer: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    var code: String? { json["code"]?.string }

    /// The answers in a stream of bytes that all have a `Content-Length`, and what is left.
    static func parse(_ bytes: [UInt8]) -> [HTTPAnswer] {
        var answers: [HTTPAnswer] = []
        var rest = bytes[...]
        while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            guard let first = lines.first,
                let status = first.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
            else { break }
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
            }
            let length = headers["content-length"].flatMap { Int($0) } ?? 0
            guard rest.count - (end.upperBound - rest.startIndex) >= length else { break }
            answers.append(
                HTTPAnswer(
                    status: status, headers: headers, body: Array(rest[end.upperBound..<end.upperBound + length])))
            rest = rest[(end.upperBound + length)...]
        }
        return answers
    }
}

extension RawConnection {
    /// Waits for `count` answers.
    func answers(_ count: Int = 1, within limit: Duration = .seconds(20)) async throws -> [HTTPAnswer] {
        HTTPAnswer.parse(try await receive(within: limit) { HTTPAnswer.parse($0).count >= count })
    }

    /// Sends a request and waits for its answer; what came before is forgotten.
    func request(
        _ method: String, _ path: String, token: String? = nil, headers: [String] = [], body: String = ""
    ) async throws -> HTTPAnswer {
        drop(.max)
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1"] + headers
        if let token { lines.append("Authorization: Bearer \(token)") }
        if !body.isEmpty { lines += ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"] }
        try await send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        guard let answer = try await answers().first else { throw TimedOut() }
        return answer
    }
}
