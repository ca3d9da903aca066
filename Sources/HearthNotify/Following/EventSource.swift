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

    /// What follows from what came after `place`. A source that remembers what it told does so when the harvest is stored.
    func events(after place: String) async throws -> EventHarvest
}

/// What one look at a source gave.
package struct EventHarvest: Sendable {
    package var events: [LifecycleEvent]
    /// Where the next look begins.
    package var place: String
    /// Whether there is more at once.
    package var isMore: Bool
    /// To be called once the events and the mark are stored; never when that failed.
    package var isStored: @Sendable () -> Void

    package init(
        events: [LifecycleEvent], place: String, isMore: Bool, isStored: @escaping @Sendable () -> Void = {}
    ) {
        self.events = events
        self.place = place
        self.isMore = isMore
        self.isStored = isStored
    }
}
