package import HearthCollect
package import HearthKnow
package import HearthStore

/// What the paths of documents and questions work with.
package struct LibraryServices: Sendable {
    package var store: any LibraryStore
    package var intake: DocumentIntake
    package var files: FileReader
    package var fetch: PageFetch
    package var retriever: any PassageRetriever
    package var answerer: Answerer
    package var journal: TurnJournal

    package init(
        store: any LibraryStore, intake: DocumentIntake, files: FileReader, fetch: @escaping PageFetch,
        retriever: any PassageRetriever, answerer: Answerer, journal: TurnJournal
    ) {
        self.store = store
        self.intake = intake
        self.files = files
        self.fetch = fetch
        self.retriever = retriever
        self.answerer = answerer
        self.journal = journal
    }
}

/// Gets a public page by its address.
package typealias PageFetch = @Sendable (String) async throws -> FetchedPage
