import HearthCore
import HearthSchema
import NIOCore
import NIOHTTP1
import Testing

@testable import HearthServer

@Suite struct ExpressMachineTests {
    private let routes: ExpressRoutes

    init() throws { routes = ExpressRoutes(try StreamRegistry(StreamRegistry.shipped()), ServerMetrics()) }

    private static let hot = HTTPRequestHead(
        version: .http1_1, method: .POST, uri: "/sensor/heartrate",
        headers: ["host": "a", "Authorization": "Bearer x", "content-length": "1"])
    private static let other = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["host": "a"])

    private func send(_ head: HTTPRequestHead, to machine: inout ExpressMachine) -> [ExpressMachine.Action] {
        let parts: [HTTPServerRequestPart] = [.head(head), .body(ByteBuffer(string: "1")), .end(nil)]
        return parts.map { receive(.part($0), &machine) }
    }

    private func receive(
        _ arrival: ExpressMachine.Arrival, _ machine: inout ExpressMachine
    ) -> ExpressMachine.Action {
        machine.receive(arrival, at: .now) { ExpressForm($0, routes) }
    }

    private func passed(_ actions: [ExpressMachine.Action]) -> Int {
        actions.reduce(0) { if case .pass(let arrivals) = $1 { $0 + arrivals.count } else { $0 } }
    }

    @Test func aHotRequestIsGatheredWhole() throws {
        var machine = ExpressMachine()
        let actions = send(Self.hot, to: &machine)
        guard case .examine(let request) = try #require(actions.last) else { throw CancellationError() }
        #expect(passed(actions) == 0)
        #expect(request.body == ByteBuffer(string: "1"))
        #expect(machine.accept() == 0)
        let (count, bytes) = machine.answer(0, ByteBuffer(string: "answer"))
        #expect(count == 1 && bytes == ByteBuffer(string: "answer"))
    }

    @Test func aDeclinedRequestIsPassedWhole() throws {
        var machine = ExpressMachine()
        guard case .examine(let request) = try #require(send(Self.hot, to: &machine).last),
            case .pass(let arrivals) = machine.decline(request)
        else { throw CancellationError() }
        #expect(arrivals.count == 3)
        // Until its answer has ended, the next one follows it.
        #expect(passed(send(Self.hot, to: &machine)) == 3)
        machine.ordinaryAnswerEnded()
        machine.ordinaryAnswerEnded()
        #expect(passed(send(Self.hot, to: &machine)) == 0)
    }

    @Test func answersLeaveInTheOrderOfRequests() {
        var machine = ExpressMachine()
        for number in 0..<3 {
            _ = send(Self.hot, to: &machine)
            #expect(machine.accept() == number)
        }
        #expect(machine.answer(2, ByteBuffer(string: "c")).count == 0)
        #expect(machine.answer(0, ByteBuffer(string: "a")).bytes == ByteBuffer(string: "a"))
        let rest = machine.answer(1, ByteBuffer(string: "b"))
        #expect(rest.count == 2 && rest.bytes == ByteBuffer(string: "bc"))
    }

    @Test func theOrdinaryPathWaitsForAnswersOfTheLane() {
        var machine = ExpressMachine()
        _ = send(Self.hot, to: &machine)
        let number = machine.accept()
        #expect(passed(send(Self.other, to: &machine)) == 0)
        #expect(!machine.mayRead)
        #expect(passed([receive(.inputClosed, &machine)]) == 0)
        #expect(machine.release().isEmpty)
        _ = machine.answer(number, ByteBuffer())
        let held = machine.release()
        #expect(held.count == 4)
        #expect(passed(held.map { receive($0, &machine) }) == 4)
        #expect(machine.mayRead)
    }

    @Test func whatIsCutOffIsPassedOn() {
        var machine = ExpressMachine()
        _ = receive(.part(.head(Self.hot)), &machine)
        _ = receive(.part(.body(ByteBuffer(string: "{"))), &machine)
        #expect(passed([receive(.inputClosed, &machine)]) == 3)
        #expect(passed(send(Self.hot, to: &machine)) == 3)
    }

    @Test func aLongBodyIsPassedOnAsItComes() {
        var machine = ExpressMachine()
        let half = ByteBuffer(repeating: 0x20, count: ExpressMachine.maximumBody / 2 + 1)
        _ = receive(.part(.head(Self.hot)), &machine)
        #expect(passed([receive(.part(.body(half)), &machine)]) == 0)
        #expect(passed([receive(.part(.body(half)), &machine)]) == 2)
        #expect(passed([receive(.part(.body(half)), &machine)]) == 1)
        #expect(passed([receive(.part(.end(nil)), &machine)]) == 1)
    }

    @Test func whoFloodsIsNotReadFurther() {
        var machine = ExpressMachine()
        for _ in 0..<ExpressMachine.maximumPending {
            #expect(machine.mayRead)
            _ = send(Self.hot, to: &machine)
            _ = machine.accept()
        }
        #expect(!machine.mayRead)
        _ = machine.answer(0, ByteBuffer())
        #expect(machine.mayRead)
    }

    @Test(arguments: [
        ("expect", "100-continue"), ("Idempotency-Key", "a"), ("Content-Encoding", "gzip"), ("Upgrade", "websocket"),
        ("Transfer-Encoding", "chunked"), ("Connection", "close"), ("X-Request-ID", "7"), ("authorization", "Bearer y"),
        ("HOST", "b"), ("Trailer", "x"),
    ])
    func unusualHeadsAreNotRecognised(_ name: String, _ value: String) {
        var head = Self.hot
        #expect(ExpressForm(head, routes) != nil)
        head.headers.add(name: name, value: value)
        #expect(ExpressForm(head, routes) == nil)
    }
}
