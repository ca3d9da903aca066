import Foundation
import HearthCore
import HearthKnow
import HearthStore
import Testing

struct TurnJournalTests {
    private static func turn(_ number: Int) -> Turn {
        Turn(
            id: UniqueID(high: 1, low: UInt64(number)), session: UniqueID(high: 2, low: 2),
            person: UniqueID(high: 3, low: 3),
            timestamp: Timestamp("2026-01-01T00:30:00Z") ?? Timestamp(microseconds: 0),
            user: "Line\nbreak “\(number)”", assistant: "…", confidence: 0.5, answered: true, citations: [],
            author: .extractive, embedding: [0.25, -1])
    }

    private static func use(_ body: (String, TurnJournal) async throws -> Void) async throws {
        let home = FileManager.default.temporaryDirectory.path + "/hearth-journal-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: home) }
        try await body(home, TurnJournal(home: home))
    }

    @Test func `a last line that was cut off at any byte is removed, the others stay`() async throws {
        try await Self.use { home, journal in
            let path = home + "/chat/2026/01/01/turns.ndjson"
            try await journal.append(Self.turn(1), timeZone: "UTC")
            try await journal.append(Self.turn(2), timeZone: "UTC")
            let whole = Array(try Data(contentsOf: URL(filePath: path)))
            let firstEnd = try #require(whole.firstIndex(of: UInt8(ascii: "\n"))) + 1
            for cut in stride(from: firstEnd, to: whole.count, by: 7) {
                try Data(whole[..<cut]).write(to: URL(filePath: path))
                try await journal.append(Self.turn(3), timeZone: "UTC")
                let lines = try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n"))
                let ids = try lines.map { try JSONValue(parsing: Array($0))["id"]?.string }
                #expect(ids == [Self.turn(1).id.description, Self.turn(3).id.description])
            }
        }
    }

    @Test func `turns at once make whole lines that only their owner may read`() async throws {
        try await Self.use { home, journal in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask { try await journal.append(Self.turn(number), timeZone: "UTC") }
                }
                try await group.waitForAll()
            }
            let path = home + "/chat/2026/01/01/turns.ndjson"
            let lines = try Data(contentsOf: URL(filePath: path)).split(separator: UInt8(ascii: "\n"))
            let values = try lines.map { try JSONValue(parsing: Array($0)) }
            #expect(Set(values.compactMap { $0["id"]?.string }).count == 20)
            #expect(values.allSatisfy { $0["embedding"]?.array?.compactMap(\.double) == [0.25, -1] })
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `erasing takes the turns of one person, and files that hold no others`() async throws {
        try await Self.use { home, journal in
            func turn(_ number: Int, day: Int, person: UInt64) -> Turn {
                var turn = Self.turn(number)
                turn.person = UniqueID(high: 3, low: person)
                turn.timestamp = Timestamp("2026-01-0\(day)T12:00:00Z") ?? turn.timestamp
                return turn
            }
            for (number, day, person) in [(1, 1, 3), (2, 1, 4), (3, 1, 3), (4, 2, 3), (5, 3, 4)] as [(Int, Int, UInt64)]
            {
                try await journal.append(turn(number, day: day, person: person), timeZone: "UTC")
            }
            #expect(try await journal.erase(person: UniqueID(high: 3, low: 3)) == 3)
            func lines(_ day: Int) throws -> [String?] {
                let bytes = try Data(contentsOf: URL(filePath: "\(home)/chat/2026/01/0\(day)/turns.ndjson"))
                return try bytes.split(separator: UInt8(ascii: "\n"))
                    .map { try JSONValue(parsing: Array($0))["id"]?.string }
            }
            #expect(try lines(1) == [Self.turn(2).id.description])
            #expect(!FileManager.default.fileExists(atPath: home + "/chat/2026/01/02/turns.ndjson"))
            #expect(try lines(3) == [Self.turn(5).id.description])
            let attributes = try FileManager.default.attributesOfItem(atPath: home + "/chat/2026/01/01/turns.ndjson")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            try await journal.append(turn(6, day: 1, person: 3), timeZone: "UTC")
            #expect(try lines(1) == [Self.turn(2).id.description, Self.turn(6).id.description])
            #expect(try await journal.erase(person: UniqueID(high: 3, low: 9)) == 0)
        }
    }

    @Test func `a home without conversations has nothing to erase`() async throws {
        try await Self.use { _, journal in
            let erased = try await journal.erase(person: UniqueID(high: 3, low: 3))
            #expect(erased == 0)
        }
    }

    @Test func `a time zone that does not exist is refused`() async throws {
        try await Self.use { _, journal in
            let error = await #expect(throws: HearthError.self) {
                try await journal.append(Self.turn(1), timeZone: "Europe/Atlantis")
            }
            #expect(error?.code == .invalidValue)
        }
    }
}
