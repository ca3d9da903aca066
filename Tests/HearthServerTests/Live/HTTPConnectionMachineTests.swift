import Testing

@testable import HearthServer

@Suite struct HTTPConnectionMachineTests {
    private let start = ContinuousClock.now

    private func machine() -> HTTPConnectionMachine {
        var limits = ConnectionLimits()
        limits.idleTimeout = .seconds(60)
        limits.bodyTimeout = .seconds(10)
        limits.drainTimeout = .seconds(30)
        limits.drainBytes = 5000
        return HTTPConnectionMachine(limits, minimumBodyBytes: 100, now: start)
    }

    private func after(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func silenceBetweenRequestsEndsIt() {
        var machine = machine()
        #expect(machine.timePassed(at: after(59)) == .none)
        #expect(machine.timePassed(at: after(60)) == .close)
        machine.receivedHead(at: after(50))
        #expect(machine.receivedEnd() == .none)
        #expect(machine.sentEnd(at: after(55)) == .none)
        #expect(machine.timePassed(at: after(114)) == .none)
        #expect(machine.timePassed(at: after(115)) == .close)
    }

    @Test func ourOwnWorkMayTakeLong() {
        var machine = machine()
        machine.receivedHead(at: after(1))
        #expect(machine.receivedEnd() == .none)
        #expect(machine.timePassed(at: after(1000)) == .none)
    }

    @Test func aBodyMustGoOn() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        #expect(machine.receivedBody(100, at: after(9)) == .none)
        #expect(machine.timePassed(at: after(18)) == .none)
        #expect(machine.timePassed(at: after(19)) == .close)
    }

    @Test func aFewBytesAreNoProgress() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        for second in 1..<10 { #expect(machine.receivedBody(10, at: after(Double(second))) == .none) }
        #expect(machine.timePassed(at: after(10)) == .close)
    }

    @Test func thePeerIsNotBlamedWhileNobodyReads() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        #expect(machine.receivedBody(1000, at: after(1)) == .none)
        machine.endedReading(at: after(1))
        #expect(machine.timePassed(at: after(100)) == .none)
        machine.beganReading(at: after(100))
        #expect(machine.timePassed(at: after(109)) == .none)
        #expect(machine.timePassed(at: after(110)) == .close)
    }

    @Test func aPeerThatTakesNothingIsGivenUp() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        #expect(machine.receivedEnd() == .none)
        machine.writabilityChanged(false, at: after(1))
        #expect(machine.timePassed(at: after(60)) == .none)
        #expect(machine.timePassed(at: after(61)) == .close)
        machine.writabilityChanged(true, at: after(61))
        #expect(machine.timePassed(at: after(200)) == .none)
    }

    @Test func stoppingWaitsForAnswers() {
        var idle = machine()
        #expect(idle.quiesce() == .close)
        var busy = machine()
        busy.receivedHead(at: after(0))
        busy.receivedHead(at: after(0))
        #expect(busy.quiesce() == .none)
        #expect(busy.sentEnd(at: after(1)) == .none)
        #expect(busy.sentEnd(at: after(2)) == .close)
    }

    @Test func theRestOfAnAnsweredRequestIsForgotten() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        #expect(machine.sentEnd(at: after(1)) == .drain)
        #expect(machine.discardsInput && machine.readsByItself)
        #expect(machine.receivedBody(4000, at: after(2)) == .none)
        #expect(machine.receivedEnd() == .none)
        #expect(!machine.discardsInput && !machine.readsByItself)
        // The next request is an ordinary one.
        machine.receivedHead(at: after(3))
        #expect(machine.receivedBody(4000, at: after(4)) == .none)
        #expect(machine.receivedEnd() == .none)
        #expect(machine.sentEnd(at: after(5)) == .none)
    }

    @Test func forgettingHasAnEnd() {
        var large = machine()
        large.receivedHead(at: after(0))
        #expect(large.sentEnd(at: after(1)) == .drain)
        #expect(large.receivedBody(5000, at: after(2)) == .none)
        #expect(large.receivedBody(1, at: after(2)) == .close)
        var slow = machine()
        slow.receivedHead(at: after(0))
        #expect(slow.sentEnd(at: after(1)) == .drain)
        for second in 2...30 {
            #expect(slow.receivedBody(100, at: after(Double(second))) == .none)
            #expect(slow.timePassed(at: after(Double(second))) == .none)
        }
        #expect(slow.timePassed(at: after(31)) == .close)
        var silent = machine()
        silent.receivedHead(at: after(0))
        #expect(silent.sentEnd(at: after(1)) == .drain)
        #expect(silent.timePassed(at: after(11)) == .close)
    }

    @Test func theLastAnswerEndsIt() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        #expect(machine.receivedEnd() == .none)
        machine.receivedHead(isLast: true, at: after(0))
        #expect(!machine.discardsInput)
        #expect(machine.receivedEnd() == .none)
        #expect(machine.discardsInput && !machine.isAnsweringLast)
        #expect(machine.sentEnd(at: after(1)) == .none)
        #expect(machine.isAnsweringLast)
        #expect(machine.sentEnd(at: after(2)) == .finish)
        // A slow peer may take its time with what is on its way.
        #expect(machine.timePassed(at: after(20)) == .none)
        machine.finished(at: after(20))
        #expect(machine.timePassed(at: after(20.9)) == .none)
        #expect(machine.timePassed(at: after(21)) == .close)
    }

    @Test func theLastAnswerMayComeBeforeItsRequest() {
        var machine = machine()
        machine.receivedHead(isLast: true, at: after(0))
        #expect(machine.sentEnd(at: after(1)) == .drain)
        #expect(machine.receivedEnd() == .finish)
        var broken = self.machine()
        broken.receivedHead(isLast: true, at: after(0))
        #expect(broken.sentEnd(at: after(1)) == .drain)
        #expect(broken.couldNotDiscard() == .finish)
    }
}
