package import HearthCore
import HearthIndex
package import HearthStore

/// How much the links among a person's documents point at each.
package actor LinkImportance {
    /// Changes of passages after which links are followed anew.
    package static let changesPerRefresh: Int64 = 500
    /// For how long nobody looks whether there are changes.
    private static let rest = Duration.seconds(1)
    /// People whose ranks are kept.
    private static let capacity = 64

    private struct Kept {
        var ranks: [UniqueID: Double]
        var sequence: Int64
        var checked: ContinuousClock.Instant
    }

    private let store: any LibraryStore
    private var kept: [UniqueID: Kept] = [:]

    package init(store: any LibraryStore) { self.store = store }

    /// 0 to 1 for documents that links point at; those that are missing have 0.
    package func ranks(person: UniqueID) async throws -> [UniqueID: Double] {
        let now = ContinuousClock.now
        if let known = kept[person], now - known.checked < Self.rest { return known.ranks }
        let sequence = try await store.latestPassageChange()
        if let known = kept[person], sequence - known.sequence < Self.changesPerRefresh {
            kept[person]?.checked = now
            return known.ranks
        }
        let links = try await store.links(person: person)
        let ranks = PageRank.ranks(links: links)
        let highest = ranks.values.max() ?? 1
        let targets = Set(links.map(\.to))
        if kept.count >= Self.capacity { kept.removeAll() }
        let shares = ranks.filter { targets.contains($0.key) }.mapValues { $0 / highest }
        kept[person] = Kept(ranks: shares, sequence: sequence, checked: now)
        return shares
    }
}
