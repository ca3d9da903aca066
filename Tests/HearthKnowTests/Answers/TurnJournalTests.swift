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
            embedding: [0.25, -1])
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

    @Test func `a time zone that does not exist is refused`() async throws {
        try await Self.use { _, journal in
            let error = await #expect(throws: HearthError.self) {
                try await journal.append(Self.turn(1), timeZone: "Europe/Atlantis")
            }
            #expect(error?.code == .invalidValue)
        }
    }
}
