import HearthCore
package import HearthStore

/// What every event store does, as `EventStore` says.
package enum EventStoreContract {
    typealias Make = @Sendable () async throws -> any EventStore

    package static let cases: [ContractCase<any EventStore>] = [
        ContractCase("keeps an event under its key once, with a delivery per target", verifyAppend),
        ContractCase("moves a mark with its events", verifyMarks),
        ContractCase("gives deliveries that are due to one holder", verifyClaims),
        ContractCase("keeps the order of a batch at each target", verifyOrder),
        ContractCase("notes what became of a try, from its holder alone", verifyOutcomes),
        ContractCase("delivers dead ones again when asked", verifyReplay),
        ContractCase("gives up for targets that are no more", verifyAbandon),
        ContractCase("forgets old events and those of a person", verifyForgetting),
        ContractCase("pages through deliveries", verifyPages),
        ContractCase("probes and closes", verifyEnd),
    ]

    static func id(_ number: UInt64) -> UniqueID {
        UniqueID(high: number.byteSwapped, low: 0x8000_0000_0000_0000 | number)
    }

    static func time(_ seconds: Int) -> Timestamp { Timestamp(microseconds: 1_700_000_000_000_000) + .seconds(seconds) }

    static let holder = id(900)
    static let other = id(901)
    static let failure = DeliveryFailure(ErrorCode("webhook-failed"), "It said “no”.")

    static func event(
        _ number: UInt64, key: String? = nil, order: String? = nil, person: UniqueID? = nil, at second: Int = 0
    ) -> LifecycleEvent {
        LifecycleEvent(
            id: id(number), kind: EventKind("gate.done"), key: key ?? "gate.done/\(number)", order: order,
            person: person, time: time(second),
            data: ["batch": .string("ä\n\"\(number)\""), "readings": ["accepted": 1, "rate": 0.5, "none": nil]])
    }

    static func claim(_ target: String, at second: Int, until end: Int = 1000, limit: Int = 10) -> DeliveryClaim {
        DeliveryClaim(target: target, holder: holder, now: time(second), until: time(end), limit: limit)
    }

    static func numbers(_ deliveries: [Delivery]) -> [UInt64] {
        deliveries.map { $0.event.id.low & 0x7fff_ffff_ffff_ffff }
    }

    // MARK: Appending

    static func verifyAppend(_ make: Make) async throws {
        let store = try await make()
        let full = event(1, order: "batch 1", person: id(70), at: 5)
        let added = try await store.append(
            [EventEntry(full, targets: ["a", "b"]), EventEntry(event(2), targets: [])], mark: nil, at: time(0))
        try requireEqual(added, 2, "events that were not there")
        let again = try await store.append(
            [
                EventEntry(event(3, key: "gate.done/1"), targets: ["a", "c"]),
                EventEntry(event(4), targets: ["a", "a"]),
                EventEntry(event(4), targets: ["b"]),
            ], mark: nil, at: time(0))
        try requireEqual(again, 1, "events under keys that were there")
        let first = try await store.claim(claim("a", at: 6))
        try requireEqual(numbers(first), [1, 4], "deliveries of a target, in order")
        let told = try require(first.first, "the first delivery")
        try requireEqual(told.event, full, "the event of a delivery")
        try requireEqual(told.state, .pending, "its state")
        try requireEqual(told.since, time(0), "when it was made")
        try requireEqual(told.due, time(0), "when it is due")
        try requireEqual(told.attempts, 0, "its tries")
        let none = try await store.claim(claim("c", at: 6))
        try requireEqual(none, [], "deliveries of an event that was told before")
        let nothing = try await store.append([], mark: nil, at: time(0))
        try requireEqual(nothing, 0, "nothing")
    }

    static func verifyMarks(_ make: Make) async throws {
        let store = try await make()
        let unknown = try await store.place(of: "gaps")
        try requireEqual(unknown, nil, "a source that never told anything")
        let seventh = EventMark(source: "gaps", place: "7")
        _ = try await store.append([EventEntry(event(1), targets: ["a"])], mark: seventh, at: time(0))
        _ = try await store.append([], mark: EventMark(source: "documents", place: ""), at: time(0))
        _ = try await store.append([], mark: EventMark(source: "gaps", place: "8"), at: time(0))
        let places = [try await store.place(of: "gaps"), try await store.place(of: "documents")]
        try requireEqual(places, ["8", ""], "marks")
        try await store.removeMark(of: "gaps")
        try await store.removeMark(of: "never")
        let removed = [try await store.place(of: "gaps"), try await store.place(of: "documents")]
        try requireEqual(removed, [nil, ""], "marks after one was removed")
    }

    // MARK: Claiming

    static func verifyClaims(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.append((1...5).map { EventEntry(event($0), targets: ["a"]) }, mark: nil, at: time(0))
        let early = try await store.claim(claim("a", at: -1))
        try requireEqual(early, [], "before they are due")
        let mine = try await store.claim(claim("a", at: 1, until: 60, limit: 3))
        try requireEqual(numbers(mine), [1, 2, 3], "as many as asked for")
        var theirs = claim("a", at: 2, until: 60)
        theirs.holder = other
        let left = try await store.claim(theirs)
        try requireEqual(numbers(left), [4, 5], "what the other holder gets")
        let due = try await store.nextDue(of: "a")
        try requireEqual(due, time(60), "when claims run out")
        let released = try await store.release(holder: holder, at: time(3))
        try requireEqual(released, 3, "what a holder gives back")
        let again = try await store.claim(claim("a", at: 3, until: 90))
        try requireEqual(numbers(again), [1, 2, 3], "what was given back")
        let late = try await store.claim(claim("a", at: 60, until: 120))
        try requireEqual(numbers(late), [4, 5], "claims that have run out")
        let none = try await store.nextDue(of: "b")
        try requireEqual(none, nil, "a target without deliveries")
    }

    static func verifyOrder(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.append(
            [
                EventEntry(event(1, order: "x"), targets: ["a", "b"]), EventEntry(event(2, order: "x"), targets: ["a"]),
                EventEntry(event(3, order: "y"), targets: ["a"]), EventEntry(event(4), targets: ["a"]),
                EventEntry(event(5, order: "x"), targets: ["a", "b"]), EventEntry(event(6), targets: ["a"]),
            ], mark: nil, at: time(0))
        let first = try await store.claim(claim("a", at: 1, until: 10))
        try requireEqual(numbers(first), [1, 3, 4, 6], "one of each order")
        let waiting = try await store.claim(claim("a", at: 2))
        try requireEqual(waiting, [], "while the first ones are under way")
        _ = try await store.settle(
            first[0].number, by: holder, as: .retry(at: time(50), because: failure), at: time(3))
        let held = try await store.claim(claim("a", at: 4, until: 10))
        try requireEqual(held, [], "while an earlier one is to be tried again")
        let elsewhere = try await store.claim(claim("b", at: 4, until: 100))
        try requireEqual(numbers(elsewhere), [1], "at another target")
        let tried = try await store.claim(claim("a", at: 50, until: 100))
        try requireEqual(numbers(tried), [1, 3, 4, 6], "when it is due")
        _ = try await store.settle(tried[0].number, by: holder, as: .delivered, at: time(51))
        let second = try await store.claim(claim("a", at: 52, until: 100))
        try requireEqual(numbers(second), [2], "the next of the order")
        _ = try await store.settle(second[0].number, by: holder, as: .dead(because: failure), at: time(53))
        let third = try await store.claim(claim("a", at: 54, until: 100))
        try requireEqual(numbers(third), [5], "behind one that was given up")
    }

    // MARK: Settling

    static func verifyOutcomes(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.append((1...4).map { EventEntry(event($0), targets: ["a"]) }, mark: nil, at: time(0))
        let claimed = try await store.claim(claim("a", at: 1, until: 60)).map(\.number)
        try requireEqual(claimed.count, 4, "claimed deliveries")
        let foreign = try await store.settle(claimed[0], by: other, as: .delivered, at: time(2))
        try requireEqual(foreign, false, "what another holder says")
        var taken: [Bool] = []
        let outcomes: [DeliveryOutcome] = [
            .delivered, .retry(at: time(30), because: failure), .dead(because: failure), .postponed(until: time(40)),
        ]
        for (number, outcome) in zip(claimed, outcomes) {
            taken.append(try await store.settle(number, by: holder, as: outcome, at: time(3)))
        }
        try requireEqual(taken, [true, true, true, true], "what the holder says")
        let twice = try await store.settle(claimed[0], by: holder, as: .dead(because: failure), at: time(4))
        try requireEqual(twice, false, "what is said twice")
        var found: [Delivery] = []
        for number in claimed { found.append(try require(try await store.delivery(number), "a delivery")) }
        try requireEqual(found.map(\.state), [.delivered, .pending, .dead, .pending], "states")
        try requireEqual(found.map(\.attempts), [1, 1, 1, 0], "tries")
        try requireEqual(found.map(\.failure), [nil, failure, failure, nil], "reasons")
        try requireEqual(found.map(\.lastTriedAt), [time(3), time(3), time(3), nil], "times of tries")
        try requireEqual([found[1].due, found[3].due], [time(30), time(40)], "times of the next try")
        let unknown = try await store.delivery(9999)
        try requireEqual(unknown, nil, "a delivery that does not exist")
        let counts = try await store.deliveryCounts()
        try requireEqual(
            counts, ["a": DeliveryCounts(pending: 2, delivered: 1, dead: 1, oldest: time(0))], "counts")
    }

    static func verifyReplay(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.append((1...3).map { EventEntry(event($0), targets: ["a", "b"]) }, mark: nil, at: time(0))
        for target in ["a", "b"] {
            for delivery in try await store.claim(claim(target, at: 1)) {
                _ = try await store.settle(delivery.number, by: holder, as: .dead(because: failure), at: time(2))
            }
        }
        let dead = try await store.deliveries(DeliveryFilter(target: "a", state: .dead), before: nil, limit: 10)
        try requireEqual(numbers(dead), [3, 2, 1], "dead deliveries")
        let one = try await store.replay(dead[0].number, target: nil, at: time(100))
        try requireEqual(one, 1, "one that is asked for")
        let again = try await store.claim(claim("a", at: 100))
        try requireEqual(numbers(again), [3], "what is tried again")
        try requireEqual(again.map(\.attempts), [0], "its tries")
        try requireEqual(again.map(\.since), [time(100)], "its time")
        let pending = try await store.replay(dead[0].number, target: nil, at: time(101))
        try requireEqual(pending, 0, "one that is not dead")
        let rest = try await store.replay(nil, target: "a", at: time(102))
        try requireEqual(rest, 2, "all of a target")
        let gone = try await store.deliveries(DeliveryFilter(target: "b", state: .dead), before: nil, limit: 1)
        let discarded = [
            try await store.discard(try require(gone.first, "a dead delivery").number),
            try await store.discard(gone[0].number), try await store.discard(again[0].number),
        ]
        try requireEqual(discarded, [true, false, false], "what is thrown away")
        let all = try await store.replay(nil, target: nil, at: time(103))
        try requireEqual(all, 2, "all that is left")
    }

    static func verifyAbandon(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.append([EventEntry(event(1), targets: ["a", "ü", "c'"])], mark: nil, at: time(0))
        let given = try await store.abandon(except: ["a", "c'"], because: failure, at: time(1))
        try requireEqual(given, 1, "deliveries given up")
        let dead = try await store.deliveries(DeliveryFilter(state: .dead), before: nil, limit: 10)
        try requireEqual(dead.map(\.target), ["ü"], "whose they are")
        try requireEqual(dead.map(\.failure), [failure], "why")
        let all = try await store.abandon(except: [], because: failure, at: time(2))
        try requireEqual(all, 2, "when there are no targets")
    }

    // MARK: The rest

    static func verifyForgetting(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.append(
            [
                EventEntry(event(1, at: 1), targets: ["a"]), EventEntry(event(2, at: 2), targets: ["a"]),
                EventEntry(event(3, at: 3), targets: []), EventEntry(event(4, person: id(70), at: 50), targets: ["a"]),
                EventEntry(event(5, person: id(71), at: 50), targets: ["a"]),
            ], mark: nil, at: time(0))
        let first = try await store.claim(claim("a", at: 1, limit: 1))
        _ = try await store.settle(first[0].number, by: holder, as: .dead(because: failure), at: time(2))
        let forgotten = try await store.forgetEvents(before: time(10))
        try requireEqual(forgotten, 2, "old events that no target waits for")
        let left = try await store.deliveries(DeliveryFilter(), before: nil, limit: 10)
        try requireEqual(numbers(left), [5, 4, 2], "deliveries that are left")
        let erased = try await store.eraseEvents(of: id(70))
        try requireEqual(erased, 1, "events of a person")
        let others = try await store.deliveries(DeliveryFilter(), before: nil, limit: 10)
        try requireEqual(numbers(others), [5, 2], "deliveries of others")
        let again = try await store.append([EventEntry(event(1), targets: ["a"])], mark: nil, at: time(0))
        try requireEqual(again, 1, "a forgotten event that is told again")
    }

    static func verifyPages(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.append((1...5).map { EventEntry(event($0), targets: ["a", "b"]) }, mark: nil, at: time(0))
        var seen: [UInt64] = []
        var last: Int64?
        repeat {
            let page = try await store.deliveries(DeliveryFilter(target: "b"), before: last, limit: 2)
            seen += numbers(page)
            last = page.last?.number
        } while last != nil
        try requireEqual(seen, [5, 4, 3, 2, 1], "pages, newest first")
        let none = try await store.deliveries(DeliveryFilter(), before: nil, limit: 0)
        try requireEqual(none, [], "a page of none")
    }

    static func verifyEnd(_ make: Make) async throws {
        let store = try await make()
        try await store.probe()
        try await store.close()
        try await store.close()
        try await requireFailure(.shuttingDown, "a claim after the end") { try await store.claim(claim("a", at: 1)) }
        try await requireFailure(.shuttingDown, "a probe after the end") { try await store.probe() }
    }

    private static func require<Value>(_ value: Value?, _ what: String) throws -> Value {
        guard let value else { throw ContractViolation(description: "\(what) is missing") }
        return value
    }
}
