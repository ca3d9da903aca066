import HearthCore
import HearthSchema
import HearthStore
import HearthTesting
import Testing

@Suite("Readings")
struct ReadingTests {
    @Test("A position comes back from its text, and other text is none")
    func positions() {
        for time in [Int64.min, -1, 0, 1_742_979_600_000_001, .max] {
            let position = ReadingPosition(
                timestamp: Timestamp(microseconds: time), device: UniqueID(high: 7, low: 9), digest: 1 << 61)
            #expect(ReadingPosition(text: position.text) == position)
        }
        for text in ["", "..", "1.2.3", "zz zz", "0.00000000-0000-0000-0000-000000000000.-1"] {
            #expect(ReadingPosition(text: text) == nil)
        }
    }

    @Test("A digest depends on stream, device and content, and not on empty columns")
    func digests() throws {
        let (small, large) = (try ContractReadings.motion(), try ContractReadings.motion(isLarger: true))
        let old = ContractReadings.sample(50, seed: 3, stream: small)
        let map = ColumnMap(of: large, in: small)
        #expect(!map.isIdentity)
        var new = ReadingBatch(stream: large)
        for row in 0..<old.count { new.append(row: row, of: old, through: map) }
        for row in 0..<old.count {
            let digest = ContractReadings.digest.contentDigest(of: old, row: row)
            #expect(ContractReadings.digest.contentDigest(of: new, row: row) == digest)
            #expect(digest <= RecordID.digestMask)
        }
        var moved = old
        moved.heads[0].device.low ^= 1
        let digest = ContractReadings.digest
        #expect(digest.contentDigest(of: moved, row: 0) != digest.contentDigest(of: old, row: 0))
    }

    @Test("Columns of another definition are found by name")
    func columns() throws {
        let (small, large) = (try ContractReadings.motion(), try ContractReadings.motion(isLarger: true))
        #expect(ColumnMap(of: small, in: small).isIdentity)
        #expect(ColumnMap(of: small, in: large).sources == [0, 1, 2, 3, 4, 5, 6, 9])
        #expect(ColumnMap(of: large, in: small).sources == [0, 1, 2, 3, 4, 5, 6, nil, nil, 7])
        #expect(ColumnMap(of: try ContractReadings.events(), in: small).sources == [nil, nil, 7])
    }

    @Test("Cells that cannot stand in their column are refused")
    func form() throws {
        let stream = try ContractReadings.events()
        func normalized(_ kind: Cell, _ level: Cell) throws {
            var batch = ContractReadings.sample(0, seed: 1, stream: stream)
            let (id, time) = (UniqueID(high: 1, low: 1), Timestamp(microseconds: 0))
            batch.heads.append(ReadingHead(person: id, device: id, timestamp: time, received: time))
            _ = batch.textCell("word")
            batch.cells = [kind, level, .null]
            try batch.normalize()
        }
        let word = Cell.text(offset: 0, length: 4)
        try normalized(word, .integer(1))
        try normalized(word, .null)
        for (kind, level) in [(Cell.null, Cell.null), (.integer(1), .null), (word, word), (word, .real(1))] {
            #expect(throws: HearthError.self) { try normalized(kind, level) }
        }
    }

    @Test("The memory store fails on demand and stores nothing then")
    func faults() async throws {
        let stream = try ContractReadings.motion()
        let store = MemoryReadingStore()
        try await store.install([stream])
        let batch = ContractReadings.sample(5, seed: 1, stream: stream)
        await store.failAppends(with: [HearthError(.storageFull, "The disk is full.")])
        await #expect(throws: HearthError.self) { _ = try await store.append([batch]) }
        #expect(try await store.statistics(of: nil).isEmpty)
        #expect(try await store.append([batch])[0].stored == 5)
    }
}
