package import HearthCore

/// How much a library takes at once. Every store keeps to them.
package enum LibraryLimits {
    /// Documents in one call of `put`.
    package static let entriesPerPut = 1000
    /// UTF-8 bytes of one document's text: more than any door lets in, because normal forms can be longer.
    package static let documentBytes = 32 << 20
    /// Passages of one document.
    package static let passagesPerDocument = 100_000
    /// Links kept of one document; more are cut off.
    package static let linksPerDocument = 1000
    /// What any list returns at most, whatever is asked for.
    package static let listLength = 10_000
    /// Gaps between the edges of a timeline: two years of days.
    package static let timelineSpans = 750
    /// Characters of a document's text in its head.
    package static let summaryCharacters = 200

    /// Refuses what is too large or contradicts itself.
    package static func check(_ entries: [DocumentEntry]) throws {
        guard entries.count <= entriesPerPut else {
            throw HearthError(.tooLarge, "At most \(entriesPerPut) documents are stored at once.")
        }
        for (document, passages) in entries.lazy.map({ ($0.document, $0.passages) }) {
            guard document.text.utf8.count <= documentBytes else {
                throw HearthError(
                    .tooLarge, "The text of a document is longer than \(documentBytes >> 20) MiB.",
                    hint: "Split it into several documents.")
            }
            guard passages.count <= passagesPerDocument else {
                throw HearthError(.tooLarge, "A document has more than \(passagesPerDocument) passages.")
            }
            guard passages.allSatisfy({ $0.offset >= 0 && $0.offset <= document.text.utf8.count }) else {
                throw HearthError(
                    .conflict, "A passage begins outside the text of its document.", disposition: .defect)
            }
        }
    }

    package static func check(edges: [Timestamp]) throws {
        guard edges.count <= timelineSpans + 1 else {
            throw HearthError(
                .tooLarge, "A timeline has at most \(timelineSpans) spans.", hint: "Ask for a shorter time.")
        }
        guard zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw HearthError(.conflict, "The edges of a timeline must ascend.")
        }
    }

    /// Between 0 and the longest list.
    package static func length(_ limit: Int) -> Int { min(max(limit, 0), listLength) }
}

extension Document {
    /// The first characters of the text, its line ends as spaces.
    package var summary: String {
        String(text.prefix(LibraryLimits.summaryCharacters).map { $0.isNewline ? " " : $0 })
    }

    /// The links that count, each once.
    package var distinctLinks: [String] {
        var seen: Set<String> = []
        return Array(
            links.filter { !$0.isEmpty && seen.insert($0).inserted }.prefix(LibraryLimits.linksPerDocument))
    }

    /// The names under which links of others find this document.
    package var linkNames: Set<String> {
        Set([source.key, source.url ?? "", title].map(Self.linkName).filter { !$0.isEmpty })
    }

    /// Links are compared without regard to case and spaces around them.
    package static func linkName(_ text: String) -> String {
        let lower = text.lowercased()
        guard let first = lower.firstIndex(where: { !$0.isWhitespace }),
            let last = lower.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(lower[first...last])
    }
}

extension Gap {
    /// Questions of the same form are the same open question.
    package var form: String { Document.linkName(question) }
}
