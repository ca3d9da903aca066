import HearthCore
import Testing

@testable import HearthVault

@Suite struct RateLimiterTests {
    private let start = ContinuousClock.now

    @Test func burstThenRate() {
        var limiter = RateLimiter<String>(rate: 10, burst: 3)
        for _ in 0..<3 { #expect(limiter.admit("a", at: start) == .admitted) }
        #expect(limiter.admit("a", at: start) == .refused(retryAfter: .milliseconds(100)))
        #expect(limiter.admit("b", at: start) == .admitted, "another key has its own bucket")
        #expect(limiter.admit("a", at: start + .milliseconds(50)) == .refused(retryAfter: .milliseconds(50)))
        #expect(limiter.admit("a", at: start + .milliseconds(100)) == .admitted)
        #expect(limiter.admit("a", at: start + .seconds(1000)) == .admitted)
        for _ in 0..<2 { #expect(limiter.admit("a", at: start + .seconds(1000)) == .admitted) }
        #expect(limiter.admit("a", at: start + .seconds(1000)) != .admitted, "a long rest fills no more than the burst")
    }

    @Test func waitingAsLongAsSaidIsEnough() {
        var generator = SeededGenerator(11)
        var limiter = RateLimiter<Int>(rate: 7.3, burst: 20)
        var now = start
        var refusals = 0
        for _ in 0..<2000 {
            let cost = Double.random(in: 0.1...30, using: &generator)
            if case .refused(let wait) = limiter.admit(0, cost: cost, at: now) {
                refusals += 1
                #expect(wait > .zero)
                now += wait
                #expect(limiter.admit(0, cost: cost, at: now) == .admitted)
            }
            now += .milliseconds(Int.random(in: 0...500, using: &generator))
        }
        #expect(refusals > 100)
    }

    @Test func overTimeNoMoreThanTheRateIsAdmitted() {
        var limiter = RateLimiter<Int>(rate: 100, burst: 50)
        var admitted = 0
        for millisecond in 0..<10_000 {
            if limiter.admit(0, cost: 3, at: start + .milliseconds(millisecond)) == .admitted { admitted += 3 }
        }
        #expect((1000...1053).contains(admitted))
    }

    @Test func costAboveTheBurstIsPaidAfterwards() {
        var limiter = RateLimiter<Int>(rate: 10, burst: 10)
        #expect(limiter.admit(0, cost: 30, at: start) == .admitted)
        #expect(limiter.admit(0, at: start) == .refused(retryAfter: .milliseconds(2100)))
        #expect(limiter.admit(0, cost: 30, at: start + .milliseconds(2100)) == .refused(retryAfter: .milliseconds(900)))
    }

    @Test func clockThatLagsGivesNothing() {
        var limiter = RateLimiter<Int>(rate: 1, burst: 1)
        #expect(limiter.admit(0, at: start) == .admitted)
        #expect(limiter.admit(0, at: start - .seconds(100)) == .refused(retryAfter: .seconds(1)))
        #expect(limiter.admit(0, at: start + .milliseconds(500)) == .refused(retryAfter: .milliseconds(500)))
    }

    @Test func memoryIsBounded() {
        var limiter = RateLimiter<Int>(rate: 1, burst: 1, maximumKeys: 3)
        for key in 0..<1000 {
            _ = limiter.admit(key, at: start)
            #expect(limiter.keyCount <= 3)
        }
        #expect(limiter.admit(999, at: start) != .admitted, "the latest are known")
        #expect(limiter.admit(0, at: start) == .admitted, "the oldest were forgotten")
    }
}

@Suite struct LockoutTests {
    private let start = ContinuousClock.now
    private let policy = Lockout<String>.Policy(
        failures: 3, window: .seconds(60), firstDelay: .seconds(10), maximumDelay: .seconds(35), memory: .seconds(1000))

    @Test func tooManyFailuresLock() {
        var lockout = Lockout<String>(policy: policy)
        #expect(lockout.recordFailure(from: "a", at: start) == nil)
        #expect(lockout.recordFailure(from: "a", at: start + .seconds(1)) == nil)
        #expect(lockout.remainingLock(of: "a", at: start + .seconds(2)) == nil)
        #expect(lockout.recordFailure(from: "a", at: start + .seconds(2)) == .seconds(10))
        #expect(lockout.remainingLock(of: "a", at: start + .seconds(5)) == .seconds(7))
        #expect(lockout.remainingLock(of: "b", at: start + .seconds(5)) == nil)
        #expect(lockout.remainingLock(of: "a", at: start + .seconds(12)) == nil)
    }

    @Test func failuresOutsideTheWindowDoNotCount() {
        var lockout = Lockout<String>(policy: policy)
        for round in 0..<100 {
            #expect(lockout.recordFailure(from: "a", at: start + .seconds(31 * round)) == nil)
        }
    }

    @Test func delayGrowsToItsMaximum() {
        var lockout = Lockout<String>(policy: policy)
        var now = start
        var delays: [Duration] = []
        for _ in 0..<4 {
            var delay: Duration?
            for _ in 0..<3 { delay = lockout.recordFailure(from: "a", at: now) }
            delays.append(delay ?? .zero)
            now += delay ?? .zero
        }
        #expect(delays == [.seconds(10), .seconds(20), .seconds(35), .seconds(35)])
        now += .seconds(1000)
        for _ in 0..<2 { #expect(lockout.recordFailure(from: "a", at: now) == nil) }
        #expect(lockout.recordFailure(from: "a", at: now) == .seconds(10), "long ago is forgotten")
    }

    @Test func failuresDuringALockDoNotLengthenIt() {
        var lockout = Lockout<String>(policy: policy)
        for _ in 0..<3 { _ = lockout.recordFailure(from: "a", at: start) }
        for second in 1..<10 {
            #expect(lockout.recordFailure(from: "a", at: start + .seconds(second)) == .seconds(10 - second))
        }
        #expect(lockout.remainingLock(of: "a", at: start + .seconds(10)) == nil)
    }

    @Test func successForgets() {
        var lockout = Lockout<String>(policy: policy)
        for _ in 0..<2 { _ = lockout.recordFailure(from: "a", at: start) }
        lockout.recordSuccess(from: "a")
        lockout.recordSuccess(from: "unknown")
        for _ in 0..<2 { #expect(lockout.recordFailure(from: "a", at: start) == nil) }
    }

    @Test func memoryIsBounded() {
        var lockout = Lockout<Int>(policy: .init(failures: 1), maximumAddresses: 5)
        for address in 0..<1000 { _ = lockout.recordFailure(from: address, at: start) }
        #expect(lockout.addressCount == 5)
        #expect((995..<1000).allSatisfy { lockout.remainingLock(of: $0, at: start) != nil })
    }
}

@Suite struct RecencyTableTests {
    /// Against the obvious implementation, which searches.
    @Test func behavesAsTheObviousOne() {
        var generator = SeededGenerator(21)
        var table = RecencyTable<Int, Int>(capacity: 8)
        var model: [(key: Int, value: Int)] = []
        for step in 0..<20_000 {
            let key = Int.random(in: 0..<14, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0:
                table.remove(key)
                model.removeAll { $0.key == key }
            case 1:
                #expect(table[key] == model.first { $0.key == key }?.value)
            default:
                table.update(key, initial: step) { $0 += 1 }
                if let index = model.firstIndex(where: { $0.key == key }) {
                    let entry = model.remove(at: index)
                    model.append((key, entry.value + 1))
                } else {
                    if model.count == 8 { model.removeFirst() }
                    model.append((key, step + 1))
                }
            }
            #expect(table.count == model.count)
        }
        for key in 0..<14 { #expect(table[key] == model.first { $0.key == key }?.value) }
    }
}

@Suite struct ClientAddressTests {
    @Test func oneSubscriberIsOneAddress() {
        #expect(ClientAddress("192.0.2.1") == ClientAddress("::ffff:192.0.2.1"))
        #expect(ClientAddress("192.0.2.1") != ClientAddress("192.0.2.2"))
        #expect(ClientAddress("2001:db8:1:2::1") == ClientAddress("2001:db8:1:2:ffff:ffff:ffff:ffff"))
        #expect(ClientAddress("2001:db8:1:2::1") != ClientAddress("2001:db8:1:3::1"))
        #expect(ClientAddress("fe80::1%eth0") == ClientAddress("fe80::2"))
        #expect(ClientAddress("127.0.0.1") != ClientAddress("::1"))
    }

    @Test(arguments: ["", "localhost", "1.2.3", "1.2.3.4.5", "::g", "[::1]", "1.2.3.4:80", "%"])
    func otherTextIsNoAddress(_ text: String) {
        #expect(ClientAddress(text) == nil)
    }
}
