import HearthCore
import HearthKnow
import HearthStore
import Testing

/// A question that is stored is no answer to itself.
struct EchoTests {
    private static func ask(
        _ query: String, _ stored: (title: String, text: String)...
    ) async throws -> Answer {
        try await AnswerFixture.use(AnswerFixture.household + stored) { fixture in try await fixture.ask(query) }
    }

    @Test(arguments: [
        ("Note", "Where is the spare key?"), ("Mail", "Hi Bo,\n\n> Where is the spare key?\n\nBest, Ada"),
        ("Page", "# Where is the spare key\n\n"), ("Memo", "where is the spare key"), ("Where is the spare key?", "?"),
        ("Spare key", "The spare key"), ("Note", "Where is the spare key? I don't know."),
        ("Spare key", "Where the spare key is."),
    ])
    func `a stored question is not quoted as its answer`(title: String, text: String) async throws {
        let answer = try await Self.ask("Where is the spare key?", (title, text))
        #expect(!answer.answered, "\(answer.text)")
        #expect(answer.confidence < 0.5)
    }

    @Test func `a stored question is among the nearest when nothing answers`() async throws {
        let answer = try await Self.ask("Where is the spare key?", ("Note", "Where is the spare key?"))
        #expect(answer.nearest.contains { $0.quote == "Where is the spare key?" })
    }

    @Test(arguments: [
        ("Key", "Where is the spare key?\nUnder the blue flowerpot."),
        ("Re: Key", "> Where is the spare key?\n\nUnder the blue flowerpot, as always."),
        ("Re: Key", "Under the blue flowerpot.\n\nOn Monday Ada wrote:\n> Where is the spare key?"),
        ("Where is the spare key?", "Under the blue flowerpot. Bo has another one."),
        ("Key", "Where is the spare key? The spare key is under the blue flowerpot."),
    ])
    func `the reply is quoted, without its question`(title: String, text: String) async throws {
        let answer = try await Self.ask("Where is the spare key?", (title, text))
        #expect(answer.answered)
        #expect(answer.citations.first?.quote.contains("blue flowerpot") == true, "\(answer.text)")
        #expect(!answer.text.contains("?"))
    }

    @Test func `the heading of a screenshot is not quoted`() async throws {
        let lines =
            "Your train ticket\n\nFreiburg to Basel SBB\n\nThursday, departure 07:54, platform 4\nCoach 12, seat 61"
        let answer = try await Self.ask(
            "Which platform does the train to Basel leave from?", ("Your train ticket", lines))
        #expect(answer.answered)
        #expect(answer.text.contains("platform 4"), "\(answer.text)")
        #expect(!answer.text.contains("Your train ticket"))
    }

    @Test func `what is told in the words of a question for yes or no answers it`() async throws {
        let answer = try await Self.ask(
            "Is the indoor pool closed on Mondays?", ("Pool", "The indoor pool is closed on Mondays."))
        #expect(answer.answered)
        #expect(answer.text == "The indoor pool is closed on Mondays.")
    }

    @Test(arguments: ["a", "the the the", "?", "is it?", "what", "And why?", "wo ist das?"])
    func `a question about nothing is answered with a hint and opens no gap`(query: String) async throws {
        try await AnswerFixture.use { fixture in
            let answer = try await fixture.ask(query)
            #expect(!answer.answered)
            #expect(answer.confidence == 0)
            #expect(answer.text.hasPrefix("I don't know what you are asking about."))
            #expect(answer.nearest.isEmpty && answer.citations.isEmpty)
            #expect(await fixture.library.gaps.isEmpty)
            #expect(await fixture.library.turns.count == 1)
        }
    }

    @Test func `in a conversation the same words go on from what was asked`() async throws {
        try await AnswerFixture.use { fixture in
            let first = try await fixture.ask("What did the garage charge for the winter tyres?")
            let second = try await fixture.ask("And why?", session: first.session)
            #expect(second.text.contains("because the first snow came early"), "\(second.text)")
            // A conversation in which nothing was asked about yet has nothing to go on from.
            let empty = try await fixture.ask("what")
            #expect(try await fixture.ask("And why?", session: empty.session).confidence == 0)
        }
    }

    @Test(arguments: [("And where?", false), ("Why?", false), ("And when?", true)])
    func `what goes on from a question asks for something of its own`(query: String, isKnown: Bool) async throws {
        let note = (title: "Plumber", text: "The plumber is called Rossi and comes on 3 March.")
        try await AnswerFixture.use(AnswerFixture.household + [note]) { fixture in
            let first = try await fixture.ask("Who is the plumber?")
            #expect(first.answered)
            let second = try await fixture.ask(query, session: first.session)
            #expect(second.answered == isKnown, "\(second.text) \(second.confidence)")
        }
    }

    @Test(arguments: [
        "What is Leo's shoe size?", "Who painted the shed?", "How old is Naomi?", "What did Bruno study?",
        "When was the boiler installed?", "Who is the landlord of the cabin?", "Where is Mira's passport?",
        "What colour is the car?", "What is the telephone number of Mrs. Tanaka?",
    ])
    func `one word in common with a short document is never enough to be sure`(query: String) async throws {
        try await AnswerFixture.use { fixture in
            let answer = try await fixture.ask(query)
            #expect(answer.confidence < 0.5, "\(answer.text)")
        }
    }

    private static let german: [(title: String, text: String)] = [
        (
            "Arzttermin",
            "Jonas hat am 12. Mai um 10:15 Uhr einen Termin bei Frau Dr. Seiler. Er soll nüchtern kommen, weil Blut abgenommen wird."
        ),
        (
            "Hausordnung",
            "Die Waschküche darf von 8 bis 20 Uhr benutzt werden. Der Schlüssel zum Dachboden hängt neben dem Sicherungskasten."
        ),
        ("Waschmaschine", "Herr Brandt hat am Montag die Pumpe ausgetauscht. Die Rechnung beträgt 164 Euro."),
        ("Sommerfest", "Das Sommerfest findet am Bootshaus statt. Wer bringt Kuchen mit?"),
    ]

    @Test(arguments: [
        ("Wer hat die Pumpe ausgetauscht?", "Herr Brandt"), ("Wann ist der Termin bei Frau Dr. Seiler?", "12. Mai"),
        ("Wo hängt der Schlüssel zum Dachboden?", "Sicherungskasten"),
        ("Wie hoch ist die Rechnung für die Pumpe?", "164 Euro"),
        ("Warum soll Jonas nüchtern kommen?", "Blut"), ("Wo findet das Sommerfest statt?", "Bootshaus"),
    ])
    func `German questions are answered from German documents`(query: String, expected: String) async throws {
        try await AnswerFixture.use(Self.german + AnswerFixture.household) { fixture in
            let answer = try await fixture.ask(query)
            #expect(answer.answered, "\(answer.confidence)")
            #expect(answer.text.contains(expected), "\(answer.text)")
        }
    }

    @Test(arguments: ["Wer bringt Kuchen mit?", "Wann kommt der Schornsteinfeger?", "Welche Farbe hat die Pumpe?"])
    func `German questions that nothing answers are not answered`(query: String) async throws {
        try await AnswerFixture.use(Self.german + AnswerFixture.household) { fixture in
            let answer = try await fixture.ask(query)
            #expect(!answer.answered, "\(answer.confidence): \(answer.text)")
        }
    }
}
