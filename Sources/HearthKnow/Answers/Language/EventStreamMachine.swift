import HearthCore
import HearthModelServers

/// Reads the lines of a text/event-stream (WHATWG HTML, "Server-sent events") that arrive in pieces. Pure.
struct EventStreamMachine: Sendable {
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var endedWithReturn = false
    private var total = 0

    /// The data of the events that are complete now.
    /// - Throws: `model-answer-unreadable` when an event or the whole stream is larger than allowed.
    mutating func add(_ bytes: some Sequence<UInt8>) throws(HearthError) -> [[UInt8]] {
        var events: [[UInt8]] = []
        for byte in bytes {
            total += 1
            guard total <= LanguageLimits.streamBytes, line.count + data.count <= LanguageLimits.eventBytes else {
                throw HearthError(
                    .modelAnswerUnreadable, "The language model's server sent more than an answer can be.",
                    disposition: .retry)
            }
            // A line ends with CR LF, LF, or CR.
            let isSecondOfPair = endedWithReturn && byte == UInt8(ascii: "\n")
            endedWithReturn = byte == UInt8(ascii: "\r")
            if isSecondOfPair { continue }
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
                line.append(byte)
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> [UInt8]? {
        defer { line = [] }
        guard !line.isEmpty else {
            defer { (data, hasData) = ([], false) }
            return hasData ? data : nil
        }
        let field = "data:".utf8
        guard line.starts(with: field) else { return nil }
        var value = line.dropFirst(field.count)
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        if hasData { data.append(UInt8(ascii: "\n")) }
        data.append(contentsOf: value)
        hasData = true
        return nil
    }
}
