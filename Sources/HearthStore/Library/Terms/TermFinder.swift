/// Finds some terms in texts, without making all of a text's terms: words that begin unlike all of these are not stemmed.
package struct TermFinder: Sendable {
    private let places: [[UInt8]: Int]
    /// One bit for every two letters with which a word of one of the terms may begin.
    private var beginnings = [UInt64](repeating: 0, count: 1 << 16 / 64)

    /// `terms`: as `SearchTerms` makes them; a term is found under its place among them, one that is there twice under its first.
    package init(_ terms: [String]) {
        var places: [[UInt8]: Int] = [:]
        for (place, term) in terms.enumerated() where places[Array(term.utf8)] == nil {
            places[Array(term.utf8)] = place
        }
        self.places = places
        for term in places.keys {
            guard let first = term.first else { continue }
            if term.count > 2 {
                allow(first, term[1])
            } else {
                // Of so short a stem the second letter may have been another: “i” was “ies”.
                for second in UInt8.min...UInt8.max { allow(first, second) }
            }
        }
    }

    private mutating func allow(_ first: UInt8, _ second: UInt8) {
        let bit = Int(first) << 8 | Int(second)
        beginnings[bit >> 6] |= 1 << UInt64(bit & 63)
    }

    /// For each term of a text in order, up to `limit` of them, its place among the terms looked for, or nil.
    package func terms(of text: String, limit: Int) -> [Int?] {
        var found: [Int?] = []
        SearchTerms.scan(
            text,
            isWanted: { first, second in
                guard found.count < limit else { return false }
                let bit = Int(first) << 8 | Int(second)
                return beginnings[bit >> 6] & 1 << UInt64(bit & 63) != 0
            },
            { term, _ in if found.count < limit { found.append(term.flatMap { places[$0] }) } })
        return found
    }
}
