package import HearthCore
package import HearthSchema

/// Where the spool keeps its manifests. It shares its transactions with the readings, so that what was stored of a file and
/// how far the file was read are known together or not at all: that is what makes counts exact after a crash. Every back
/// end passes `SpoolStoreContract`. Throws as `ReadingStore` does.
package protocol SpoolStore: Sendable {
    /// Adds the manifest of a batch that was taken in; of its files, names and sizes.
    /// - Throws: `.conflict` when there is one with its tag.
    func open(_ batch: SpoolBatch) async throws

    /// Notes the digest of a file before its first reading is stored. The first one stays.
    func note(sha256: String, of file: SpoolFileNumber) async throws

    /// Stores one portion of a file in one transaction that is on stable storage when the call returns: readings, counts,
    /// refusals, and the place behind them. At most `SpoolStoreLimits.listedRejects` refusals are kept per file.
    /// - Throws: `.spoolPlaceLost` when the file is not where the portion begins; then nothing is stored.
    func ingest(_ portion: SpoolPortion) async throws -> [AppendOutcome]

    /// Notes what became of a file; the file itself moves afterwards.
    func settle(_ file: SpoolFileNumber, as outcome: SpoolOutcome, because failure: SpoolFailure?) async throws

    /// Notes that all files of a batch lie where they belong.
    func finish(_ tag: String, at time: Timestamp) async throws

    /// Batches under way, oldest first.
    func unfinishedBatches() async throws -> [SpoolBatch]

    func batch(_ tag: String) async throws -> SpoolBatch?

    /// Newest first, those older than `tag` when it is given.
    func batches(before tag: String?, limit: Int) async throws -> [SpoolBatch]

    /// What was refused of a file, in its order.
    func rejects(of file: SpoolFileNumber, limit: Int) async throws -> [SpoolReject]

    /// Deletes the manifests of finished batches that ended before `cutoff` and have no file in `failed/`.
    func forgetBatches(finishedBefore cutoff: Timestamp) async throws -> Int
}

/// Names a file of a batch.
package struct SpoolFileNumber: Sendable, Hashable {
    package var tag: String
    package var number: Int

    package init(tag: String, number: Int) {
        self.tag = tag
        self.number = number
    }
}

/// Neighbouring readings of one file that are stored together.
package struct SpoolPortion: Sendable {
    package var file: SpoolFileNumber
    /// Where the first of them begins.
    package var from: SpoolPlace
    /// Where the reading behind the last of them begins.
    package var to: SpoolPlace
    /// With their digests set.
    package var batches: [ReadingBatch]
    /// Readings that were refused.
    package var rejectedCount: Int
    /// The first of these, with their places.
    package var rejects: [SpoolReject]

    package init(
        file: SpoolFileNumber, from: SpoolPlace, to: SpoolPlace, batches: [ReadingBatch] = [], rejectedCount: Int = 0,
        rejects: [SpoolReject] = []
    ) {
        self.file = file
        self.from = from
        self.to = to
        self.batches = batches
        self.rejectedCount = rejectedCount
        self.rejects = rejects
    }
}

package enum SpoolStoreLimits {
    /// Refusals kept per file; all of them are counted.
    package static let listedRejects = 1000
}

extension ErrorCode {
    /// A portion of a segment does not begin where the segment was left.
    package static let spoolPlaceLost = ErrorCode("spool-place-lost")
}

extension HearthError {
    /// What stores throw for a portion that does not follow the one before.
    package static func spoolPlaceLost(_ file: SpoolFileNumber) -> HearthError {
        HearthError(
            .spoolPlaceLost, "File \(file.number) of the batch \(file.tag) is not where this portion begins.",
            hint: "Somebody else works on the same spool, or the portion was stored already.", disposition: .retry)
    }

    package static func spoolBatchMissing(_ tag: String) -> HearthError {
        HearthError(.notFound, "There is no batch \(tag.prefix(64)) in the spool.", hint: "GET /spool lists them.")
    }
}
