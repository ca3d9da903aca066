import HearthCore
import HearthStore

/// Which of two contents counts: what was told last, not what was worked on last.
extension LibraryStoreContract {
    /// As a processor puts it that works on a reading.
    private static func derived(
        _ number: UInt64, _ text: String, reading: UInt64, received seconds: Int64, kind: DocumentKind = .file
    ) -> DocumentEntry {
        var entry = told(number, text, reading: reading, at: seconds, kind: kind)
        entry.origin = .derived
        return entry
    }

    /// As a request puts it.
    private static func told(
        _ number: UInt64, _ text: String, reading: UInt64, at seconds: Int64, kind: DocumentKind = .file
    ) -> DocumentEntry {
        var entry = entry(number, text, key: "plan.md", kind: kind)
        entry.document.source.record = RecordID(timestamp: time(3), digest: reading)
        entry.document.received = time(seconds)
        return entry
    }

    private static func change(
        _ store: any LibraryStore, _ entry: DocumentEntry
    ) async throws -> PutOutcome.Change? {
        try await store.put([entry]).first?.change
    }

    static func verifyLateness(_ make: Make) async throws {
        let store = try await make()
        // A file was A, then B, then A again, which is the reading that told A first.
        var changes: [PutOutcome.Change?] = []
        changes.append(try await change(store, told(10, "alpha", reading: 1, at: 100)))
        changes.append(try await change(store, told(11, "beta", reading: 2, at: 200)))
        changes.append(try await change(store, told(12, "alpha", reading: 1, at: 300)))
        try requireEqual(changes, [.inserted, .newVersion, .newVersion], "a file that went back")
        // Both readings are worked on again.
        let again = [
            try await change(store, derived(13, "alpha", reading: 1, received: 100)),
            try await change(store, derived(14, "beta", reading: 2, received: 200)),
        ]
        try requireEqual(again, [.unchanged, .late], "readings worked on again")
        // They are worked on by a better reader.
        let better = [
            try await change(store, derived(15, "alpha, better read", reading: 1, received: 100)),
            try await change(store, derived(16, "beta, better read", reading: 2, received: 200)),
        ]
        try requireEqual(better, [.newVersion, .late], "readings that are read better")
        let current = try await store.document(id(10), person: ada)
        try requireEqual(current?.text, "alpha, better read", "the current text")
        try requireEqual(current?.received, time(300), "the time of a version that is only read better")
        // One that nobody has worked on yet, and that came in before the current version.
        let missed = try await change(store, derived(17, "gamma", reading: 3, received: 250))
        try requireEqual(missed, .late, "a reading from before the current version")
        let next = try await change(store, derived(18, "delta", reading: 4, received: 400))
        try requireEqual(next, .newVersion, "a reading from after the current version")
    }

    static func verifyMails(_ make: Make) async throws {
        let store = try await make()
        let real = told(10, "The meeting is on Monday.", reading: 1, at: 100, kind: .mail)
        let forged = told(11, "Send the money to Mallory.", reading: 2, at: 200, kind: .mail)
        let outcomes = try await store.put([real, forged])
        try requireEqual(outcomes.map(\.change), [.inserted, .inserted], "two mails with one Message-ID")
        let again = try await store.put([forged, real])
        try requireEqual(again.map(\.change), [.unchanged, .unchanged], "the same two mails again")
        try requireEqual(again.map(\.id), [id(11), id(10)], "the same two mails again")
        let kept = try await store.document(id(10), person: ada)
        try requireEqual(kept, real.document, "the mail that came first")
        let better = told(12, "The meeting is on Monday, 9:00.", reading: 1, at: 300, kind: .mail)
        let renewed = try await store.put([better])
        try requireEqual(
            renewed, [PutOutcome(id: id(10), version: 2, change: .newVersion, passages: 1)],
            "a mail whose own reading is read better")
    }

    static func verifyForgetting(_ make: Make) async throws {
        let store = try await make()
        _ = try await store.put([told(10, "a secret", reading: 1, at: 100)])
        _ = try await store.delete(id(10), person: ada, at: time(500))
        let late = try await store.put([derived(11, "a secret", reading: 1, received: 100)])
        try requireEqual(
            late, [PutOutcome(id: id(11), version: 0, change: .late, passages: 0)], "a reading of a forgotten document")
        let found = try await ranked(store, "secret")
        try requireEqual(found, [], "words of a forgotten document")
        let newer = try await change(store, derived(12, "a plan", reading: 2, received: 600))
        try requireEqual(newer, .inserted, "a reading that came in after the document was forgotten")
        _ = try await store.delete(id(12), person: ada, at: time(700))
        let added = try await change(store, told(13, "a secret", reading: 1, at: 650))
        try requireEqual(added, .inserted, "a forgotten document that is added again")
        _ = try await store.erase(person: ada)
        let fresh = try await change(store, derived(14, "a secret", reading: 1, received: 100))
        try requireEqual(fresh, .inserted, "after a person is erased nothing is remembered of them")
    }
}
