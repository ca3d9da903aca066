import HearthCore
import HearthIndex
import Testing

struct ScanTests {
    private let home = IndexHome()

    @Test(arguments: [3, 64, 384])
    func findsWhatComputingOneByOneFinds(dimension: Int) async throws {
        let index = try home.ready(dimension: dimension)
        var vectors = SyntheticVectors(dimension: dimension, seed: 1)
        let entries = vectors.entries(1...3000)
        try await index.apply(VectorBatch(adding: Array(entries[..<1700]), sequence: 1))
        try await index.apply(VectorBatch(adding: Array(entries[1700...]), sequence: 2))
        for _ in 0..<20 {
            let query = vectors.next()
            let found = try await index.search(query, limit: 10)
            #expect(found.map(\.number) == nearest(query, in: entries, limit: 10))
            let selection = try await index.selection(of: found.map(\.number) + [99_999, found[0].number])
            let scores = try selection.scores(query)
            #expect(scores == Dictionary(uniqueKeysWithValues: found.map { ($0.number, $0.score) }))
        }
    }

    @Test func everyFilterLeavesWhatPasses() async throws {
        let index = try home.ready(dimension: 32)
        var vectors = SyntheticVectors(dimension: 32, seed: 2)
        let entries = vectors.entries(1...2000)
        try await index.apply(VectorBatch(adding: entries, sequence: 1))
        let some = Timestamp(seconds: 500)
        let late = Timestamp(seconds: 900)
        let document = SyntheticVectors.document(77)
        let cases: [(VectorFilter, (VectorEntry) -> Bool)] = [
            (VectorFilter(person: SyntheticVectors.person(1)), { $0.person == SyntheticVectors.person(1) }),
            (VectorFilter(from: some), { $0.timestamp >= some }),
            (VectorFilter(to: some), { $0.timestamp < some }),
            (VectorFilter(from: some, to: late), { $0.timestamp >= some && $0.timestamp < late }),
            (VectorFilter(sources: ["mail", "nothing"]), { $0.source == "mail" }),
            (VectorFilter(kinds: [2, 5, 99]), { $0.kind == 2 || $0.kind == 5 }),
            (VectorFilter(sources: ["mail"], kinds: [3]), { $0.source == "mail" && $0.kind == 3 }),
            (VectorFilter(documents: [document]), { $0.document == document }),
            (
                VectorFilter(person: SyntheticVectors.person(0), from: some, sources: ["mail"]),
                { $0.person == SyntheticVectors.person(0) && $0.timestamp >= some && $0.source == "mail" }
            ),
            (VectorFilter(person: SyntheticVectors.person(9)), { _ in false }),
            (VectorFilter(sources: []), { _ in false }),
            (VectorFilter(kinds: []), { _ in false }),
            (VectorFilter(kinds: [7]), { _ in false }),
            (VectorFilter(from: late, to: some), { _ in false }),
        ]
        for (filter, passes) in cases {
            let query = vectors.next()
            let found = try await index.search(query, limit: 10, filter: filter)
            #expect(found.map(\.number) == nearest(query, in: entries.filter(passes), limit: 10))
        }
    }

    @Test func whatIsRemovedOrReplacedIsNotFound() async throws {
        let index = try home.ready(dimension: 16)
        var vectors = SyntheticVectors(dimension: 16, seed: 3)
        var entries = vectors.entries(1...300)
        try await index.apply(VectorBatch(adding: entries, sequence: 1))
        let changed = vectors.entries(51...60)
        try await index.apply(VectorBatch(adding: changed, removing: [5, 6, 51, 5, 100_000], sequence: 2))
        entries.removeAll { [5, 6].contains($0.number) || (51...60).contains($0.number) }
        entries += changed
        #expect(index.count == 298)
        for _ in 0..<20 {
            let query = vectors.next()
            #expect(try await index.search(query, limit: 20).map(\.number) == nearest(query, in: entries, limit: 20))
        }
        #expect(try index.status().removed == 12)
    }

    @Test func anEmptyIndexFindsNothing() async throws {
        let index = try home.ready(dimension: 4)
        #expect(try await index.search([1, 0, 0, 0], limit: 5).isEmpty)
        let selection = try await index.selection(of: [1])
        #expect(try selection.scores([1, 0, 0, 0]).isEmpty)
        #expect(selection.products(among: [1]) == [0])
        #expect(index.sequence == 0)
    }

    @Test func aSelectionHoldsTheVectorsThatAreThere() async throws {
        let index = try home.ready(dimension: 8)
        var vectors = SyntheticVectors(dimension: 8, seed: 6)
        let entries = vectors.entries(1...3)
        try await index.apply(VectorBatch(adding: entries, sequence: 1))
        var selection = try await index.selection(of: [3, 77, 1])
        #expect(selection[3].map(Array.init) == entries[2].vector)
        #expect(selection[77] == nil && selection[2] == nil)
        let product = zip(entries[2].vector, entries[0].vector).reduce(0) { $0 + $1.0 * $1.1 }
        let products = selection.products(among: [1, 77, 3])
        #expect(abs(products[2] - product) < 1e-6 && products[2] == products[6])
        #expect(abs(products[0] - 1) < 1e-5 && products[1] == 0 && products[4] == 0)
        #expect(throws: HearthError.self) { try selection.scores([1, 0]) }
        try selection.add(entries[1].vector, of: 77)
        #expect(selection[77].map(Array.init) == entries[1].vector)
        #expect(throws: HearthError.self) { try selection.add([1], of: 78) }
        let many = Array(1...Int64(VectorLimits.matches) + 1)
        let error = await #expect(throws: HearthError.self) { _ = try await index.selection(of: many) }
        #expect(error?.code == .tooLarge)
    }

    @Test func equalScoresStandInOrderOfNumbers() async throws {
        let index = try home.ready(dimension: 4)
        var vectors = SyntheticVectors(dimension: 4, seed: 4)
        var entries = vectors.entries(1...60)
        for place in entries.indices { entries[place].vector = [0, 1, 0, 0] }
        try await index.apply(VectorBatch(adding: entries.reversed(), sequence: 1))
        #expect(try await index.search([0, 1, 0, 0], limit: 5).count == 5)
        #expect(try await index.search([0, 1, 0, 0], limit: 60).map(\.number) == Array(1...60))
    }

    @Test(arguments: [
        [Float.nan, 0, 0, 0], [.infinity, 0, 0, 0], [0, 0, 0, 0], [2, 0, 0, 0], [1, 0, 0], [], [1, 0, 0, 0, 0],
    ])
    func refusesVectorsThatAreNotOfLengthOne(vector: [Float]) async throws {
        let index = try home.ready(dimension: 4)
        var vectors = SyntheticVectors(dimension: 4, seed: 5)
        var entries = vectors.entries(1...3)
        entries[2].vector = vector
        let error = await #expect(throws: HearthError.self) {
            try await index.apply(VectorBatch(adding: entries, sequence: 1))
        }
        #expect(error?.code == .invalidValue)
        await #expect(throws: HearthError.self) { try await index.search(vector, limit: 1) }
        #expect(index.count == 0)
        #expect(index.sequence == 0)
    }

    @Test func refusesWhatIsOutOfBounds() async throws {
        let index = try home.ready(dimension: 4)
        var vectors = SyntheticVectors(dimension: 4, seed: 6)
        let entries = vectors.entries(1...3)
        func refusal(_ batch: VectorBatch) async -> ErrorCode? {
            await #expect(throws: HearthError.self) { try await index.apply(batch) }?.code
        }
        #expect(await refusal(VectorBatch(adding: entries + entries, sequence: 1)) == .invalidValue)
        let many = [Int64](repeating: 1, count: VectorLimits.batch + 1)
        #expect(await refusal(VectorBatch(removing: many, sequence: 1)) == .tooLarge)
        try await index.apply(VectorBatch(adding: entries, sequence: 9))
        #expect(await refusal(VectorBatch(sequence: 8)) == .conflict)
        for limit in [0, -1, VectorLimits.matches + 1] {
            await #expect(throws: HearthError.self) { try await index.search(entries[0].vector, limit: limit) }
        }
    }

    @Test func refusesMoreThanThereIsRoomFor() async throws {
        var options = VectorIndex.Options()
        options.capacity = 10
        let index = try home.ready(dimension: 4, options: options)
        var vectors = SyntheticVectors(dimension: 4, seed: 6)
        let entries = vectors.entries(1...11)
        let error = await #expect(throws: HearthError.self) {
            try await index.apply(VectorBatch(adding: entries, sequence: 1))
        }
        #expect(error?.code == .indexFull)
        try await index.apply(VectorBatch(adding: Array(entries[..<10]), sequence: 1))
        #expect(index.count == 10)
    }
}
