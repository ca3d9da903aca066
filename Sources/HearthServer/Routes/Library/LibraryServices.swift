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
package typealias PageFetch = @Sendable (String) async throws -> FetchedFile

/// What an address led to.
package struct FetchedFile: Sendable {
    package var bytes: [UInt8]
    package var mediaType: String?
    /// Where it was found after redirects.
    package var url: String

    package init(bytes: [UInt8], mediaType: String?, url: String) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.url = url
    }
}
