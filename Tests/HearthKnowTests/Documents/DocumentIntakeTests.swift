import HearthCore
import HearthKnow
import HearthStore
import Testing

struct DocumentIntakeTests {
    private struct FixedTime: TimeSource {
        func now() -> Timestamp { Timestamp(microseconds: 1_700_000_000_000_000) }
    }

    private let store = KeepingStore()
    private let ada = UniqueID(high: 1, low: 1)
    private var intake: DocumentIntake { DocumentIntake(store: store, time: FixedTime()) }

    private func draft(_ text: String, key: String? = "boat", title: String? = nil) -> DocumentDraft {
        DocumentDraft(
            person: ada, kind: .note, title: title, text: text, source: DraftSource(name: "notes", key: key),
            links: ["https://example.org/", "", "https://example.org/"])
    }

    @Test func theSameTextChangesNothingAndAnEditedOneMakesAVersion() async throws {
        let first = try await intake.add([draft("Ask Ada about the boat.\r\n")])
        let again = try await intake.add([draft("Ask Ada about the boat.\u{200b}  ")])
        let edited = try await intake.add([draft("Ask Ada about the red boat.")])
        #expect(first.map(\.change) == [.inserted])
        #expect(again.map(\.change) == [.unchanged])
        #expect(edited.map(\.change) == [.newVersion])
        #expect(Set((first + again + edited).map(\.id)).count == 1)
        #expect(edited.map(\.version) == [2])
    }

    @Test func aTextWithoutKeyIsItsOwnKey() async throws {
        let outcomes = try await intake.add([
            draft("One thing.", key: nil), draft("One thing.", key: nil), draft("Another.", key: nil),
        ])
        #expect(outcomes.map(\.change) == [.inserted, .unchanged, .inserted])
    }

    @Test func whatIsStoredIsComplete() async throws {
        _ = try await intake.add([draft("# The boat\n\nThe boat is red and it leaves at nine from the harbour.")])
        let entry = try #require(store.entries.first)
        #expect(entry.document.title == "The boat")
        #expect(entry.document.language == "en")
        #expect(entry.document.timestamp == FixedTime().now())
        #expect(entry.document.links == ["https://example.org/"])
        #expect(entry.document.fingerprint.count == 32)
        #expect(entry.passages.map(\.document) == [entry.document.id])
        #expect(entry.passages.first?.text == entry.document.text)
    }

    @Test func titlesAreMadeFromTheFirstSentence() throws {
        let long =
            "This is a first sentence that has quite a lot of words in it, more than a title should ever have on one line."
        let title = try intake.entry(for: draft(long)).document.title
        #expect(title.count <= 80 && title.hasSuffix("…") && long.hasPrefix(title.dropLast()))
        #expect(try intake.entry(for: draft("Short. More.")).document.title == "Short.")
        #expect(try intake.entry(for: draft("Text.", title: "  A \n title ")).document.title == "A title")
    }

    @Test func manyDraftsAreStoredInSeveralTransactions() async throws {
        let drafts = (0..<300).map { draft("Note number \($0).", key: "\($0)") }
        #expect(try await intake.add(drafts).count == 300)
        #expect(store.batchSizes == [128, 128, 44])
    }

    @Test(arguments: [" \n\t", "\u{200b}", ""])
    func aDocumentWithoutTextIsRefused(_ text: String) async {
        let error = await #expect(throws: HearthError.self) { try await intake.add([draft(text)]) }
        #expect(error?.code == .invalidValue)
    }

    @Test func aTextThatIsTooLongIsRefusedAndTheLongestIsNot() async throws {
        let longest = String(repeating: "A boat. ", count: DocumentIntake.maximumText / 8)
        let error = await #expect(throws: HearthError.self) { try await intake.add([draft(longest + ".")]) }
        #expect(error?.code == .tooLarge)
        #expect(error?.message.contains("8388609 bytes") == true)
        #expect(error?.message.contains("8 MiB") == true)
        #expect(store.entries.isEmpty)
        #expect(try await intake.add([draft(longest)]).map(\.change) == [.inserted])
    }

    @Test func aKeyThatIsTooLongIsRefused() async {
        let error = await #expect(throws: HearthError.self) {
            try await intake.add([draft("Text.", key: String(repeating: "k", count: DocumentIntake.maximumKey + 1))])
        }
        #expect(error?.code == .invalidValue)
    }
}
