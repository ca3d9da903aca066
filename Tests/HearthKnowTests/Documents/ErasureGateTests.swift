import HearthCore
import HearthKnow
import HearthStore
import Synchronization
import Testing

@Suite struct ErasureGateTests {
    private let ada = UniqueID(high: 1, low: 1)

    /// Lets a task wait for another.
    private final class Flag: Sendable {
        private let state = Mutex<(isSet: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

        func set() {
            let waiting = state.withLock { state in
                state.isSet = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }

        func wait() async {
            await withCheckedContinuation { continuation in
                let isSet = state.withLock { state in
                    if !state.isSet { state.waiting.append(continuation) }
                    return state.isSet
                }
                if isSet { continuation.resume() }
            }
        }
    }

    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])

        var all: [String] { lines.withLock { $0 } }
        func append(_ line: String) { lines.withLock { $0.append(line) } }
    }

    /// Notices writes and erasures at the same time.
    private final class Referee: Sendable {
        private let state = Mutex<(writers: Int, erasures: Int, isWrong: Bool)>((0, 0, false))

        var isContent: Bool { state.withLock { !$0.isWrong } }

        func enter(erasing: Bool) {
            state.withLock { state in
                if erasing { state.erasures += 1 } else { state.writers += 1 }
                if state.erasures > 1 || (state.erasures > 0 && state.writers > 0) { state.isWrong = true }
            }
        }

        func leave(erasing: Bool) {
            state.withLock { state in
                if erasing { state.erasures -= 1 } else { state.writers -= 1 }
            }
        }
    }

    @Test func anErasureComesAfterTheWritesUnderWayAndBeforeThoseThatCome() async {
        let gate = ErasureGate()
        let order = Log()
        let (begun, release) = (Flag(), Flag())
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await gate.store {
                    begun.set()
                    await release.wait()
                    order.append("write")
                }
            }
            await begun.wait()
            group.addTask { [ada] in await gate.erase(ada) { order.append("erase") } }
            while gate.erasures(of: ada) == 0 { await Task.yield() }
            group.addTask { await gate.store { order.append("late") } }
            release.set()
        }
        #expect(order.all == ["write", "erase", "late"])
    }

    @Test func manyErasuresAndWritesExcludeEachOther() async {
        let gate = ErasureGate()
        let referee = Referee()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { [ada] in
                    if number % 5 == 0 {
                        await gate.erase(ada) {
                            referee.enter(erasing: true)
                            await Task.yield()
                            referee.leave(erasing: true)
                        }
                    } else {
                        await gate.store {
                            referee.enter(erasing: false)
                            await Task.yield()
                            referee.leave(erasing: false)
                        }
                    }
                }
            }
        }
        #expect(referee.isContent)
        #expect(gate.erasures(of: ada) == 40)
    }

    @Test func aDocumentWhoseReadingIsGoneIsRefused() async throws {
        let store = KeepingStore()
        let gone = RecordID(timestamp: Timestamp(microseconds: 1), digest: 7)
        let intake = DocumentIntake(store: store, sourceExists: { _, stream, id in stream == "file" && id != gone })
        func draft(_ key: String, _ record: RecordID?) -> DocumentDraft {
            DocumentDraft(
                person: ada, kind: .file, text: "The boat lies in the harbour.",
                source: DraftSource(name: "files", key: key, stream: record == nil ? nil : "file", record: record))
        }
        let there = RecordID(timestamp: Timestamp(microseconds: 1), digest: 8)
        let error = await #expect(throws: HearthError.self) {
            try await intake.add([draft("a", there), draft("b", gone)])
        }
        #expect(error?.code == .conflict)
        #expect(store.entries.isEmpty)
        #expect(try await intake.add([draft("a", there), draft("c", nil)]).count == 2)
    }
}
