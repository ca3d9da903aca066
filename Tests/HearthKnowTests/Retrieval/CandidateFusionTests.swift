import Testing

@testable import HearthKnow

@Suite("Fusion of candidates")
struct CandidateFusionTests {
    @Test("A candidate among good ones gains on one that stands alone; those behind stay behind")
    func smoothing() {
        var fusion = CandidateFusion()
        for (number, score) in [(1, 10.0), (2, 6), (3, 5.9), (4, 0)] { fusion.add(Int64(number), text: score) }
        fusion.rank(textWeight: 1, denseWeight: 0, pool: 10)
        let before = fusion.candidates.map(\.score)
        // 3 is near to 1, 2 to nothing.
        let products: [Float] = [1, 0, 0.9, 0, 1, 0, 0.9, 0, 1]
        fusion.smooth(3, products: products, share: 0.5, neighbours: 2)
        #expect(fusion.numbers == [1, 3, 2, 4])
        #expect(abs(fusion.candidates[1].score - (before[0] + before[2]) / 2) < 1e-4)
        #expect(fusion.candidates[3].score == before[3])
        // Products that do not fit say nothing.
        let scores = fusion.candidates.map(\.score)
        fusion.smooth(3, products: [1], share: 0.5, neighbours: 2)
        #expect(fusion.candidates.map(\.score) == scores)
    }

    @Test("Smoothing leaves alone what has no vector")
    func smoothingWithoutVector() {
        var fusion = CandidateFusion()
        for (number, score) in [(1, 10.0), (2, 6), (3, 5)] { fusion.add(Int64(number), text: score) }
        fusion.rank(textWeight: 1, denseWeight: 0, pool: 10)
        let before = fusion.candidates.map(\.score)
        fusion.smooth(3, products: [0, 0, 0, 0, 1, 0.5, 0, 0.5, 1], share: 0.5, neighbours: 1)
        #expect(fusion.numbers == [1, 2, 3])
        #expect(fusion.candidates[0].score == before[0] && fusion.candidates[1].score != before[1])
    }

    @Test("Scores of different rankers are compared in standard deviations; what is not near has its words alone")
    func standardScores() {
        var fusion = CandidateFusion()
        for (number, score) in [(1, 30.0), (2, 20.0), (3, 10.0)] as [(Int64, Double)] {
            fusion.add(number, text: score)
        }
        for (number, score) in [(4, 0.9), (1, 0.5), (2, 0.1)] as [(Int64, Double)] { fusion.add(number, dense: score) }
        fusion.rank(textWeight: 0.5, denseWeight: 0.5, pool: 10)
        // Text: mean 20, deviation 8.165. Dense: mean 0.5, deviation 0.3266. 3 has no vector, 4 the lowest score of the words.
        let expected: [Int64: Double] = [1: 0.6124, 2: -0.6124, 3: -1.2247, 4: 0]
        #expect(fusion.numbers == [1, 4, 2, 3])
        for candidate in fusion.candidates {
            #expect(abs(candidate.score - (expected[candidate.number] ?? .nan)) < 0.001)
        }
    }

    @Test("A ranking whose scores are all the same says nothing, and equal candidates stand in order of number")
    func ties() {
        var fusion = CandidateFusion()
        for number in [5, 3, 4] as [Int64] { fusion.add(number, text: 2) }
        fusion.rank(textWeight: 1, denseWeight: 1, pool: 10)
        #expect(fusion.numbers == [3, 4, 5])
        #expect(fusion.candidates.allSatisfy { $0.score == 0 })
    }

    @Test("Nearness after feedback counts in place of the first one, which is kept")
    func nearness() {
        var fusion = CandidateFusion()
        fusion.add(1, dense: 0.9)
        fusion.add(2, dense: 0.1)
        fusion.set(nearness: [1: 0.2, 2: 0.8, 99: 1])
        fusion.rank(textWeight: 0, denseWeight: 1, pool: 10)
        #expect(fusion.numbers == [2, 1])
        #expect(fusion.candidates.map(\.dense) == [0.1, 0.9])
    }

    @Test("Pairs of a question count by how much their words tell")
    func pairs() {
        let pairs = QueryPairs(query: "the tax office of Zürich", weights: ["tax": 3, "offic": 1, "zurich": 2])
        #expect(pairs.share(in: "taxes and offices") == 0)
        #expect(pairs.share(in: "Our TAX OFFICE. It is closed.") == 4.0 / 10)
        #expect(pairs.share(in: "the tax office of zurich") == 1)
        #expect(QueryPairs(query: "of the", weights: [:]).share(in: "of the") == 0)
    }
}
