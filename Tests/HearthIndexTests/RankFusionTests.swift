import HearthIndex
import Testing

struct RankFusionTests {
    private func ranking(_ items: [(Int64, Double)], weight: Double = 1) -> RankFusion.Ranking {
        RankFusion.Ranking(weight: weight, items: items.map { RankFusion.Item(number: $0.0, score: $0.1) })
    }

    @Test func reciprocalRanksAddUp() {
        let fused = RankFusion.reciprocal([
            ranking([(1, 9), (2, 8), (3, 7)]), ranking([(3, 0.5), (1, 0.4), (1, 0.3), (4, 0.2)], weight: 2),
        ])
        #expect(fused.map(\.number) == [3, 1, 4, 2])
        #expect(fused[0].score == 1 / 63.0 + 2 / 61.0)
        #expect(fused[1].score == 1 / 61.0 + 2 / 62.0)
        #expect(fused[2].score == 2 / 63.0)
    }

    @Test func equalScoresStandInOrderOfNumbers() {
        let rankings = [ranking([(7, 1), (2, 0.5)]), ranking([(2, 1), (7, 0.5)]), ranking([])]
        #expect(RankFusion.reciprocal(rankings).map(\.number) == [2, 7])
        #expect(RankFusion.mixed(rankings).map(\.number) == [2, 7])
        #expect(RankFusion.reciprocal(rankings, limit: 1).map(\.number) == [2])
    }

    @Test func normalisedScoresAreWeighted() {
        let rankings = [ranking([(1, 10), (2, 5), (3, 0)], weight: 3), ranking([(3, 0.9), (2, 0.8)], weight: 1)]
        #expect(
            RankFusion.mixed(rankings) == [
                RankFusion.Item(number: 1, score: 0.75), RankFusion.Item(number: 2, score: 0.375),
                RankFusion.Item(number: 3, score: 0.25),
            ])
        let byHighest = RankFusion.mixed(rankings, normalisation: .highest)
        #expect(byHighest.map(\.number) == [1, 2, 3])
        #expect(abs(byHighest[1].score - (0.75 * 0.5 + 0.25 * 0.8 / 0.9)) < 1e-12)
    }

    @Test func aRankingWithoutAPassageGivesItItsLowestStandardScore() {
        let fused = RankFusion.mixed(
            [ranking([(1, 3), (2, 1)]), ranking([(3, 1), (1, -1)])], normalisation: .standardScore)
        // Each ranking's scores become 1 and -1.
        #expect(fused.map(\.number) == [1, 3, 2])
        #expect(fused.map(\.score) == [0, 0, -1])
    }

    @Test func scoresThatSayNothingDoNoHarm() {
        let rankings = [
            ranking([(1, .nan), (2, .infinity), (3, 4)]), ranking([(9, 1)], weight: 0), ranking([(4, 2), (5, 2)]),
        ]
        let fused = RankFusion.mixed(rankings)
        #expect(fused.allSatisfy { $0.score.isFinite })
        #expect(fused.map(\.number) == [3, 4, 5, 9])
        #expect(RankFusion.mixed([]).isEmpty)
        #expect(RankFusion.mixed([ranking([(1, 1)], weight: 0)]).isEmpty)
        #expect(RankFusion.reciprocal([]).isEmpty)
    }
}
