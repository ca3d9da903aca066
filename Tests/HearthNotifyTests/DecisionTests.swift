import HearthCore
import HearthFetch
import HearthIngest
import HearthStore
import HearthTesting
import Testing

@testable import HearthNotify

@Suite("Decisions about webhooks")
struct DecisionTests {
    /// The example of the libraries of Standard Webhooks.
    @Test func signaturesAreThoseOfStandardWebhooks() throws {
        let key = try #require(SigningKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = key.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", second: 1_614_265_330, body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        var generator = SplitMix64(seed: 1)
        #expect(SigningKey(SigningKey.generate(using: &generator)) != nil)
        for text in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64!"] {
            #expect(SigningKey(text) == nil, "\(text)")
        }
    }

    @Test func theCircuitOpensProbesAndCloses() {
        var policy = CircuitBreaker.Policy()
        policy.failures = 2
        policy.firstPause = .seconds(10)
        policy.longestPause = .seconds(30)
        var breaker = CircuitBreaker(policy: policy)
        let start = ContinuousClock.now
        breaker.failed(at: start)
        #expect(breaker.wait(at: start) == nil)
        breaker.failed(at: start)
        #expect(breaker.state(at: start) == .open)
        #expect(breaker.wait(at: start + .seconds(4)) == .seconds(6))
        // What was under way when it opened changes nothing.
        breaker.failed(at: start + .seconds(1))
        #expect(breaker.wait(at: start + .seconds(4)) == .seconds(6))
        let probe = start + .seconds(10)
        #expect(breaker.state(at: probe) == .probing && breaker.wait(at: probe) == nil)
        breaker.begin()
        #expect(breaker.wait(at: probe) != nil)
        breaker.failed(at: probe)
        #expect(breaker.wait(at: probe) == .seconds(20))
        breaker.begin()
        breaker.failed(at: probe + .seconds(20))
        #expect(breaker.wait(at: probe + .seconds(20)) == .seconds(30))
        breaker.begin()
        breaker.cancelled()
        #expect(breaker.wait(at: probe + .seconds(50)) == nil)
        breaker.succeeded()
        #expect(breaker.state(at: probe) == .closed)
        breaker.failed(at: probe)
        #expect(breaker.state(at: probe) == .closed)
    }

    @Test func retriesDoubleWithChanceUntilTheyAreGivenUp() throws {
        var schedule = RetrySchedule()
        schedule.giveUpAfter = .seconds(3600)
        let start = Timestamp(microseconds: 0)
        var generator = SplitMix64(seed: 7)
        for attempts in 1...20 {
            let whole = min(Duration.seconds(900), .seconds(1 << min(attempts - 1, 20)))
            var delays: Set<Duration> = []
            for _ in 0..<50 {
                let next = try #require(
                    schedule.next(after: attempts, since: start, at: start, least: nil, using: &generator))
                delays.insert(next - start)
            }
            #expect(delays.allSatisfy { $0 >= whole / 2 && $0 <= whole })
            #expect(delays.count > 40)
        }
        let held = schedule.next(after: 1, since: start, at: start, least: .seconds(100), using: &generator)
        #expect(held == start + .seconds(100))
        let late = schedule.next(
            after: 3, since: start, at: start + .seconds(3600), least: nil, using: &generator)
        #expect(late == nil)
    }

    @Test(arguments: [
        ("120", Duration.seconds(120)), ("0", .zero), ("999999999999", .seconds(3600)), ("-1", nil), ("soon", nil),
        ("Sat, 21 Nov 2026 10:01:00 GMT", .seconds(60)), ("Sat, 21 Nov 2026 09:00:00 GMT", .zero),
        ("Sat, 31 Feb 2026 09:00:00 GMT", nil),
    ])
    func retryAfterIsRead(_ text: String, _ duration: Duration?) {
        #expect(WebhookVerdict.duration(text, Timestamp(microseconds: 1_795_255_200_000_000)) == duration)
    }

    @Test func patternsNameKinds() throws {
        for (text, kinds) in [("*", 3), ("gate.*", 2), ("gate.done", 1), ("disk.*", 1), ("disk", 0), ("gate.*.x", -1)] {
            let pattern = EventPattern(text)
            let found = [EventKind.gateOpen, .gateDone, .diskLow].count { pattern?.matches($0) ?? false }
            #expect(kinds < 0 ? pattern == nil : found == kinds, "\(text)")
        }
        #expect(["", "Gate.done", "gate..done", ".", "gate done"].allSatisfy { EventPattern($0) == nil })
    }

    @Test func levelsOfTheDiskAreToldOnce() {
        let mebibyte: Int64 = 1 << 20
        var levels = DiskLevels(lowBytes: 1000 * mebibyte)
        let told = [5000, 999, 1001, 900, 63, 80, 97, 900, 1249, 1251, 63].map { levels.note($0 * mebibyte) }
        #expect(told == [nil, .low, nil, nil, .full, nil, .low, nil, nil, .free, .full])
    }

    // MARK: Settings

    private func configuration(_ text: String) throws -> NotifyConfiguration {
        NotifyConfiguration(
            try JSONValue(parsing: text), policy: try FetchPolicy(allowing: "127.0.0.1")
        ) { name throws(HearthError) in
            guard name == "gate.mustache" else { throw HearthError(.notFound, "There is no \(name).") }
            return #"{"batch":"{{data.batch}}"}"#
        }
    }

    @Test func targetsAreReadWithAllThatTheySay() throws {
        let read = try configuration(
            """
            {"targets": [
              {"name": "a", "url": "http://127.0.0.1:9/x", "events": "*"},
              {"name": "b", "url": "https://hooks.example/t/s3cret", "events": ["gate.*"], "template": "gate.mustache",
               "bearer": "t0ken", "hmac": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "headers": {"X-A": 1},
               "timeout_seconds": 2.5, "rate_per_second": 3, "burst": 9, "parallel": 2, "give_up_after_seconds": 60}
            ]}
            """)
        #expect(read.problems == [])
        #expect(read.targets.map(\.name) == ["a", "b"])
        let target = try #require(read.targets.last)
        #expect(target.host == "hooks.example" && target.bearer == "t0ken" && target.keys.count == 1)
        #expect(target.headers == [.init(name: "X-A", value: "1")])
        #expect(target.limits.timeout == .seconds(2.5) && target.limits.parallel == 2)
        #expect(target.limits.perSecond == 3 && target.limits.burst == 9)
        #expect(target.limits.retry.giveUpAfter == .seconds(60))
        let event = try #require(EventSamples.sample(of: .gateOpen, at: Timestamp(microseconds: 0)))
        let shown = try Webhook(event, to: target, at: event.time, hidesSecrets: true)
        let text = shown.url + shown.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        #expect(!text.contains("s3cret") && !text.contains("t0ken") && !text.contains("X-A: 1"))
    }

    @Test func everyMistakeIsNamedAtOnce() throws {
        let read = try configuration(
            """
            {"targets": [
              {"name": "A b", "url": "http://192.168.1.1/", "events": ["gate.shut", "Gate"], "tmplate": "x"},
              {"name": "a", "url": "ftp://x.example/", "events": [], "template": "missing", "hmac": "abc"},
              {"name": "c", "url": "https://x.example/", "events": "*", "body": "{\\"a\\": {{data.x}}}",
               "headers": {"Host": "x", "a b": "c", "d": "e\\nf"}, "timeout_seconds": 600, "bearer": "a b"},
              {"name": "d", "url": "https://x.example/", "events": "*"},
              {"name": "d", "url": "https://x.example/", "events": "*", "body": "1", "template": "gate.mustache"},
              5
            ], "more": 1}
            """)
        #expect(
            read.problems.map(\.pointer) == [
                "notify.more",
                "notify.targets[0].name", "notify.targets[0].url", "notify.targets[0].events",
                "notify.targets[0].events", "notify.targets[0].tmplate",
                "notify.targets[1].url", "notify.targets[1].events", "notify.targets[1].template",
                "notify.targets[1].hmac",
                "notify.targets[2].body", "notify.targets[2].bearer", "notify.targets[2].headers",
                "notify.targets[2].headers", "notify.targets[2].headers", "notify.targets[2].timeout_seconds",
                "notify.targets[4].name", "notify.targets[4].body",
                "notify.targets[5]", "notify.targets[5].name", "notify.targets[5].url", "notify.targets[5].events",
            ])
        let address = try #require(read.problems.first { $0.pointer == "notify.targets[0].url" })
        #expect(address.message.contains("HEARTH_FETCH_ALLOW"))
    }
}
