package import HearthStore

/// Which kinds of events: a kind's whole name, the words before `*` (`gate.*`), or `*` for all.
package struct EventPattern: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// Nil for what is none of these forms.
    package init?(_ text: String) {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        guard !words.isEmpty else { return nil }
        for (index, word) in words.enumerated() {
            if word == "*", index == words.count - 1 { continue }
            guard !word.isEmpty, word.utf8.allSatisfy({ (0x61...0x7a).contains($0) || $0 == 0x2d }) else { return nil }
        }
        self.text = text
    }

    package var description: String { text }

    package func matches(_ kind: EventKind) -> Bool {
        if text == "*" { return true }
        if text.hasSuffix(".*") { return kind.text.hasPrefix(text.dropLast()) }
        return kind.text == text
    }
}

/// What one target wants to hear of.
package struct EventSubscription: Sendable, Hashable {
    package var target: String
    package var patterns: [EventPattern]

    package init(target: String, patterns: [EventPattern]) {
        self.target = target
        self.patterns = patterns
    }

    package func wants(_ kind: EventKind) -> Bool { patterns.contains { $0.matches(kind) } }
}
