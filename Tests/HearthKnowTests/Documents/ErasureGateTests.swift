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

    @Test func anErasureComesAfterTheWritesUnderWayAndBeforeThoseThatCome() async {
        let gate = ErasureGate()
        let order = Mutex<[String]>([])
        let (begun, release) = (Flag(), Flag())
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await gate.store {
                    begun.set()
                    await release.wait()
                    order.withLock { $0.append("write") }
                }
            }
            await begun.wait()
            group.addTask { [ada] in await gate.erase(ada) { order.withLock { $0.append("erase") } } }
            while gate.erasures(of: ada) == 0 { await Task.yield() }
            group.addTask { await gate.store { order.withLock { $0.append("late") } } }
            release.set()
        }
        #expect(order.withLock { $0 } == ["write", "erase", "late"])
    }

    @Test func manyErasuresAndWritesExcludeEachOther() async {
        let gate = ErasureGate()
        let inside = Mutex<(writers: Int, erasures: Int, isWrong: Bool)>((0, 0, false))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask { [ada] in
                    if number % 5 == 0 {
                        await gate.erase(ada) {
                            inside.withLock { state in
                                state.erasures += 1
                                if state.erasures > 1 || state.writers > 0 { state.isWrong = true }
                            }
                            await Task.yield()
                            inside.withLock { $0.erasures -= 1 }
                        }
                    } else {
                        await gate.store {
                            inside.withLock { state in
                                state.writers += 1
                                if state.erasures > 0 { state.isWrong = true }
                            }
                            await Task.yield()
                            inside.withLock { $0.writers -= 1 }
                        }
                    }
                }
            }
        }
        #expect(inside.withLock { !$0.isWrong })
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
