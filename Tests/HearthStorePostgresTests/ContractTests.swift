import HearthStore
import HearthStorePostgres
import HearthTesting
import Testing

@Suite("PostgreSQL stores keep the contract", .enabled(if: TestPostgres.isInstalled, "\(TestPostgres.absence)"))
struct ContractTests {
    @Test("The reading store in PostgreSQL", arguments: ReadingStoreContract.cases)
    func readingStore(_ contract: ContractCase<any ReadingStore>) async throws {
        try await withPool { pool in
            try await contract.verify { try await PostgresReadingStore.open(pool) }
        }
    }

    @Test("The processing store in PostgreSQL", arguments: ProcessingStoreContract.cases)
    func processingStore(_ contract: ContractCase<ProcessingStoreContract.Store>) async throws {
        try await withPool { pool in
            try await contract.verify { try await PostgresReadingStore.open(pool) }
        }
    }

    @Test("The spool store in PostgreSQL", arguments: SpoolStoreContract.cases)
    func spoolStore(_ contract: ContractCase<SpoolStoreContract.Store>) async throws {
        try await withPool { pool in
            try await contract.verify { try await PostgresReadingStore.open(pool) }
        }
    }
}
