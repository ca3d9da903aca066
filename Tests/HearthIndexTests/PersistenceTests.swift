import Foundation
import HearthCore
import Testing

@testable import HearthIndex

struct PersistenceTests {
    private let home = IndexHome()
    private let dimension = 24

    /// Three batches: 1...100, 101...200, and the removal of 150 with the addition of 201...210.
    private func fill() async throws -> [VectorEntry] {
        var vectors = SyntheticVectors(dimension: dimension, seed: 21)
        let entries = vectors.entries(1...210)
        try await closing(try home.ready(dimension: dimension)) { index in
            try await index.apply(VectorBatch(adding: Array(entries[..<100]), sequence: 10))
            try await index.apply(VectorBatch(adding: Array(entries[100..<200]), sequence: 20))
            try await index.apply(VectorBatch(adding: Array(entries[200...]), removing: [150], sequence: 30))
        }
        return entries
    }

    private func expectAll(_ index: VectorIndex, of entries: [VectorEntry]) async throws {
        #expect(index.count == entries.count)
        for entry in entries.prefix(20) {
            let found = try await index.search(entry.vector, limit: 10)
            #expect(found.map(\.number) == nearest(entry.vector, in: entries, limit: 10))
        }
        try await index.verify()
    }

    @Test func everythingIsThereAgain() async throws {
        let entries = try await fill().filter { $0.number != 150 }
        let index = try home.ready(dimension: dimension)
        try await expectAll(index, of: entries)
        #expect(index.sequence == 30)
        let mail = try await index.search(entries[0].vector, limit: 10, filter: VectorFilter(sources: ["mail"]))
        #expect(mail.map(\.number) == nearest(entries[0].vector, in: entries.filter { $0.source == "mail" }, limit: 10))
    }

    /// Whatever part of the last record a crash left: the index is as before it, and goes on from there.
    @Test func aTornRecordIsCutOff() async throws {
        let entries = try await fill()
        let whole = try Data(contentsOf: URL(filePath: home.path("journal")))
        // A record without removals and names: 16 bytes of head, 24 of payload; the last has one removal.
        let last = whole.count - 16 - 28
        for length in last..<whole.count {
            try whole[..<length].write(to: URL(filePath: home.path("journal")))
            let index = try home.ready(dimension: dimension)
            #expect(index.sequence == 20)
            #expect(index.count == 200)
        }
        var torn = whole
        torn.replaceSubrange(last..., with: Data(count: whole.count - last))
        try torn.write(to: URL(filePath: home.path("journal")))
        let index = try home.ready(dimension: dimension)
        try await expectAll(index, of: Array(entries[..<200]))
        try await index.apply(VectorBatch(adding: Array(entries[200...]), removing: [150], sequence: 30))
        try await expectAll(index, of: entries.filter { $0.number != 150 })
    }

    /// What was written before its record was not committed.
    @Test func dataWithoutARecordDoesNotCount() async throws {
        let entries = try await fill().filter { $0.number != 150 }
        for name in ["vectors", "codes", "entries"] {
            try home.change(home.path(name)) { $0.append(Data(repeating: 7, count: 333)) }
        }
        let index = try home.ready(dimension: dimension)
        try await expectAll(index, of: entries)
        var vectors = SyntheticVectors(dimension: dimension, seed: 22)
        let more = vectors.entries(211...260)
        try await index.apply(VectorBatch(adding: more, sequence: 31))
        try await expectAll(index, of: entries + more)
    }

    /// What is committed after a compaction that failed is there after the next start.
    @Test func aCompactionThatFailsHalfwayChangesNothing() async throws {
        struct NoRoom: Error {}
        let entries = try await fill().filter { $0.number != 150 }
        var vectors = SyntheticVectors(dimension: dimension, seed: 23)
        let more = vectors.entries(211...260)
        try await closing(try home.ready(dimension: dimension)) { index in
            await #expect(throws: NoRoom.self) { try await index.purge { _ in throw NoRoom() } }
            try await index.apply(VectorBatch(adding: more, sequence: 40))
        }
        try await closing(try home.ready(dimension: dimension)) { index in
            #expect(index.sequence == 40)
            try await expectAll(index, of: entries + more)
            try await index.purge()
            #expect(index.removedCount == 0)
        }
        let index = try home.ready(dimension: dimension)
        #expect(index.sequence == 40)
        try await expectAll(index, of: entries + more)
    }

    private func reason(_ home: IndexHome, dimension: Int = 24, model: String = "model") throws
        -> VectorIndex.RebuildReason?
    {
        guard case .rebuildNeeded(let reason) = try home.open(model: model, dimension: dimension) else { return nil }
        return reason
    }

    @Test(arguments: ["codes", "entries", "vectors"])
    func aFileThatIsTooShortIsDamage(name: String) async throws {
        _ = try await fill()
        let size = try Data(contentsOf: URL(filePath: home.path(name))).count
        for length in [size - 1, size / 2, 0] {
            try home.change(home.path(name)) { $0 = $0.prefix(length) }
            guard case .damaged(let place) = try reason(home) else {
                Issue.record("\(name) of \(length) bytes was taken for whole")
                return
            }
            #expect(place.contains(name))
        }
    }

    @Test(arguments: ["codes", "entries", "journal"])
    func aChangedByteIsFoundWhenOpening(name: String) async throws {
        _ = try await fill()
        let size = try Data(contentsOf: URL(filePath: home.path(name))).count
        // Of the journal all but the last record, whose damage looks like a crash.
        for place in stride(from: 0, to: name == "journal" ? size - 44 : size, by: max(1, size / 37)) {
            try home.change(home.path(name)) { $0[place] ^= 0x10 }
            guard case .damaged = try reason(home) else {
                Issue.record("byte \(place) of \(name)")
                return
            }
            try home.change(home.path(name)) { $0[place] ^= 0x10 }
        }
        #expect(try reason(home) == nil)
    }

    @Test func aChangedVectorIsFoundWhenItIsRead() async throws {
        let entries = try await fill()
        try home.change(home.path("vectors")) { $0[5 * dimension * 4 + 3] ^= 1 }
        let index = try home.ready(dimension: dimension)
        for work in [
            { _ = try await index.search(entries[5].vector, limit: 1) },
            { _ = try await index.selection(of: [entries[5].number]) },
            { try await index.verify() },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: HearthError.self) { try await work() }
            #expect(error?.code == .indexDamaged)
        }
    }

    @Test func anotherModelOrDimensionNeedsARebuild() async throws {
        let entries = try await fill()
        #expect(try reason(home, model: "other") == .otherModel(name: "model", dimension: 24))
        #expect(try reason(home, dimension: 25) == .otherModel(name: "model", dimension: 24))
        let index = try VectorIndex.create(home.path, model: "other", dimension: 24, options: .small)
        #expect(index.count == 0)
        #expect(index.sequence == 0)
        try await index.apply(VectorBatch(adding: entries, sequence: 1))
        try await expectAll(index, of: entries)
    }

    @Test func anyChangeOfTheHeaderNeedsARebuild() async throws {
        _ = try await fill()
        let path = "\(home.path)/header"
        let whole = try Data(contentsOf: URL(filePath: path))
        for place in whole.indices {
            try home.change(path) { $0[place] ^= 1 }
            #expect(try reason(home) != nil)
            try whole.write(to: URL(filePath: path))
        }
        for length in 0..<whole.count {
            try whole[..<length].write(to: URL(filePath: path))
            #expect(try reason(home) != nil)
        }
    }

    @Test func oneProcessAtATime() async throws {
        let index = try home.ready(dimension: dimension)
        let error = #expect(throws: HearthError.self) { try home.open(dimension: dimension) }
        #expect(error?.code == .conflict)
        try await index.close()
    }

    @Test(arguments: [("a/b", "a%2fb"), ("..", "%.."), ("MiniLM-L6.v2_int8", "MiniLM-L6.v2_int8")])
    func modelsNameFolders(model: String, name: String) {
        #expect(VectorIndex.folder(home: "/h", model: model) == "/h/index/\(name)")
    }
}
