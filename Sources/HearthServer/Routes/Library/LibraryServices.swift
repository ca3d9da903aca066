package import HearthKnow
package import HearthStore

/// What the paths of documents and questions work with.
package struct LibraryServices: Sendable {
    package var store: any LibraryStore
    package var retriever: any PassageRetriever

    package init(store: any LibraryStore, retriever: any PassageRetriever) {
        self.store = store
        self.retriever = retriever
    }
}
