import Foundation
import HearthCore
import HearthFetch
import HearthIngest
import HearthStore
import HearthStoreSQLite
import HearthTesting
import Testing

@testable import HearthNotify

@Suite("Webhooks")
struct DeliveryTests {
    @Test func anEventArrivesSignedWithItsIdAsKey() async throws {
        let receiver = try WebhookReceiver()
        let key = try #require(SigningKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let target = try target(at: receiver.url + "?secret=1") { target in
            target.bearer = "let-me-in"
            target.keys = [key]
            target.headers = [.init(name: "X-Room", value: "attic")]
        }
        try await Notifier([target]).use { notifier in
            let event = try await notifier.announce()
            try await eventually { try await notifier.states() == [.delivered] }
            let request = try #require(receiver.requests.first)
            #expect(request.target == "/hook?secret=1")
            #expect(request.json == event.json)
            #expect(request.headers["authorization"] == "Bearer let-me-in")
            #expect(request.headers["x-room"] == "attic")
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.headers["idempotency-key"] == event.id.description)
            #expect(request.headers["webhook-id"] == event.id.description)
            let second = try #require(request.headers["webhook-timestamp"].flatMap { Int64($0) })
            #expect(
                request.headers["webhook-signature"]
                    == key.signature(id: event.id.description, second: second, body: request.body))
        }
    }

    @Test(arguments: [
        WebhookReceiver.Answer.status(500), .status(503), .status(408), .status(429, headers: ["Retry-After": "0"]),
        .hangUp, .garbage,
    ])
    func whatFailsIsTriedAgainUnderTheSameKey(_ answer: WebhookReceiver.Answer) async throws {
        let receiver = try WebhookReceiver { _, number in number < 2 ? answer : .status(200) }
        try await Notifier([target(at: receiver.url)]).use { notifier in
            try await notifier.announce()
            try await eventually { try await notifier.states() == [.delivered] }
            let requests = receiver.requests
            #expect(requests.count == 3)
            #expect(Set(requests.compactMap { $0.headers["idempotency-key"] }).count == 1)
            let delivery = try await notifier.store.deliveries(DeliveryFilter(), before: nil, limit: 1).first
            #expect(delivery?.attempts == 3 && delivery?.failure == nil)
        }
    }

    @Test func aTargetThatFallsSilentIsLeftAfterItsTime() async throws {
        let receiver = try WebhookReceiver { _, number in number == 0 ? .silence : .status(200) }
        let target = try target(at: receiver.url) { $0.limits.timeout = .milliseconds(200) }
        try await Notifier([target]).use { notifier in
            try await notifier.announce()
            try await eventually { try await notifier.states() == [.delivered] }
            // On a busy machine the second try may be too slow as well.
            #expect(receiver.requests.count >= 2)
            let failure = try #require(try await notifier.service.overview().first?.statistics.lastFailure)
            #expect(failure.code == .webhookTimeout)
        }
    }

    @Test func aSlowAnswerIsAnAnswer() async throws {
        let receiver = try WebhookReceiver { _, _ in .slowly(200) }
        try await Notifier([target(at: receiver.url)]).use { notifier in
            try await notifier.announce()
            try await eventually { try await notifier.states() == [.delivered] }
            #expect(receiver.requests.count == 1)
        }
    }

    @Test(arguments: [400, 401, 404, 410, 422])
    func whatIsRefusedForGoodIsDeadAtOnce(_ status: Int) async throws {
        let receiver = try WebhookReceiver { _, number in .status(number == 0 ? status : 200) }
        try await Notifier([target(at: receiver.url)]).use { notifier in
            let event = try await notifier.announce()
            try await eventually { try await notifier.states() == [.dead] }
            let dead = try #require(
                try await notifier.store.deliveries(DeliveryFilter(state: .dead), before: nil, limit: 1).first)
            #expect(dead.failure?.code == .webhookRefused && dead.failure?.message.contains("\(status)") == true)
            #expect(receiver.requests.count == 1)

            try await notifier.service.replay(dead.number)
            try await eventually { try await notifier.states() == [.delivered] }
            #expect(receiver.requests.map { $0.headers["webhook-id"] } == [event.id.description, event.id.description])
            let twice = await #expect(throws: HearthError.self) { try await notifier.service.replay(dead.number) }
            #expect(twice?.code == .conflict)
        }
    }

    @Test(arguments: [301, 302, 307, 308])
    func redirectsAreNotFollowed(_ status: Int) async throws {
        let inside = try WebhookReceiver()
        let receiver = try WebhookReceiver { _, _ in .status(status, headers: ["Location": inside.url]) }
        try await Notifier([target(at: receiver.url)]).use { notifier in
            try await notifier.announce()
            try await eventually { try await notifier.states() == [.dead] }
            let dead = try await notifier.store.deliveries(DeliveryFilter(), before: nil, limit: 1).first
            #expect(dead?.failure?.code == .webhookRedirected)
        }
        #expect(inside.requests.isEmpty)
    }

    /// Says where names lead, as a name server of a stranger would.
    private struct Names: HostResolver {
        var table: [String: [String]]

        func addresses(of host: String) async throws -> [InternetAddress] {
            (table[host] ?? []).compactMap { InternetAddress($0) }
        }
    }

    @Test func namesThatLeadInsideGetNothing() async throws {
        let receiver = try WebhookReceiver()
        let names = Names(table: ["trick.example": ["203.0.114.9", "127.0.0.1"]])
        let tricked = try target(at: "http://trick.example:\(receiver.port)/")
        try await Notifier([tricked], allowing: "", resolver: names).use { notifier in
            try await notifier.announce()
            try await eventually { try await notifier.states() == [.dead] }
            let dead = try await notifier.store.deliveries(DeliveryFilter(), before: nil, limit: 1).first
            #expect(dead?.failure?.code == .fetchRefused)
        }
        #expect(receiver.requests.isEmpty)
    }

    @Test func theConnectionGoesToTheAddressThatWasChecked() async throws {
        let receiver = try WebhookReceiver()
        let named = try target(at: "http://hooks.example:\(receiver.port)/x")
        try await Notifier([named], resolver: Names(table: ["hooks.example": ["127.0.0.1"]])).use { notifier in
            try await notifier.announce()
            try await eventually { try await notifier.states() == [.delivered] }
            #expect(receiver.requests.first?.headers["host"] == "hooks.example:\(receiver.port)")
        }
    }

    // MARK: Order, rates, outages

    @Test func aBatchStaysInOrderWhileOthersGoOn() async throws {
        // The first batch's opening fails some times; meanwhile other batches are delivered whole.
        let failures = 4
        let receiver = try WebhookReceiver { request, _ in
            let isFirst = request.json["order"] == "b1" && request.json["kind"] == "gate.open"
            guard isFirst else { return .status(200) }
            return .status(503)
        }
        let target = try target(at: receiver.url) { target in
            target.limits.breaker.failures = 1000
            target.limits.retry.longest = .milliseconds(20)
        }
        try await Notifier([target]).use { notifier in
            for batch in ["b1", "b2", "b3"] {
                try await notifier.announce(.gateOpen, batch: batch)
                try await notifier.announce(.gateDone, batch: batch)
            }
            func told(_ batch: String) -> [String] {
                receiver.requests.filter { $0.json["order"]?.string == batch }.compactMap { $0.json["kind"]?.string }
            }
            try await eventually { told("b1").count > failures && told("b2").count == 2 && told("b3").count == 2 }
            #expect(!told("b1").contains("gate.done"))
            receiver.answer { _, _ in .status(200) }
            try await eventually { try await notifier.isOver() }
            for batch in ["b1", "b2", "b3"] {
                let kinds = told(batch)
                #expect(kinds.last == "gate.done" && kinds.count { $0 == "gate.done" } == 1)
            }
        }
    }

    @Test func noMoreGoOutAtOnceThanAllowed() async throws {
        let receiver = try WebhookReceiver { _, _ in
            usleep(10_000)
            return .status(200)
        }
        let target = try target(at: receiver.url) { $0.limits.parallel = 3 }
        try await Notifier([target]).use { notifier in
            for number in 0..<30 { try await notifier.announce(batch: "b\(number)") }
            try await eventually { try await notifier.isOver() }
            #expect(receiver.requests.count == 30)
            #expect((1...3).contains(receiver.mostAtOnce))
        }
    }

    @Test func noMoreGoOutInATimeThanAllowed() async throws {
        let receiver = try WebhookReceiver()
        let target = try target(at: receiver.url) { target in
            target.limits.perSecond = 0.01
            target.limits.burst = 3
        }
        try await Notifier([target]).use { notifier in
            for number in 0..<5 { try await notifier.announce(batch: "b\(number)") }
            try await eventually { receiver.requests.count == 3 }
            // The next one is due in a hundred seconds.
            #expect(try await notifier.states().count { $0 == .pending } >= 2)
        }
        #expect(receiver.requests.count == 3)
    }

    @Test func retryAfterHoldsTheWholeTarget() async throws {
        let receiver = try WebhookReceiver { _, number in
            number == 0 ? .status(429, headers: ["Retry-After": "3000"]) : .status(200)
        }
        try await Notifier([target(at: receiver.url) { $0.limits.parallel = 1 }]).use { notifier in
            try await notifier.announce(batch: "b1")
            try await notifier.announce(batch: "b2")
            try await eventually { try await notifier.service.overview().first?.hold != nil }
            let overview = try #require(try await notifier.service.overview().first)
            let hold = try #require(overview.hold)
            #expect(hold > .seconds(2000) && overview.circuit == .closed && overview.counts.pending == 2)
            let delivery = try await notifier.store.deliveries(DeliveryFilter(), before: nil, limit: 2).last
            #expect((delivery?.due ?? Timestamp(microseconds: 0)) > SystemTime().now() + .seconds(2000))
        }
        #expect(receiver.requests.count == 1)
    }

    @Test func aTargetThatIsDownIsLeftAloneAndFoundAgain() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(502) }
        let target = try target(at: receiver.url) { target in
            target.limits.breaker.failures = 3
            target.limits.breaker.firstPause = .seconds(3000)
            target.limits.parallel = 1
        }
        try await Notifier([target]).use { notifier in
            for number in 0..<10 { try await notifier.announce(batch: "b\(number)") }
            try await eventually { try await notifier.service.overview().first?.circuit == .open }
            #expect(receiver.requests.count == 3)
            receiver.answer { _, _ in .status(200) }
            // A person who replays anything has the target tried at once.
            _ = try await notifier.service.replayAll(target: "a")
            try await eventually { try await notifier.isOver() }
            #expect(try await notifier.service.overview().first?.circuit == .closed)
            #expect(try await notifier.states().allSatisfy { $0 == .delivered })
        }
    }

    @Test func oneTryTellsWhetherATargetIsBack() async throws {
        let receiver = try WebhookReceiver { _, number in .status(number < 6 ? 502 : 200) }
        let target = try target(at: receiver.url) { target in
            target.limits.breaker.failures = 2
            target.limits.breaker.firstPause = .milliseconds(10)
            target.limits.breaker.longestPause = .milliseconds(20)
        }
        try await Notifier([target]).use { notifier in
            for number in 0..<8 { try await notifier.announce(batch: "b\(number)") }
            try await eventually { try await notifier.isOver() }
            #expect(try await notifier.states().allSatisfy { $0 == .delivered })
        }
    }

    @Test func whatIsTooOldIsGivenUp() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(500) }
        let target = try target(at: receiver.url) { target in
            target.limits.retry.giveUpAfter = .milliseconds(60)
            target.limits.breaker.failures = 1000
        }
        try await Notifier([target]).use { notifier in
            try await notifier.announce()
            try await eventually { try await notifier.states() == [.dead] }
            let dead = try await notifier.store.deliveries(DeliveryFilter(), before: nil, limit: 1).first
            #expect(dead?.failure?.code == .webhookFailed)
        }
    }

    // MARK: Over restarts

    @Test func whatWasUnderWayGoesOutAgainAfterARestart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-notify-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let silent = try WebhookReceiver { _, _ in .silence }
        let first = try await SQLiteEventStore.open(path: folder + "/events.db")
        try await Notifier([target(at: silent.url)], store: first).use { notifier in
            try await notifier.announce(.gateOpen, batch: "b1")
            try await notifier.announce(.gateDone, batch: "b1")
            try await eventually { silent.requests.count == 1 }
            // As after a kill: nothing is noted any more.
            try await first.close()
        }
        let receiver = try WebhookReceiver()
        let second = try await SQLiteEventStore.open(path: folder + "/events.db")
        try await Notifier([target(at: receiver.url)], store: second).use { notifier in
            try await eventually { try await notifier.isOver() }
            #expect(receiver.requests.map { $0.json["kind"] } == ["gate.open", "gate.done"])
            #expect(
                receiver.requests.first?.headers["idempotency-key"] == silent.requests.first?.headers["idempotency-key"]
            )
            // Announced once more, as the spool does after a kill.
            try await notifier.announce(.gateDone, batch: "b1")
            #expect(try await notifier.states().count == 2)
        }
        try await second.close()
    }

    @Test func whatIsForATargetThatIsGoneWaitsForAPerson() async throws {
        let store = MemoryEventStore()
        let receiver = try WebhookReceiver { _, _ in .status(500) }
        try await Notifier([target("old", at: receiver.url)], store: store).announce()
        let other = try WebhookReceiver()
        try await Notifier([target("new", at: other.url)], store: store).use { notifier in
            try await eventually { try await notifier.states() == [.dead] }
            let dead = try #require(try await store.deliveries(DeliveryFilter(), before: nil, limit: 1).first)
            #expect(dead.failure?.code == .webhookTargetMissing)
            let refused = await #expect(throws: HearthError.self) { try await notifier.service.replay(dead.number) }
            #expect(refused?.code == .conflict)
        }
        #expect(other.requests.isEmpty)
    }

    // MARK: Who gets what

    @Test func eachTargetGetsWhatItWants() async throws {
        let (all, gates) = (try WebhookReceiver(), try WebhookReceiver())
        let targets = [
            try target("all", at: all.url), try target("gates", at: gates.url, events: ["gate.*", "disk.low"]),
        ]
        try await Notifier(targets).use { notifier in
            try await notifier.announce(.gateDone, batch: "b1")
            try await notifier.announce(.embedStart, batch: "e1")
            try await eventually { try await notifier.isOver() }
            #expect(Set(all.requests.map { $0.json["kind"] }) == ["gate.done", "embed.start"])
            #expect(gates.requests.map { $0.json["kind"] } == ["gate.done"])
        }
    }

    @Test func aTestIsSentOnceAndAtOnce() async throws {
        let receiver = try WebhookReceiver { _, number in .status(number == 0 ? 200 : 403) }
        try await Notifier([target(at: receiver.url, events: ["gate.done"])]).use { notifier in
            #expect(try await notifier.service.test(target: "a", kind: nil).meaning == .delivered)
            let refused = try await notifier.service.test(target: "a", kind: .diskLow)
            guard case .dead(let failure) = refused.meaning else {
                Issue.record("\(refused)")
                return
            }
            #expect(failure.code == .webhookRefused)
            #expect(receiver.requests.map { $0.json["kind"] } == ["gate.done", "disk.low"])
            #expect(try await notifier.states().isEmpty)
            let unknown = await #expect(throws: HearthError.self) {
                try await notifier.service.test(target: "b", kind: nil)
            }
            #expect(unknown?.code == .notFound)
        }
    }
}
