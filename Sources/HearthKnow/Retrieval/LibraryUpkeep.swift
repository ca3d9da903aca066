import HearthCore
package import HearthStore
package import Logging
package import ServiceLifecycle

/// Takes away in the background what deletions leave in the library: words in the text index, and the notes that tell the
/// vector indexes what went. A failed round is logged and tried again at the next turn.
package struct LibraryUpkeep: Service {
    /// Between two rounds.
    package static let interval = Duration.seconds(60)

    private let store: any LibraryStore
    private let followers: [EmbeddingFollower]
    private let interval: Duration
    private let logger: Logger

    /// - Parameter followers: Those of all indexes that there are.
    package init(
        store: any LibraryStore, followers: [EmbeddingFollower], logger: Logger, interval: Duration = Self.interval
    ) {
        self.store = store
        self.followers = followers
        self.logger = logger
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    // Many deletions in a row are one piece of work.
                    try await Task.sleep(for: interval)
                    try await round()
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("What was deleted could not be cleared away yet", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// One round.
    package func round() async throws {
        try await store.purge()
        let followed = followers.map(\.followed)
        // An index that is made later begins with what is there, and needs no word of what went before it.
        let latest = try await store.latestPassageChange()
        let through = followed.reduce(latest) { min($0, $1 ?? 0) }
        if through > 0 { _ = try await store.compactPassageChanges(through: through) }
    }
}
