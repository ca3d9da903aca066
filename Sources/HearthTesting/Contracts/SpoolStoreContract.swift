import HearthCore
import HearthSchema
package import HearthStore

/// What every spool store does, as `SpoolStore` says. Stores are made with `ContractReadings.digest`.
package enum SpoolStoreContract {
    package typealias Store = any ReadingStore & SpoolStore
    typealias Make = @Sendable () async throws -> Store

    package static let cases: [ContractCase<Store>] = [
        ContractCase("keeps manifests and tells those under way", verifyManifests),
        ContractCase("stores readings, counts and place of a portion together", verifyPortions),
        ContractCase("refuses a portion that does not follow, and stores nothing of it", verifyPlaces),
        ContractCase("lists the first refusals and counts all", verifyRejects),
        ContractCase("settles files and forgets batches without failed ones", verifyForgetting),
    ]

    private static func time(_ seconds: Int) -> Timestamp { ContractReadings.start + .seconds(seconds) }

    private static func batch(_ tag: String, _ names: [String] = ["a.msgpack", "b\n🙂.msgpack.zst"]) -> SpoolBatch {
        SpoolBatch(
            tag: tag, openedAt: time(1),
            files: names.enumerated().map { SpoolFile(name: $0.element, size: 100 + $0.offset) })
    }

    private static func portion(
        _ tag: String, _ stream: StreamDefinition, readings numbers: Range<Int>, from: SpoolPlace, to: SpoolPlace,
        rejected: [SpoolReject] = [], rejectedCount: Int? = nil
    ) -> SpoolPortion {
        let readings = numbers.map { ContractReadings.reading(stream, at: Int64($0) * 1000, x: Double($0)) }
        return SpoolPortion(
            file: SpoolFileNumber(tag: tag, number: 0), from: from, to: to,
            batches: numbers.isEmpty ? [] : [ContractReadings.batch(readings, stream)],
            rejectedCount: rejectedCount ?? rejected.count, rejects: rejected)
    }

    private static func reject(_ number: Int) -> SpoolReject {
        SpoolReject(
            frame: number, offset: number * 10, reading: number % 2 == 0 ? nil : number, code: .invalidValue,
            message: "reason \(number)")
    }

    static func verifyManifests(_ make: Make) async throws {
        let store = try await make()
        let none = try await store.batch("1")
        try requireEqual(none, nil, "a batch that was never opened")
        for tag in ["2", "1", "3"] { try await store.open(batch(tag)) }
        try await requireFailure(.conflict, "a tag used twice") { try await store.open(batch("2")) }
        let open = try await store.unfinishedBatches()
        try requireEqual(open, ["1", "2", "3"].map { batch($0) }, "batches under way, oldest first")
        try await store.note(sha256: "abc", of: SpoolFileNumber(tag: "1", number: 1))
        try await store.note(sha256: "def", of: SpoolFileNumber(tag: "1", number: 1))
        try await store.finish("2", at: time(5))
        try await store.finish("2", at: time(6))
        let found = [try await store.batch("1"), try await store.batch("2")]
        var expected = [batch("1"), batch("2")]
        expected[0].files[1].sha256 = "abc"
        expected[1].finishedAt = time(5)
        try requireEqual(found, expected, "batches by tag")
        let left = try await store.unfinishedBatches().map(\.tag)
        try requireEqual(left, ["1", "3"], "batches under way after one was finished")
        let newest = try await store.batches(before: nil, limit: 2).map(\.tag)
        let older = try await store.batches(before: "2", limit: 2).map(\.tag)
        try requireEqual([newest, older], [["3", "2"], ["1"]], "pages of batches, newest first")
        try await requireFailure(.notFound, "an unknown batch finished") { try await store.finish("9", at: time(1)) }
        try await requireFailure(.notFound, "a digest of an unknown file") {
            try await store.note(sha256: "", of: SpoolFileNumber(tag: "1", number: 2))
        }
        try await requireFailure(.notFound, "an unknown file settled") {
            try await store.settle(SpoolFileNumber(tag: "9", number: 0), as: .stored, because: nil)
        }
    }

    static func verifyPortions(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        try await store.open(batch("1"))
        let first = SpoolPlace(offset: 500, frame: 1, reading: 3)
        let outcome = try await store.ingest(portion("1", stream, readings: 0..<5, from: SpoolPlace(), to: first))
        try requireEqual(outcome.map(\.stored), [5], "readings of the first portion")
        // Three of them came before.
        let second = SpoolPlace(offset: 900, frame: 2)
        let again = try await store.ingest(portion("1", stream, readings: 2..<8, from: first, to: second))
        try requireEqual(again.map(\.duplicates.count), [3], "duplicates of the second portion")
        let last = SpoolPlace(offset: 1000, frame: 3)
        _ = try await store.ingest(portion("1", stream, readings: 0..<0, from: second, to: last))
        let file = try await store.batch("1")?.files[0]
        try requireEqual(file?.place, last, "the place behind the portions")
        try requireEqual(file?.totals, SpoolTotals(accepted: 8, duplicates: 3), "counts of the portions")
        let other = try await store.batch("1")?.files[1]
        try requireEqual(other, batch("1").files[1], "a file that was not worked")
        let (rows, _) = try await store.changes(of: stream, after: nil, limit: 100)
        try requireEqual(rows.count, 8, "readings stored")
    }

    static func verifyPlaces(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        try await store.open(batch("1"))
        let start = SpoolPlace()
        let end = SpoolPlace(offset: 10, frame: 1)
        let step = portion("1", stream, readings: 0..<4, from: start, to: end, rejected: [reject(0)])
        _ = try await store.ingest(step)
        try await requireFailure(.spoolPlaceLost, "the same portion twice") { try await store.ingest(step) }
        let foreign = portion("1", stream, readings: 10..<14, from: SpoolPlace(offset: 11, frame: 1), to: end)
        try await requireFailure(.spoolPlaceLost, "a portion from elsewhere") { try await store.ingest(foreign) }
        try await store.settle(SpoolFileNumber(tag: "1", number: 0), as: .stored, because: nil)
        let late = portion("1", stream, readings: 10..<14, from: end, to: SpoolPlace(offset: 20, frame: 2))
        try await requireFailure(.spoolPlaceLost, "a portion of a settled file") { try await store.ingest(late) }
        let unknown = portion("7", stream, readings: 10..<14, from: start, to: end)
        try await requireFailure(.notFound, "a portion of an unknown batch") { try await store.ingest(unknown) }
        let file = try await store.batch("1")?.files[0]
        try requireEqual(file?.totals, SpoolTotals(accepted: 4, rejected: 1), "counts after refused portions")
        let rejects = try await store.rejects(of: SpoolFileNumber(tag: "1", number: 0), limit: 10)
        try requireEqual(rejects, [reject(0)], "refusals after refused portions")
        let (rows, _) = try await store.changes(of: stream, after: nil, limit: 100)
        try requireEqual(rows.count, 4, "readings after refused portions")
    }

    static func verifyRejects(_ make: Make) async throws {
        let store = try await make()
        let stream = try ContractReadings.motion()
        try await store.install([stream])
        try await store.open(batch("1"))
        let file = SpoolFileNumber(tag: "1", number: 0)
        let limit = SpoolStoreLimits.listedRejects
        var place = SpoolPlace()
        for step in 0..<3 {
            let next = SpoolPlace(offset: (step + 1) * 10, frame: step + 1)
            let rejects = (0..<limit / 2 - 1).map { reject(step * limit + $0) }
            _ = try await store.ingest(
                portion(
                    "1", stream, readings: 0..<0, from: place, to: next, rejected: rejects, rejectedCount: 1000))
            place = next
        }
        let totals = try await store.batch("1")?.files[0].totals
        try requireEqual(totals, SpoolTotals(rejected: 3000), "refusals counted")
        let listed = try await store.rejects(of: file, limit: limit * 2)
        let expected = [0, 1, 2].flatMap { step in (0..<limit / 2 - 1).map { reject(step * limit + $0) } }
        try requireSame(listed, Array(expected.prefix(limit)), "refusals listed")
        let few = try await store.rejects(of: file, limit: 3)
        try requireEqual(few, Array(expected.prefix(3)), "the first refusals")
        try await requireFailure(.notFound, "refusals of an unknown batch") {
            try await store.rejects(of: SpoolFileNumber(tag: "7", number: 0), limit: 1)
        }
    }

    static func verifyForgetting(_ make: Make) async throws {
        let store = try await make()
        for tag in ["1", "2", "3", "4"] { try await store.open(batch(tag)) }
        let failure = SpoolFailure(.invalidValue, "It was not good.")
        for tag in ["1", "2"] {
            try await store.settle(SpoolFileNumber(tag: tag, number: 0), as: .stored, because: nil)
        }
        try await store.settle(SpoolFileNumber(tag: "2", number: 1), as: .failed, because: failure)
        for (tag, second) in [("1", 10), ("2", 11), ("3", 20)] { try await store.finish(tag, at: time(second)) }
        let failed = try await store.batch("2")
        try requireEqual(failed?.files.map(\.outcome), [.stored, .failed], "outcomes")
        try requireEqual(failed?.files[1].failure, failure, "a reason")
        try requireEqual(failed?.status, .failed, "the status of a batch with a failed file")
        let forgotten = try await store.forgetBatches(finishedBefore: time(20))
        try requireEqual(forgotten, 1, "batches forgotten")
        let left = try await store.batches(before: nil, limit: 10).map(\.tag)
        try requireEqual(left, ["4", "3", "2"], "batches that stay: under way, young, failed")
        try await store.settle(SpoolFileNumber(tag: "2", number: 1), as: .withdrawn, because: nil)
        let withdrawn = try await store.batch("2")
        try requireEqual(withdrawn?.status, .done, "the status of a batch whose failed file was withdrawn")
        try requireEqual(withdrawn?.files[1].failure, nil, "the reason of a withdrawn file")
        let more = try await store.forgetBatches(finishedBefore: time(20))
        try requireEqual(more, 1, "batches forgotten after that")
    }
}
