package import HearthCore
package import HearthStore

/// What a server shows of its processors and lets people do with them. Names that are not known throw `not-found`.
package protocol ProcessorBoard: Sendable {
    /// In order of name.
    func overviews() async throws -> [ProcessorOverview]

    func overview(of processor: String) async throws -> ProcessorOverview

    /// Works what waits now, without waiting out a failure; with a time, everything from that time on again.
    func run(_ processor: String, from time: Timestamp?) async throws -> ProcessorOverview

    /// In order of id.
    func deadLetters(of processor: String, after id: UniqueID?, limit: Int) async throws -> [DeadLetter]

    /// Works the reading of a dead letter again, soon. The letter goes when that succeeds.
    func replay(_ letter: UniqueID, of processor: String) async throws

    /// Gives up on the reading of a dead letter.
    func discard(_ letter: UniqueID, of processor: String) async throws

    /// Numbers for metrics, in order of name; no work for the store.
    var counts: [(processor: String, counts: ProcessorCounts)] { get }
}
