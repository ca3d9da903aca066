package import HearthCore

/// Where events wait until every target that wants them has them: an outbox. Every change is on stable storage when its call
/// returns. Throws as `ReadingStore` does. Every back end passes `EventStoreContract`.
package protocol EventStore: Sendable {
    /// Adds events with a delivery for each of their targets, and moves a mark, in one transaction. An event whose key is
    /// there already changes nothing.
    /// - Parameter now: From when on the deliveries are due, and their tries are counted: an event may be told long after it.
    /// - Returns: events that were not there.
    func append(_ entries: [EventEntry], mark: EventMark?, at now: Timestamp) async throws -> Int

    /// Where a source stands; nil: it never told anything, or its mark was removed.
    func place(of source: String) async throws -> String?
    /// The source begins anew.
    func removeMark(of source: String) async throws

    /// Takes deliveries that are due and whose turn it is, in the order in which they were made, and keeps them from others.
    /// A delivery of an event with an order waits until no earlier one of that order is pending at its target. A claim that
    /// has run out is as good as none.
    func claim(_ claim: DeliveryClaim) async throws -> [Delivery]

    /// Gives back what this holder claimed and did not settle, as after a crash.
    /// - Returns: how many.
    func release(holder: UniqueID, at now: Timestamp) async throws -> Int

    /// Notes what became of a try.
    /// - Returns: false, and nothing changes, when it is not pending or another holder has it by now.
    func settle(_ number: Int64, by holder: UniqueID, as outcome: DeliveryOutcome, at now: Timestamp) async throws
        -> Bool

    /// When the next delivery of a target becomes due whose turn it is, claimed ones when their claim runs out.
    func nextDue(of target: String) async throws -> Timestamp?

    /// Newest first, those before `number` when it is given.
    func deliveries(_ filter: DeliveryFilter, before number: Int64?, limit: Int) async throws -> [Delivery]

    func delivery(_ number: Int64) async throws -> Delivery?

    /// Makes dead deliveries pending again, as if they were new.
    /// - Parameters:
    ///   - number: Only this one.
    ///   - target: Only those of this target.
    /// - Returns: how many.
    func replay(_ number: Int64?, target: String?, at now: Timestamp) async throws -> Int

    /// Throws a dead delivery away.
    /// - Returns: false when there is no such dead delivery.
    func discard(_ number: Int64) async throws -> Bool

    /// By target.
    func deliveryCounts() async throws -> [String: DeliveryCounts]

    /// Gives up what is pending for targets other than these.
    /// - Returns: how many.
    func abandon(except targets: Set<String>, because failure: DeliveryFailure, at now: Timestamp) async throws -> Int

    /// Forgets events older than `cutoff` that no target waits for, with their deliveries, the dead ones included.
    /// - Returns: events forgotten.
    func forgetEvents(before cutoff: Timestamp) async throws -> Int

    /// Forgets the events about a person, also those that targets wait for.
    /// - Returns: events forgotten.
    func eraseEvents(of person: UniqueID) async throws -> Int

    func probe() async throws
    func close() async throws
}
