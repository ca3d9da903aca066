import HearthCore
import HearthStore

/// A library of which a test needs a part: what it does not write itself fails.
protocol PartialLibraryStore: LibraryStore {}

struct NotPartOfThisTest: Error {}

extension PartialLibraryStore {
    func put(_ entries: [DocumentEntry]) async throws -> [PutOutcome] { throw NotPartOfThisTest() }
    func document(_ id: UniqueID, person: UniqueID) async throws -> Document? { throw NotPartOfThisTest() }
    func document(_ id: UniqueID, version: Int, person: UniqueID) async throws -> Document? {
        throw NotPartOfThisTest()
    }
    func versions(of document: UniqueID, person: UniqueID) async throws -> [DocumentVersion] {
        throw NotPartOfThisTest()
    }
    func passages(of document: UniqueID, person: UniqueID) async throws -> [Passage] { throw NotPartOfThisTest() }
    func passages(of document: UniqueID, version: Int, person: UniqueID) async throws -> [Passage] {
        throw NotPartOfThisTest()
    }
    func passages(numbered numbers: [Int64], person: UniqueID) async throws -> [FoundPassage] {
        throw NotPartOfThisTest()
    }
    func passage(_ id: UniqueID, person: UniqueID) async throws -> FoundPassage? { throw NotPartOfThisTest() }
    func documents(
        _ filter: DocumentFilter, after position: DocumentPosition?, limit: Int
    ) async throws -> [DocumentHead] { throw NotPartOfThisTest() }
    func count(_ filter: DocumentFilter) async throws -> (documents: Int, passages: Int) { throw NotPartOfThisTest() }
    func timeline(_ filter: DocumentFilter, edges: [Timestamp]) async throws -> [TimelineSpan] {
        throw NotPartOfThisTest()
    }
    func delete(_ id: UniqueID, person: UniqueID, at time: Timestamp) async throws -> Bool { throw NotPartOfThisTest() }
    func purge() async throws { throw NotPartOfThisTest() }
    func rank(text query: TextQuery, _ filter: DocumentFilter, limit: Int) async throws -> [RankedPassage] {
        throw NotPartOfThisTest()
    }
    func counts(of terms: [String]) async throws -> (passages: Int, counts: [Int]) { throw NotPartOfThisTest() }
    func passageChanges(after sequence: Int64, limit: Int) async throws -> [PassageChange] {
        throw NotPartOfThisTest()
    }
    func latestPassageChange() async throws -> Int64 { throw NotPartOfThisTest() }
    func compactPassageChanges(through sequence: Int64) async throws -> Int { throw NotPartOfThisTest() }
    func links(person: UniqueID) async throws -> [(from: UniqueID, to: UniqueID)] { throw NotPartOfThisTest() }
    func append(_ turn: Turn) async throws { throw NotPartOfThisTest() }
    func turns(session: UniqueID, person: UniqueID) async throws -> [Turn] { throw NotPartOfThisTest() }
    func turns(session: UniqueID, person: UniqueID, after position: UniqueID?, limit: Int) async throws -> [Turn] {
        throw NotPartOfThisTest()
    }
    func turns(person: UniqueID, from: Timestamp?, to: Timestamp?, limit: Int) async throws -> [Turn] {
        throw NotPartOfThisTest()
    }
    func turn(_ id: UniqueID, person: UniqueID) async throws -> Turn? { throw NotPartOfThisTest() }
    func sessions(person: UniqueID, after position: UniqueID?, limit: Int) async throws -> [SessionHead] {
        throw NotPartOfThisTest()
    }
    func file(_ gap: Gap) async throws { throw NotPartOfThisTest() }
    func gaps(person: UniqueID, limit: Int) async throws -> [Gap] { throw NotPartOfThisTest() }
    func gaps(person: UniqueID, after position: UniqueID?, limit: Int) async throws -> [Gap] {
        throw NotPartOfThisTest()
    }
    func settle(gap: UniqueID, person: UniqueID) async throws -> Bool { throw NotPartOfThisTest() }
    func erase(person: UniqueID) async throws -> Int { throw NotPartOfThisTest() }
    func probe() async throws { throw NotPartOfThisTest() }
    func close() async throws { throw NotPartOfThisTest() }
}
