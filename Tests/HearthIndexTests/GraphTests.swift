import Foundation
import HearthCore
import HearthIndex
import Testing

struct GraphTests {
    private let home = IndexHome()
    private let dimension = 48

    private var graphFromFewOn: VectorIndex.Options {
        var options = VectorIndex.Options.small
        options.graphThreshold = 500
        options.builders = 2
        options.compactionMinimum = 500
        return options
    }

    /// Share of the ten nearest that were found, over some queries.
    private func recall(
        _ index: VectorIndex, _ entries: [VectorEntry], _ vectors: inout SyntheticVectors,
        filter: VectorFilter = VectorFilter()
    ) async throws -> Double {
        var right = 0
        var all = 0
        for _ in 0..<40 {
            let query = vectors.next()
            let expected = nearest(query, in: entries, limit: 10)
            right +=
                Set(try await index.search(query, limit: 10, filter: filter).map(\.number))
                .intersection(expected).count
            all += expected.count
        }
        return Double(right) / Double(all)
    }

    @Test func findsNearlyAllInClusters() async throws {
        let index = try home.ready(dimension: dimension, options: graphFromFewOn)
        var vectors = SyntheticVectors(dimension: dimension, clusters: 100, seed: 11)
        let entries = vectors.entries(1...6000)
        try await index.apply(VectorBatch(adding: entries, sequence: 1))
        try await index.finishGraph()
        #expect(try index.status().covered == 6000)
        #expect(try await recall(index, entries, &vectors) >= 0.99)
    }

    @Test func searchesAreRightWhileTheGraphGrows() async throws {
        let index = try home.ready(dimension: dimension, options: graphFromFewOn)
        var vectors = SyntheticVectors(dimension: dimension, seed: 12)
        var entries: [VectorEntry] = []
        for step in 0..<6 {
            let more = vectors.entries(Int64(step * 500 + 1)...Int64(step * 500 + 500))
            entries += more
            try await index.apply(VectorBatch(adding: more, sequence: Int64(step)))
            #expect(try await recall(index, entries, &vectors) >= 0.99)
        }
    }

    @Test func filtersAndRemovalsHoldInTheGraph() async throws {
        let index = try home.ready(dimension: dimension, options: graphFromFewOn)
        var vectors = SyntheticVectors(dimension: dimension, seed: 13)
        var entries = vectors.entries(1...4000)
        try await index.apply(VectorBatch(adding: entries, sequence: 1))
        let gone = Set((1...400).map { Int64($0 * 7) })
        try await index.apply(VectorBatch(removing: Array(gone), sequence: 2))
        entries.removeAll { gone.contains($0.number) }
        try await index.finishGraph()
        let person = SyntheticVectors.person(1)
        let late = Timestamp(seconds: 3900)
        #expect(try await recall(index, entries, &vectors) >= 0.99)
        // A quarter passes: the graph. A fortieth passes: a scan.
        let own = entries.filter { $0.person == person }
        #expect(try await recall(index, own, &vectors, filter: VectorFilter(person: person)) >= 0.99)
        let new = entries.filter { $0.timestamp >= late }
        #expect(try await recall(index, new, &vectors, filter: VectorFilter(from: late)) == 1)
        for _ in 0..<40 {
            let found = try await index.search(vectors.next(), limit: 10, filter: VectorFilter(person: person))
            #expect(found.count == 10)
            #expect(found.allSatisfy { match in own.contains { $0.number == match.number } })
        }
    }

    @Test func whatFewPassIsFoundWhereverItIs() async throws {
        let index = try home.ready(dimension: dimension, options: graphFromFewOn)
        var vectors = SyntheticVectors(dimension: dimension, seed: 18)
        var entries = vectors.entries(1...5000)
        // One of a kind; and a source that many have, all of them far from the query.
        entries[4321].kind = 40
        let query = vectors.next()
        let ordered = nearest(query, in: entries, limit: 5000)
        let far = Set(ordered.suffix(1000))
        for place in entries.indices where far.contains(entries[place].number) { entries[place].source = "far" }
        try await index.apply(VectorBatch(adding: entries, sequence: 1))
        try await index.finishGraph()
        #expect(try await index.search(query, limit: 10, filter: VectorFilter(kinds: [40])).map(\.number) == [4322])
        let found = try await index.search(query, limit: 10, filter: VectorFilter(sources: ["far"])).map(\.number)
        #expect(Set(found).intersection(ordered.suffix(1000).prefix(10)).count >= 9)
    }

    @Test func theSavedGraphIsUsedAgain() async throws {
        var vectors = SyntheticVectors(dimension: dimension, seed: 14)
        let entries = vectors.entries(1...2000)
        try await closing(try home.ready(dimension: dimension, options: graphFromFewOn)) { index in
            try await index.apply(VectorBatch(adding: entries, sequence: 1))
            try await index.finishGraph()
        }
        var noBuilding = graphFromFewOn
        noBuilding.graphThreshold = 1_000_000
        let index = try home.ready(dimension: dimension, options: noBuilding)
        #expect(try index.status().covered == 2000)
    }

    @Test func aDamagedGraphIsMadeAgain() async throws {
        var vectors = SyntheticVectors(dimension: dimension, seed: 15)
        let entries = vectors.entries(1...2000)
        try await closing(try home.ready(dimension: dimension, options: graphFromFewOn)) { index in
            try await index.apply(VectorBatch(adding: entries, sequence: 1))
            try await index.finishGraph()
        }
        for place in [9, 40, 50_000] {
            try home.change(home.path("graph")) { $0[place] ^= 4 }
            try await closing(try home.ready(dimension: dimension, options: graphFromFewOn)) { index in
                try await index.finishGraph()
                #expect(try index.status().covered == 2000)
                #expect(try await recall(index, entries, &vectors) >= 0.99)
            }
        }
    }

    @Test func compactionKeepsWhatIsThere() async throws {
        var vectors = SyntheticVectors(dimension: dimension, seed: 16)
        var entries = vectors.entries(1...2000)
        try await closing(try home.ready(dimension: dimension, options: graphFromFewOn)) { index in
            try await index.apply(VectorBatch(adding: entries, sequence: 1))
            try await index.finishGraph()
            let gone = entries.filter { $0.number % 3 == 0 }.map(\.number)
            try await index.apply(VectorBatch(removing: gone, sequence: 2))
            entries.removeAll { $0.number % 3 == 0 }
            let status = try index.status()
            #expect(status.removed == 0)
            #expect(status.vectors == entries.count)
            #expect(status.sequence == 2)
            try await index.finishGraph()
            #expect(try await recall(index, entries, &vectors) >= 0.99)
        }
        let index = try home.ready(dimension: dimension, options: graphFromFewOn)
        #expect(index.count == entries.count)
        #expect(index.sequence == 2)
        let mail = entries.filter { $0.source == "mail" }
        #expect(try await recall(index, mail, &vectors, filter: VectorFilter(sources: ["mail"])) >= 0.99)
    }

    @Test func readersAndTheWriterDoNotDisturbEachOther() async throws {
        let index = try home.ready(dimension: dimension, options: graphFromFewOn)
        var vectors = SyntheticVectors(dimension: dimension, seed: 17)
        let kept = vectors.entries(1...600)
        let passing = vectors.entries(601...3000)
        try await index.apply(VectorBatch(adding: kept, sequence: 1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for first in stride(from: 0, to: passing.count, by: 300) {
                    let part = Array(passing[first..<(first + 300)])
                    let gone = first >= 300 ? passing[(first - 300)..<first].map(\.number) : []
                    try await index.apply(VectorBatch(adding: part, removing: gone, sequence: Int64(2 + first)))
                }
            }
            for reader in 0..<4 {
                group.addTask {
                    for step in 0..<60 {
                        // What is there all the time is found all the time, as the nearest to itself.
                        let entry = kept[(reader * 60 + step) % kept.count]
                        let found = try await index.search(entry.vector, limit: 3)
                        #expect(found.first?.number == entry.number)
                        #expect(found.count == 3)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(index.count == 900)
        let last = kept + passing.suffix(300)
        try await index.finishGraph()
        #expect(try await recall(index, last, &vectors) >= 0.99)
    }
}

/// Uses an index, closes it, and lets go of it.
func closing(_ index: VectorIndex, _ use: (VectorIndex) async throws -> Void) async throws {
    try await use(index)
    try await index.close()
}
