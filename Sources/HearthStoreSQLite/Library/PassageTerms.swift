import Dispatch
import HearthStore

/// The terms of a document's title and passages, as the index takes them.
struct PassageTerms: Sendable {
    var title: String
    /// In the order of the passages.
    var texts: [String]

    init(_ entry: DocumentEntry) {
        title = SearchTerms.joined(entry.document.title)
        texts = entry.passages.map { SearchTerms.joined($0.text) }
    }

    /// Bytes of a text from which on its terms are made before the writer is taken: others write meanwhile.
    private static let longText = 64 << 10
    private static let queue = DispatchQueue(label: "hearth.library.terms")

    /// Those of long texts, made away from the cooperative pool; nil for short ones, which take no time.
    static func prepare(_ entries: [DocumentEntry]) async -> [PassageTerms?] {
        guard entries.contains(where: { isLong($0) }) else { return Array(repeating: nil, count: entries.count) }
        return await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: entries.map { isLong($0) ? PassageTerms($0) : nil }) }
        }
    }

    private static func isLong(_ entry: DocumentEntry) -> Bool { entry.document.text.utf8.count >= longText }
}
