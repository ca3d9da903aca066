import HearthCore
import HearthPlan
import Testing

@Suite struct VocabularyTests {
    @Test func writtenOutAbbreviationIsReadTheNextTime() throws {
        let reader = try Reader()
        let read = try reader.read("mtg with Ann tomorrow")
        var corrected = read
        corrected.title = "meeting with Ann"
        var vocabulary = QuickVocabulary()
        let learned = vocabulary.learn(
            from: QuickCorrection(text: "mtg with Ann tomorrow", read: read, corrected: corrected))
        #expect(learned.map(\.phrase) == ["mtg"])
        #expect(try reader.read("prepare mtg on Friday", vocabulary).title == "prepare meeting")
    }

    @Test func namesOfCorrectionsAreFoundAgain() throws {
        let reader = try Reader()
        let text = "send offer to acme by friday"
        let read = try reader.read(text)
        var corrected = read
        corrected.project = "Acme"
        corrected.people = ["Ann Miller"]
        var vocabulary = QuickVocabulary()
        vocabulary.learn(from: QuickCorrection(text: text, read: read, corrected: corrected))
        let next = try reader.read("call Acme back", vocabulary)
        #expect(next.project == "Acme")
        #expect(next.people.isEmpty)
        #expect(next.title == "call Acme back")
        #expect(next.spans.map(\.source) == [.vocabulary])
        #expect(try reader.read("acmeology", vocabulary).project == nil)
    }

    @Test func hourThatWasMeantIsKept() throws {
        let reader = try Reader()
        let text = "run tomorrow at 6"
        let read = try reader.read(text)
        #expect(reader.due(read) == "2025-11-25 18:00")
        var vocabulary = QuickVocabulary()
        vocabulary.learn(
            from: QuickCorrection(text: text, read: read, corrected: read, correctedWallSeconds: 6 * 3600))
        #expect(reader.due(try reader.read("swim tomorrow at 6", vocabulary)) == "2025-11-25 06:00")
    }

    /// Also when they all begin with the same word.
    @Test func entriesAreBounded() {
        var vocabulary = QuickVocabulary()
        vocabulary.learn(.project, "a house", meaning: "House")
        vocabulary.learn(.project, "a house", meaning: "House")
        for number in 0..<QuickVocabulary.mostEntries + 5 {
            vocabulary.learn(.project, "a b\(number)", meaning: "B\(number)")
        }
        #expect(vocabulary.entries.count == QuickVocabulary.mostEntries)
        #expect(vocabulary.entry(.project, "a house")?.count == 2)
        for entry in vocabulary.entries { vocabulary.forget(entry.kind, entry.phrase) }
        #expect(vocabulary.entries.isEmpty)
        vocabulary.learn(.project, "a b1", meaning: "B1")
        #expect(vocabulary.entries.count == 1)
    }

    @Test func theLongestNameIsFoundAndAPersonBeforeAPlace() throws {
        var vocabulary = QuickVocabulary()
        vocabulary.learn(.project, "new house", meaning: "House")
        vocabulary.learn(.project, "new", meaning: "New")
        vocabulary.learn(.place, "paris", meaning: "Paris, France")
        vocabulary.learn(.person, "paris", meaning: "Paris H.")
        vocabulary.learn(.place, "office", meaning: "The office")
        let reader = try Reader()
        #expect(try reader.read("paint the new house", vocabulary).project == "House")
        #expect(try reader.read("paint the new wall", vocabulary).project == "New")
        let task = try reader.read("lunch @Paris @office @nobody", vocabulary)
        #expect(task.people == ["Paris H.", "nobody"])
        #expect(task.places == ["The office"])
    }

    @Test func everythingLearnedIsShownAndCanBeTakenBack() throws {
        var vocabulary = QuickVocabulary()
        vocabulary.learn(.person, "mum", meaning: "Maria")
        vocabulary.learn(.person, "mum", meaning: "Maria")
        vocabulary.learn(.hour, "7", meaning: "am")
        #expect(vocabulary.entries.map(\.phrase) == ["7", "mum"])
        #expect(vocabulary.entries.map(\.count) == [1, 2])
        let again = QuickVocabulary(vocabulary.entries)
        #expect(again == vocabulary)
        let wasThere = vocabulary.forget(.person, "mum")
        let isThereStill = vocabulary.forget(.person, "mum")
        let hourWasThere = vocabulary.forget(.hour, "7")
        #expect(wasThere)
        #expect(!isThereStill)
        #expect(hourWasThere)
        #expect(vocabulary.entries.isEmpty)
    }

    @Test func otherMeaningTakesThePlaceWhenSaidAsOften() {
        var vocabulary = QuickVocabulary([.init(kind: .project, phrase: "site", meaning: "Garden", count: 2)])
        vocabulary.learn(.project, "site", meaning: "Homepage")
        #expect(vocabulary.entries.map(\.meaning) == ["Garden"])
        vocabulary.learn(.project, "site", meaning: "Homepage")
        #expect(vocabulary.entries.map(\.meaning) == ["Homepage"])
    }

    @Test func tasksOfThePastSuggestWhatIsMissing() throws {
        let similar = SimilarTasks([
            PastTask(title: "write weekly report", durationMinutes: 40, project: "Work"),
            PastTask(title: "write weekly report", durationMinutes: 50, project: "Work"),
            PastTask(title: "buy flowers", durationMinutes: 10, project: "Home"),
        ])
        let task = try Reader().read("weekly report on friday")
        let suggestions = similar.suggestions(for: task)
        #expect(suggestions.first { $0.field == .project }?.value == "Work")
        #expect(suggestions.first { $0.field == .duration }?.value == "50")
        #expect(SimilarTasks([]).suggestions(for: task).isEmpty)
    }
}
