import HearthIndex
import Testing

struct PageRankTests {
    @Test func aPageThatAllPointAtStandsFirst() {
        let ranks = PageRank.ranks(links: [(1, 4), (2, 4), (3, 4), (4, 1)])
        #expect(ranks.max { $0.value < $1.value }?.key == 4)
        #expect(ranks[1, default: 0] > ranks[2, default: 0])
        #expect(ranks[2] == ranks[3])
        #expect(abs(ranks.values.reduce(0, +) - 1) < 1e-9)
    }

    /// Solved by hand: x = 0.075 + 0.85 (x/2 of the dangling node's rank), for one link from 1 to 2.
    @Test func whatAPageWithoutLinksHasIsSpread() {
        let ranks = PageRank.ranks(links: [(1, 2)])
        // r2 = 0.075 + 0.425 r2 + 0.85 r1, r1 = 0.075 + 0.425 r2, r1 + r2 = 1.
        #expect(abs(ranks[1, default: 0] - 0.5 / 1.425) < 1e-8)
        #expect(abs(ranks[2, default: 0] - 0.925 / 1.425) < 1e-8)
    }

    @Test func linksToItselfAndRepeatedOnesDoNotCount() {
        let once = PageRank.ranks(links: [(1, 2), (2, 3), (3, 1), (1, 3)])
        let often = PageRank.ranks(links: [(1, 2), (2, 3), (3, 1), (1, 3), (1, 3), (1, 1), (2, 2)])
        #expect(once == often)
    }

    @Test func nodesWithoutLinksShareEqually() {
        #expect(PageRank.ranks(links: [], nodes: [1, 2, 3, 4]) == [1: 0.25, 2: 0.25, 3: 0.25, 4: 0.25])
        #expect(PageRank.ranks(links: [], nodes: [Int]()).isEmpty)
    }

    @Test func iterationsAreBounded() {
        let links = (0..<100).map { ($0, ($0 + 1) % 100) } + [(0, 50)]
        let stopped = PageRank.ranks(links: links, maximumIterations: 1)
        let finished = PageRank.ranks(links: links)
        #expect(stopped != finished)
        #expect(abs(stopped.values.reduce(0, +) - 1) < 1e-9)
    }
}
