import Crypto
import Dispatch
import Foundation
package import HearthCore

/// What became of one item.
package enum ImportOutcome: Sendable, Hashable {
    case done
    /// Sent, and the server had it.
    case alreadyThere
    /// Sent before from here or from another place where the same still is, and not sent now. What was forgotten since is
    /// not there any more.
    case sentBefore
    /// The server or the plan says why.
    case notUnderstood(String)
    /// It may work later: the next run tries it again.
    case failed(String)
}

package struct ImportResult: Sendable, Hashable {
    package var path: String
    package var outcome: ImportOutcome

    package init(path: String, outcome: ImportOutcome) {
        self.path = path
        self.outcome = outcome
    }
}

/// What became of an import, item by item.
package struct ImportReport: Sendable, Hashable {
    package var results: [ImportResult] = []
    package var hidden = 0

    package func count(_ isCounted: (ImportOutcome) -> Bool) -> Int { results.count { isCounted($0.outcome) } }
    package var done: Int { count { $0 == .done } }
    package var alreadyThere: Int { count { $0 == .alreadyThere } }
    package var sentBefore: Int { count { $0 == .sentBefore } }
    package var notUnderstood: Int { count { if case .notUnderstood = $0 { true } else { false } } }
    package var failed: Int { count { if case .failed = $0 { true } else { false } } }
}

package struct ImportProgress: Sendable, Hashable {
    /// Of the plan's items, including this one.
    package var finished: Int
    package var total: Int
    /// Of all files, and of those finished.
    package var bytes: Int
    package var totalBytes: Int
    package var last: ImportResult
}

/// What the server says to a file.
package enum SendOutcome: Sendable, Hashable { case stored, alreadyThere }

/// Sends what a plan found, one after the other, and writes down what arrived.
package struct Importer: Sendable {
    /// Bytes read at once for the digest.
    private static let piece = 1 << 20
    private static let queue = DispatchQueue(label: "hearth.import")
    /// Failures in a row after which an import stops: the server is away.
    package static let maximumFailures = 5

    private var journal: ImportJournal
    private let again: Bool
    private let send: @Sendable (ImportItem, _ digest: String) async throws -> SendOutcome

    /// - Parameters:
    ///   - again: Whether what was imported before is sent too.
    ///   - send: Sends the file to the server's `item.route.path`. Throws `HearthError`: with disposition `retry` the
    ///   item is tried again in the next run, any other is the reason why it was not understood.
    package init(
        journal: ImportJournal, again: Bool = false,
        send: @escaping @Sendable (ImportItem, _ digest: String) async throws -> SendOutcome
    ) {
        self.journal = journal
        self.again = again
        self.send = send
    }

    /// Runs to the end of the plan, and says of each item what became of it.
    /// - Throws: When the journal cannot be written, `maximumFailures` items failed in a row, or the task is cancelled. What
    ///   arrived until then is in the journal.
    package mutating func run(
        _ plan: ImportPlan, progress: (ImportProgress) -> Void = { _ in }
    ) async throws -> ImportReport {
        var report = ImportReport(results: [], hidden: plan.hidden)
        var failures = 0
        var bytes = 0
        let total = plan.items.reduce(0) { $0 + $1.size }
        for (index, item) in plan.items.enumerated() {
            try Task.checkCancellation()
            let outcome = try await outcome(of: item)
            let result = ImportResult(path: item.path, outcome: outcome)
            report.results.append(result)
            bytes += item.size
            progress(
                ImportProgress(
                    finished: index + 1, total: plan.items.count, bytes: bytes, totalBytes: total, last: result))
            guard case .failed(let reason) = outcome else {
                failures = 0
                continue
            }
            failures += 1
            if failures == Self.maximumFailures {
                throw HearthError(
                    .overloaded, "\(failures) files in a row could not be sent. The last: \(reason)",
                    hint: "Run the same command again later; it goes on here.", disposition: .retry)
            }
        }
        report.results += plan.skipped.map { ImportResult(path: $0.path, outcome: .notUnderstood($0.reason)) }
        return report
    }

    private mutating func outcome(of item: ImportItem) async throws -> ImportOutcome {
        let digest: String
        do {
            digest = try await Self.digest(item.path)
        } catch {
            return .notUnderstood("It can no longer be read.")
        }
        var item = item
        if journal.holds(item, digest: digest) {
            if !again { return .sentBefore }
        } else if item.route == .document {
            switch await otherPlace(of: item, digest: digest) {
            // A copy of what is there brings nothing new.
            case .here: return .sentBefore
            // What was moved stays the document that it was.
            case .gone(let place): item.key = journal.key(of: place)
            case nil: break
            }
        }
        if item.route == .document, item.key == nil { item.key = ownKey(of: item, digest: digest) }
        let sent: SendOutcome
        do {
            sent = try await send(item, digest)
        } catch let error as HearthError {
            return error.disposition == .retry ? .failed(error.message) : .notUnderstood(error.message)
        }
        try journal.note(item, digest: digest)
        return sent == .stored ? .done : .alreadyThere
    }

    private enum Place {
        case here(String)
        case gone(String)
    }

    /// Another place where the same document was when it was imported, and whether it still is there.
    private func otherPlace(of item: ImportItem, digest: String) async -> Place? {
        let places = journal.places(holding: digest, except: item)
        for place in places where (try? await Self.digest(place)) == digest { return .here(place) }
        // A place that holds something else by now keeps its document.
        return places.first { !FileManager.default.fileExists(atPath: $0) }.map { .gone($0) }
    }

    /// What the server shall know a document by: its path, unless another document that is still there has come from it.
    private func ownKey(of item: ImportItem, digest: String) -> String {
        let key = journal.key(of: item.path)
        let isTaken =
            key == item.path
            && journal.places(known: item.path).contains { FileManager.default.fileExists(atPath: $0) }
        return isTaken ? "\(key)#\(digest.prefix(16))" : key
    }

    /// SHA-256 in hexadecimal; reading blocks, so it happens on a queue of its own.
    package static func digest(_ path: String) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(
                    with: Result {
                        let handle = try FileHandle(forReadingFrom: URL(filePath: path))
                        defer { try? handle.close() }
                        var hash = SHA256()
                        while let data = try handle.read(upToCount: piece), !data.isEmpty { hash.update(data: data) }
                        return hash.finalize().map { byte in
                            let digits = String(byte, radix: 16)
                            return byte < 16 ? "0" + digits : digits
                        }.joined()
                    })
            }
        }
    }
}
