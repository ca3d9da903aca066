import HTTPTypes
import HearthCore
import HearthIngest
import NIOCore

/// Writes answers as the bytes that the ordinary path would send, most of them prepared beforehand.
struct ExpressAnswer: Sendable {
    private let dates: HTTPDates
    private let created: [UInt8]
    private let repeated: [UInt8]
    /// From the security headers to the value of `Date`.
    private let middle: [UInt8]
    /// From the end of the date to the end of the head.
    private let end: [UInt8]

    init(dates: HTTPDates, version: String) {
        self.dates = dates
        created = Self.begin(.created, contentType: "application/json")
        repeated = Self.begin(.ok, contentType: "application/json")
        var fields = HTTPFields()
        SecurityHeaders.add(to: &fields)
        middle = Array((fields.map { "\r\n\($0.name.rawName): \($0.value)" }.joined() + "\r\nDate: ").utf8)
        end = Array("\r\nServer: hearth/\(version)\r\n\r\n".utf8)
    }

    /// Up to the value of `Content-Length`.
    private static func begin(_ status: HTTPResponse.Status, contentType: String) -> [UInt8] {
        Array(
            "HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\nContent-Type: \(contentType)\r\nContent-Length: ".utf8)
    }

    /// - Returns: The whole answer, and how long its body is.
    func receipt(_ receipt: Receipt, request: UniqueID) -> (bytes: ByteBuffer, bodyCount: Int) {
        var body = JSONWriter(capacity: 160)
        body.receipt(receipt)
        return write(receipt.isDuplicate ? repeated : created, [], body.bytes, request)
    }

    func problem(_ error: HearthError, request: UniqueID) -> (bytes: ByteBuffer, bodyCount: Int, status: Int) {
        let problem = ProblemResponse.problem(error)
        let begin = Self.begin(problem.status, contentType: ProblemResponse.mediaType)
        var extra: [UInt8] = []
        if let wait = error.retryAfter {
            extra = Array("\r\nRetry-After: \(ProblemResponse.wholeSeconds(wait))".utf8)
        }
        let (bytes, bodyCount) = write(begin, extra, problem.body, request)
        return (bytes, bodyCount, problem.status.code)
    }

    private func write(
        _ begin: [UInt8], _ extra: [UInt8], _ body: [UInt8], _ request: UniqueID
    ) -> (bytes: ByteBuffer, bodyCount: Int) {
        var text = JSONWriter(capacity: begin.count + extra.count + middle.count + end.count + body.count + 128)
        text.bytes += begin
        text.write(body.count)
        text.bytes += extra
        text.raw("\r\nX-Request-Id: ")
        request.append(to: &text.bytes)
        text.bytes += middle
        text.bytes += dates.now.utf8
        text.bytes += end
        text.bytes += body
        return (ByteBuffer(bytes: text.bytes), body.count)
    }
}
