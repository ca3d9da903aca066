import HearthCore
import HearthStore
import Synchronization

/// Keeps what is put into it by the rules of `LibraryStore.put`, and nothing else: what an intake needs.
final class KeepingStore: PartialLibraryStore {
    private let kept = Mutex<[String: [DocumentEntry]]>([:])
    private let batches = Mutex<[Int]>([])

    var entries: [DocumentEntry] { kept.withLock { $0.values.compactMap(\.last) } }
    var batchSizes: [Int] { batches.withLock { $0 } }

    func put(_ entries: [DocumentEntry]) async throws -> [PutOutcome] {
        batches.withLock { $0.append(entries.count) }
        return kept.withLock { kept in
            entries.map { entry in
                let source = entry.document.source
                let key = "\(entry.document.person) \(source.name) \(source.key)"
                guard let last = kept[key]?.last else {
                    kept[key] = [entry]
                    return PutOutcome(
                        id: entry.document.id, version: 1, change: .inserted, passages: entry.passages.count)
                }
                if last.document.fingerprint == entry.document.fingerprint {
                    return PutOutcome(
                        id: last.document.id, version: last.document.version, change: .unchanged,
                        passages: last.passages.count)
                }
                var next = entry
                next.document.id = last.document.id
                next.document.version = last.document.version + 1
                kept[key]?.append(next)
                return PutOutcome(
                    id: next.document.id, version: next.document.version, change: .newVersion,
                    passages: next.passages.count)
            }
        }
    }
}
