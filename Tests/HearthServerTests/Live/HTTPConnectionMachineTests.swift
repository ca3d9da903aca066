import Testing

@testable import HearthServer

@Suite struct HTTPConnectionMachineTests {
    private let start = ContinuousClock.now

    private func machine() -> HTTPConnectionMachine {
        HTTPConnectionMachine(idleTimeout: .seconds(60), bodyTimeout: .seconds(10), minimumBodyBytes: 100, now: start)
    }

    private func after(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func silenceBetweenRequestsEndsIt() {
        var machine = machine()
        #expect(machine.timePassed(at: after(59)) == .none)
        #expect(machine.timePassed(at: after(60)) == .close)
        machine.receivedHead(at: after(50))
        machine.receivedEnd()
        #expect(machine.sentEnd(at: after(55)) == .none)
        #expect(machine.timePassed(at: after(114)) == .none)
        #expect(machine.timePassed(at: after(115)) == .close)
    }

    @Test func ourOwnWorkMayTakeLong() {
        var machine = machine()
        machine.receivedHead(at: after(1))
        machine.receivedEnd()
        #expect(machine.timePassed(at: after(1000)) == .none)
    }

    @Test func aBodyMustGoOn() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        machine.receivedBody(100, at: after(9))
        #expect(machine.timePassed(at: after(18)) == .none)
        #expect(machine.timePassed(at: after(19)) == .close)
    }

    @Test func aFewBytesAreNoProgress() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        for second in 1..<10 { machine.receivedBody(10, at: after(Double(second))) }
        #expect(machine.timePassed(at: after(10)) == .close)
    }

    @Test func thePeerIsNotBlamedWhileNobodyReads() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        machine.receivedBody(1000, at: after(1))
        machine.endedReading(at: after(1))
        #expect(machine.timePassed(at: after(100)) == .none)
        machine.beganReading(at: after(100))
        #expect(machine.timePassed(at: after(109)) == .none)
        #expect(machine.timePassed(at: after(110)) == .close)
    }

    @Test func aPeerThatTakesNothingIsGivenUp() {
        var machine = machine()
        machine.receivedHead(at: after(0))
        machine.receivedEnd()
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
}
