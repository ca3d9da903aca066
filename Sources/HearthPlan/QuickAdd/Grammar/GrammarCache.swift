import HearthCore
import Synchronization

/// Grammars, each read once: compiling one costs some milliseconds.
final class GrammarCache: Sendable {
    private let read: @Sendable (String) throws(HearthError) -> Grammar
    private let grammars = Mutex<[String: Grammar]>([:])

    /// - Parameter read: Reads and compiles the grammar of a language. What it throws is not kept.
    init(read: @escaping @Sendable (String) throws(HearthError) -> Grammar) { self.read = read }

    func grammar(_ language: String) throws(HearthError) -> Grammar {
        // Under the lock, so that callers of the first moment do not all read it.
        try grammars.withLock { (grammars) throws(HearthError) -> Grammar in
            if let known = grammars[language] { return known }
            let grammar = try read(language)
            grammars[language] = grammar
            return grammar
        }
    }
}
