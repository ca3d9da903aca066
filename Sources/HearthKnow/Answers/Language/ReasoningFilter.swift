/// Takes out what a reasoning model thinks aloud, `<think>…</think>`, from a text that arrives in pieces. Pure: the same text
/// in other pieces leaves the same. What is never closed was never an answer.
struct ReasoningFilter: Sendable {
    /// What may still become a tag.
    private var pending: [Unicode.Scalar] = []
    private var isReasoning = false

    enum Piece: Sendable, Hashable {
        case text(String)
        /// A tag was closed that the text never opened, since the model's template had: what came before it was reasoning.
        case reasoningBefore
    }

    mutating func add(_ piece: String) -> [Piece] {
        var pieces: [Piece] = []
        var text = String.UnicodeScalarView()
        func flush() {
            if !text.isEmpty { pieces.append(.text(String(text))) }
            text = String.UnicodeScalarView()
        }
        for scalar in piece.unicodeScalars {
            if scalar == "<" {
                // The one before began no tag.
                if !isReasoning { text.append(contentsOf: pending) }
                pending = [scalar]
                continue
            }
            guard !pending.isEmpty else {
                if !isReasoning { text.append(scalar) }
                continue
            }
            pending.append(scalar)
            switch Self.read(pending) {
            case .open: (isReasoning, pending) = (true, [])
            case .close:
                if !isReasoning {
                    flush()
                    pieces.append(.reasoningBefore)
                }
                (isReasoning, pending) = (false, [])
            case .unfinished: break
            case .none:
                if !isReasoning { text.append(contentsOf: pending) }
                pending = []
            }
        }
        flush()
        return pieces
    }

    /// What is left when the text has ended.
    mutating func finish() -> String {
        defer { (pending, isReasoning) = ([], false) }
        return isReasoning ? "" : String(String.UnicodeScalarView(pending))
    }

    private enum Tag { case open, close, unfinished, none }

    /// `scalars` begin with "<".
    private static func read(_ scalars: [Unicode.Scalar]) -> Tag {
        var name = String(String.UnicodeScalarView(scalars.dropFirst())).lowercased()
        let isClosing = name.hasPrefix("/")
        if isClosing { name.removeFirst() }
        if name.hasSuffix(">") {
            let parts = name.dropLast().split(separator: " ", maxSplits: 1)
            return parts.first.map { names.contains(String($0)) } == true ? (isClosing ? .close : .open) : .none
        }
        guard scalars.count <= longestTag else { return .none }
        let word = name.prefix { $0 != " " }
        let isWhole = word.count < name.count
        return names.contains { isWhole ? $0 == word : $0.hasPrefix(word) } ? .unfinished : .none
    }

    private static let names: Set<String> = ["think", "thinking", "thought", "reasoning"]
    /// In code points; attributes of a tag are short.
    private static let longestTag = 64
}
