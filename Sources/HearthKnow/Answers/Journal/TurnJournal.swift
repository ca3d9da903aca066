import Dispatch
import Foundation
package import HearthCore
package import HearthStore
import HearthVault

#if canImport(Glibc)
import Glibc
#endif

/// The conversations as files that outlive the database: `chat/YYYY/MM/DD/turns.ndjson`, one turn per line, only ever
/// appended to. The day is that of the person's time zone.
package struct TurnJournal: Sendable {
    private let folder: String
    /// Files are written on a thread of their own, one turn at a time.
    private let queue = DispatchQueue(label: "hearth.turn-journal")

    /// `home` is HEARTH_HOME; the folder `chat` in it is made when first needed.
    package init(home: String) { folder = home + "/chat" }

    /// Returns when the line is on stable storage. A last line that a crash cut off is removed first: its turn was never
    /// acknowledged, since this call had not returned.
    /// - Throws: `storage-full`, `storage-failed`; `invalid-value` for a time zone that does not exist.
    package func append(_ turn: Turn, timeZone: String) async throws {
        let path = try self.path(of: turn.timestamp, timeZone: timeZone)
        let line = Array((TurnRecord.value(turn).text + "\n").utf8)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { continuation.resume(with: Result { try Self.append(line, to: path) }) }
        }
    }

    /// Runs `body` with the journal's folder, between two turns.
    func onQueue<Value: Sendable>(_ body: @escaping @Sendable (String) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
            queue.async { [folder] in continuation.resume(with: Result { try body(folder) }) }
        }
    }

    private static func append(_ line: [UInt8], to path: String) throws {
        do {
            try Folder.make(Folder.parent(of: path))
            let file = try OpenFile(path, O_RDWR | O_CREAT, mode: 0o600)
            try file.lock()
            let end = try endOfLastLine(of: file)
            try line.withUnsafeBytes { try file.write($0, at: end) }
            try file.synchronize()
            if end == 0 { try Folder.synchronize(Folder.parent(of: path)) }
        } catch let failure as SystemCallError {
            throw HearthError.storage(failure, "The turn could not be written to the journal of conversations.")
        }
    }

    /// Where turns of this time go.
    /// - Throws: `invalid-value`.
    package func path(of time: Timestamp, timeZone name: String) throws -> String {
        guard let zone = TimeZone(identifier: name) else {
            throw HearthError(
                .invalidValue, "There is no time zone “\(name)”.", hint: "Use an IANA name such as Europe/Berlin.")
        }
        let second = time.microseconds.floorDivided(by: 1_000_000)
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
        let date = CivilDate(daysSince1970: Int((second + Int64(offset)).floorDivided(by: 86_400)))
        func digits(_ value: Int, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        return "\(folder)/\(digits(date.year, 4))/\(digits(date.month, 2))/\(digits(date.day, 2))/turns.ndjson"
    }

    /// Cuts off what stands behind the last line end and returns where the file then ends.
    private static func endOfLastLine(of file: borrowing OpenFile) throws -> Int {
        let size = Int(try file.status().st_size)
        var end = size
        while end > 0 {
            let start = max(0, end - 4096)
            var chunk = [UInt8](repeating: 0, count: end - start)
            let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0, at: start) }
            if let newline = chunk.prefix(count).lastIndex(of: UInt8(ascii: "\n")) {
                end = start + newline + 1
                break
            }
            end = start
        }
        guard end < size else { return end }
        guard ftruncate(file.descriptor, off_t(end)) == 0 else { throw SystemCallError("ftruncate", file.path) }
        try file.synchronize()
        return end
    }
}
