import HearthStore
import HearthStoreSQLite
import HearthTesting
import Testing

@Suite("SQLite stores keep the contract")
struct ContractTests {
    @Test("The reading store in SQLite", arguments: ReadingStoreContract.cases)
    func readingStore(_ contract: ContractCase<any ReadingStore>) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await contract.verify {
            var options = SQLiteReadingStore.Options()
            // Small chunks and a small cache, so that a few hundred readings go through all of it.
            options.chunkReadings = 40
            options.chunkCacheBytes = 100_000
            return try await SQLiteReadingStore.open(
                path: folder.path("streams.db"), digest: ContractReadings.digest, options: options)
        }
    }

    @Test("The processing store in SQLite", arguments: ProcessingStoreContract.cases)
    func processingStore(_ contract: ContractCase<ProcessingStoreContract.Store>) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await contract.verify {
            var options = SQLiteReadingStore.Options()
            options.chunkReadings = 40
            return try await SQLiteReadingStore.open(
                path: folder.path("streams.db"), digest: ContractReadings.digest, options: options)
        }
    }

    @Test("The spool store in SQLite", arguments: SpoolStoreContract.cases)
    func spoolStore(_ contract: ContractCase<SpoolStoreContract.Store>) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await contract.verify {
            try await SQLiteReadingStore.open(path: folder.path("streams.db"), digest: ContractReadings.digest)
        }
    }

    @Test("The catalogue in SQLite", arguments: CatalogueStoreContract.cases)
    func catalogueStore(_ contract: ContractCase<any CatalogueStore>) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await contract.verify { try await SQLiteCatalogueStore.open(path: folder.path("hearth.db")) }
    }

    @Test("The library in SQLite", arguments: LibraryStoreContract.cases)
    func libraryStore(_ contract: ContractCase<any LibraryStore>) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await contract.verify { try await SQLiteLibraryStore.open(path: folder.path("library.db")) }
    }

    @Test("Rewriting in SQLite", arguments: ReadingRewriteContract.cases)
    func rewriting(_ contract: ContractCase<ReadingRewriteContract.Store>) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await contract.verify {
            try await SQLiteReadingStore.open(path: folder.path("streams.db"), digest: ContractReadings.digest)
        }
    }

    @Test("The vault in SQLite", arguments: VaultStoreContract.cases)
    func vaultStore(_ contract: ContractCase<VaultStoreContract.Store>) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await contract.verify { try await SQLiteVaultStore.open(path: folder.path("vault.db")) }
    }

    @Test("The events in SQLite", arguments: EventStoreContract.cases)
    func eventStore(_ contract: ContractCase<any EventStore>) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await contract.verify { try await SQLiteEventStore.open(path: folder.path("events.db")) }
    }
}
