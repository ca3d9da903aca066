package import HearthStore

/// Counts words with the text index of the library.
package struct LibraryTermStatistics: TermStatistics {
    private let library: any LibraryStore

    package init(library: any LibraryStore) { self.library = library }

    package func frequencies(of words: [String], scope: DocumentFilter) async throws -> TermFrequencies {
        // How common a word is does not depend on what a question is narrowed to.
        let everything = DocumentFilter(person: scope.person)
        let passages = try await library.count(everything).passages
        var counts: [Int] = []
        for word in words {
            counts.append(
                try await library.rank(text: TextQuery(word), everything, limit: AnswerLimits.countedPassages).count)
        }
        return TermFrequencies(passages: passages, counts: counts)
    }
}
