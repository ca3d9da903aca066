import HearthCore
import HearthPipeline
import HearthSchema
import HearthTesting
import Testing

@Suite("Decisions of the pipeline")
struct DecisionTests {
    private static let fault = HearthError(.internalError, "It broke.", disposition: .defect)
    private static let outage = HearthError(.storageFailed, "It is away.", disposition: .retry)

    /// Runs a machine over rows of which some make every step with them fail.
    private func casualties(_ rows: Int, poisoned: Set<Int>) -> (rows: [Int], steps: Int) {
        var machine = BatchMachine(rows: rows)
        var action = machine.first
        var worked: [Int] = []
        var steps = 0
        while true {
            switch action {
            case .finish:
                let dead = machine.casualties.map(\.row)
                #expect((worked + dead).sorted() == Array(0..<rows))
                return (dead, steps)
            case .step(let range), .waitThenStep(let range, _):
                steps += 1
                if poisoned.isDisjoint(with: range) {
                    worked += range
                    action = machine.succeeded()
                } else {
                    action = machine.failed(Self.fault)
                }
            }
        }
    }

    @Test func everyPoisonousReadingIsFoundAndNoOther() {
        var random = SplitMix64(seed: 7)
        for rows in [0, 1, 2, 3, 7, 16, 33] {
            for _ in 0..<20 {
                let poisoned = Set((0..<rows).filter { _ in Int.random(in: 0..<5, using: &random) == 0 })
                #expect(casualties(rows, poisoned: poisoned).rows == poisoned.sorted())
            }
        }
        // Three tries, then two steps for each of five halvings.
        #expect(casualties(32, poisoned: [5]).steps == 3 + 10)
    }

    @Test func anOutageIsWaitedOutForLonger() {
        var machine = BatchMachine(rows: 4)
        for failures in 1..<25 {
            #expect(machine.failed(Self.outage) == .waitThenStep(0..<4, failures: failures))
        }
        #expect(machine.failed(Self.outage) == .step(0..<2))
    }

    @Test func aProcessorSaysHowOftenAFailureIsWorthATry() {
        var machine = BatchMachine(rows: 1)
        for failures in 1..<8 {
            #expect(machine.failed(Self.outage, limit: 8) == .waitThenStep(0..<1, failures: failures))
        }
        #expect(machine.failed(Self.outage, limit: 8) == .finish)
        #expect(machine.casualties.map(\.attempts) == [8])
    }

    @Test func aHopelessBatchIsHalvedAtOnce() {
        var machine = BatchMachine(rows: 2)
        #expect(machine.failed(Self.outage, isHopeless: true) == .step(0..<1))
        #expect(machine.failed(Self.outage, isHopeless: true) == .step(1..<2))
        #expect(machine.succeeded() == .finish)
        #expect(machine.casualties.map(\.row) == [0])
    }

    @Test func waitsDoubleUpToALimitAndAreSpreadOverTheWholeTime() {
        let backoff = Backoff(first: .seconds(1), longest: .seconds(60))
        var random = SplitMix64(seed: 3)
        for failures in 1...12 {
            let ceiling = min(Duration.seconds(1 << (failures - 1)), .seconds(60))
            let delays = (0..<400).map { _ in backoff.delay(after: failures, using: &random) }
            #expect(delays.allSatisfy { $0 >= .zero && $0 <= ceiling })
            #expect(delays.contains { $0 < ceiling * 0.1 } && delays.contains { $0 > ceiling * 0.9 })
        }
        #expect(backoff.delay(after: 1_000_000, using: &random) <= .seconds(60))
    }

    @Test func processorsThatCannotRunAreRefused() throws {
        let streams = try PipelineStreams()
        func refusal(_ processors: any Processor...) throws -> String? {
            do throws(HearthError) {
                try ProcessorCheck.check(processors, registry: streams.registry)
                return nil
            } catch {
                #expect(error.code == .invalidProcessor)
                return error.message
            }
        }
        #expect(try refusal(WordProcessor(), LetterProcessor()) == nil)
        #expect(try refusal(WordProcessor(name: "Big Words"))?.contains("not a name") == true)
        #expect(try refusal(WordProcessor(), WordProcessor())?.contains("there twice") == true)
        #expect(try refusal(WordProcessor(inputs: []))?.contains("reads no stream") == true)
        #expect(try refusal(WordProcessor(inputs: ["nothing"]))?.contains("does not exist") == true)
        #expect(try refusal(WordProcessor(outputs: ["note"]))?.contains("no member source") == true)
        #expect(try refusal(WordProcessor(inputs: ["words"]))?.contains("its own outputs") == true)
        #expect(
            try refusal(WordProcessor(inputs: ["letters"]), LetterProcessor())?.contains("its own outputs") == true)
        let fast = try PipelineStreams.definition("fast", #""source": {"type": "object"}"#, rate: "high")
        let registry = try StreamRegistry([streams.note, fast])
        #expect(throws: HearthError.self) {
            try ProcessorCheck.check([WordProcessor(outputs: ["fast"])], registry: registry)
        }
    }
}
