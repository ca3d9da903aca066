package import HearthStore

/// Something stored from which events follow, in an order that stays: what was told of it is a mark, so that nothing is
/// passed over when the program is killed between storing and telling.
package protocol EventSource: Sendable {
    /// Names its mark.
    var name: String { get }
    var kinds: [EventKind] { get }
    /// How long it may wait between two looks.
    var pause: Duration { get }

    /// Behind everything there is now: where a source begins that nobody listened to before.
    func end() async throws -> String

    /// What follows from what came after `place`.
    func events(after place: String) async throws -> EventHarvest
}

/// What one look at a source gave.
package struct EventHarvest: Sendable {
    package var events: [LifecycleEvent]
    /// Where the next look begins.
    package var place: String
    /// Whether there is more at once.
    package var isMore: Bool

    package init(events: [LifecycleEvent], place: String, isMore: Bool) {
        self.events = events
        self.place = place
        self.isMore = isMore
    }
}
