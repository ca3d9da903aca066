import HearthCore
import HearthStore
import Synchronization

/// Keeps what is put into it by the rules of `LibraryStore.put`, and nothing else: what an intake needs.
final class KeepingStore: LibraryStore {
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

    private var unused: HearthError { HearthError(.internalError, "An intake asks for nothing.", disposition: .defect) }

    func document(_ id: UniqueID, person: UniqueID) async throws -> Document? { throw unused }
    func document(_ id: UniqueID, version: Int, person: UniqueID) async throws -> Document? { throw unused }
    func passages(of document: UniqueID, person: UniqueID) async throws -> [Passage] { throw unused }
    func passages(numbered numbers: [Int64], person: UniqueID) async throws -> [FoundPassage] { throw unused }
    func passage(_ id: UniqueID, person: UniqueID) async throws -> FoundPassage? { throw unused }
    func documents(
        _ filter: DocumentFilter, after position: DocumentPosition?, limit: Int
    ) async throws -> [DocumentHead] { throw unused }
    func count(_ filter: DocumentFilter) async throws -> (documents: Int, passages: Int) { throw unused }
    func delete(_ id: UniqueID, person: UniqueID) async throws -> Bool { throw unused }
    func rank(text query: TextQuery, _ filter: DocumentFilter, limit: Int) async throws -> [RankedPassage] {
        throw unused
    }
    func passageChanges(after sequence: Int64, limit: Int) async throws -> [PassageChange] { throw unused }
    func links(person: UniqueID) async throws -> [(from: UniqueID, to: UniqueID)] { throw unused }
    func append(_ turn: Turn) async throws { throw unused }
    func turns(session: UniqueID, person: UniqueID) async throws -> [Turn] { throw unused }
    func sessions(person: UniqueID, after position: UniqueID?, limit: Int) async throws -> [SessionHead] {
        throw unused
    }
    func file(_ gap: Gap) async throws { throw unused }
    func gaps(person: UniqueID, limit: Int) async throws -> [Gap] { throw unused }
    func erase(person: UniqueID) async throws -> Int { throw unused }
    func probe() async throws { throw unused }
    func close() async throws { throw unused }
}
