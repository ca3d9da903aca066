import HearthStore
import HearthTesting
import Testing

@Suite("Memory stores")
struct MemoryStoreTests {
    @Test("The reading store in memory", arguments: ReadingStoreContract.cases)
    func readingStore(_ contract: ContractCase<any ReadingStore>) async throws {
        try await contract.verify { MemoryReadingStore() }
    }

    @Test("The processing store in memory", arguments: ProcessingStoreContract.cases)
    func processingStore(_ contract: ContractCase<ProcessingStoreContract.Store>) async throws {
        try await contract.verify { MemoryReadingStore() }
    }

    @Test("The spool store in memory", arguments: SpoolStoreContract.cases)
    func spoolStore(_ contract: ContractCase<SpoolStoreContract.Store>) async throws {
        try await contract.verify { MemoryReadingStore() }
    }

    @Test("The catalogue in memory", arguments: CatalogueStoreContract.cases)
    func catalogueStore(_ contract: ContractCase<any CatalogueStore>) async throws {
        try await contract.verify { MemoryCatalogueStore() }
    }

    @Test("The library in memory", arguments: LibraryStoreContract.cases)
    func libraryStore(_ contract: ContractCase<any LibraryStore>) async throws {
        try await contract.verify { MemoryLibraryStore() }
    }

    @Test("Rewriting in memory", arguments: ReadingRewriteContract.cases)
    func rewriting(_ contract: ContractCase<ReadingRewriteContract.Store>) async throws {
        try await contract.verify { MemoryReadingStore() }
    }

    @Test("The vault in memory", arguments: VaultStoreContract.cases)
    func vaultStore(_ contract: ContractCase<VaultStoreContract.Store>) async throws {
        try await contract.verify { MemoryVaultStore() }
    }

    @Test("The events in memory", arguments: EventStoreContract.cases)
    func eventStore(_ contract: ContractCase<any EventStore>) async throws {
        try await contract.verify { MemoryEventStore() }
    }
}
