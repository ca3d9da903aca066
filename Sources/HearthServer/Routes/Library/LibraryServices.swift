package import HearthCollect
package import HearthKnow
package import HearthStore

/// What the paths of documents and questions work with.
package struct LibraryServices: Sendable {
    package var store: any LibraryStore
    package var intake: DocumentIntake
    package var files: FileReader
    package var fetcher: PageFetcher
    package var retriever: any PassageRetriever
    package var answerer: Answerer

    package init(
        store: any LibraryStore, intake: DocumentIntake, files: FileReader, fetcher: PageFetcher,
        retriever: any PassageRetriever, answerer: Answerer
    ) {
        self.store = store
        self.intake = intake
        self.files = files
        self.fetcher = fetcher
        self.retriever = retriever
        self.answerer = answerer
    }
}
