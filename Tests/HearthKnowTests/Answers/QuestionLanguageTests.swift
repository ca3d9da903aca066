import HearthStore
import Testing

@testable import HearthKnow

struct QuestionLanguageTests {
    private static func words(_ text: String) -> [Word] { Word.all(in: Array(text.unicodeScalars)) }

    private static func kind(_ text: String) -> QuestionKind {
        QuestionKind(words(text), QuestionLanguage.of(words(text)))
    }

    @Test(arguments: [
        ("Who won the war?", false), ("Will the hat fit him?", false), ("Dentist?", false), ("What was it?", false),
        ("Is the man in the den?", false), ("Wer hat angerufen?", true), ("Was kostet das Ticket?", true),
        ("Wo wohnt Oma?", true), ("Wann war das?", true), ("Wie heißt der Hund?", true),
    ])
    func `the language is told by words that only one has`(text: String, isGerman: Bool) {
        #expect(QuestionLanguage.of(Self.words(text)).capitalizesNouns == isGerman)
    }

    @Test(arguments: [
        ("Who serviced the boiler?", QuestionKind.person), ("Wer hat die Heizung gewartet?", .person),
        ("When is lunch?", .time), ("What year was it?", .time), ("Wann ist Mittag?", .time),
        ("Um wie viel Uhr fährt der Bus?", .time), ("In welchem Jahr wurde das Haus gebaut?", .time),
        ("Where is the key?", .place), ("Wo ist der Schlüssel?", .place), ("Woher kommt der Tee?", .place),
        ("How much was the deposit?", .quantity), ("How many years did it take?", .quantity),
        ("Wie viel kostet die Reparatur?", .quantity), ("Wie lange muss der Teig ruhen?", .quantity),
        ("Wie hoch ist die Rechnung?", .quantity), ("What price did we pay?", .quantity),
        ("What does the train cost?", .quantity), ("Was kosten die Getränke?", .quantity),
        ("What should I do when the light is red?", .thing), ("When Ada died, who wept?", .person),
        ("And when?", .time),
        ("Why is it cold?", .reason), ("Warum ist es kalt?", .reason), ("Weshalb kam sie nicht?", .reason),
        ("How do I bleed a radiator?", .manner), ("Wie entlüftet man die Heizung?", .manner),
        ("Wie heißt der Hund?", .thing), ("What is a kilowatt?", .definition), ("Was ist ein Kilowatt?", .definition),
        ("Which book does the club read?", .thing), ("Welches Buch liest der Verein?", .thing),
        ("Is the pool closed?", .decision), ("Ist das Bad geschlossen?", .decision), ("the pool", .other),
    ])
    func `what is asked for is told by the question words`(text: String, kind: QuestionKind) {
        #expect(Self.kind(text) == kind)
    }

    @Test(arguments: [
        ("Am 12. Mai um 10:15 Uhr.", QuestionKind.time, 1.0), ("Am Sonntag.", .time, 1), ("Es regnet.", .time, 0),
        ("Weil der Rahmen verrostet ist.", .reason, 1), ("Neben dem Sicherungskasten.", .place, 0.6),
        ("Zwei Euro.", .quantity, 1), ("Von Herrn Brandt.", .person, 1), ("Frau Deniz Kaya kommt.", .person, 1),
    ])
    func `German sentences are searched for German signs`(text: String, kind: QuestionKind, match: Double) {
        let signs = AnswerSigns(Self.words(text), known: [], language: .german)
        #expect(signs.match(kind) == match)
    }

    @Test(arguments: [
        "a", "the the the", "?", "", "🎿", "is it?", "what", "And why?", "Where is that?", "wo ist das?", "Und warum?",
        "was?",
    ])
    func `a question without a word of content is about nothing`(text: String) {
        #expect(!EvidenceReader.isAboutSomething(text))
    }

    @Test(arguments: ["Key?", "Where is 7?", "Wo ist Oma?", "war", "日本", "ПОЧЕМУ?", "a b"])
    func `one word of content is enough to be about something`(text: String) {
        #expect(EvidenceReader.isAboutSomething(text))
    }

    @Test(arguments: [
        ("Und wann?", true), ("Wie teuer war sie?", true), ("Und die Miete?", true),
        ("Wann kommt der Zug nach Kiel?", false),
    ])
    func `German questions follow up as English ones do`(text: String, needsMore: Bool) {
        #expect(FollowUp.needsMore(text) == needsMore)
    }

    /// Weights of "time" and "xylophone", which nothing holds, and of "boiler", which one passage holds.
    private static func weights(passages: Int) -> [Double] {
        let words = Self.words("What time did the xylophone boiler ring?")
        let counted = QuestionTerms.counted(in: words)
        let terms = QuestionTerms(
            words: words, counted: counted,
            frequencies: TermFrequencies(passages: passages, counts: counted.map { $0.folded == "boiler" ? 1 : 0 }))
        return ["time", "xylophon", "boiler"].map { terms.weights[$0] ?? 0 }
    }

    @Test(arguments: [1, 5, 30]) func `in a small library an everyday word is not rare`(passages: Int) {
        let weights = Self.weights(passages: passages)
        #expect(weights[0] < weights[2] && weights[2] < weights[1])
        // Nor is a word that one passage of few holds common.
        #expect(weights[2] > weights[1] / 2)
    }

    @Test func `names and numbers of a question are told from its other words`() {
        let words = Self.words("When does Anna's bus 42 to Bath leave?")
        let counted = QuestionTerms.counted(in: words)
        let terms = QuestionTerms(
            words: words, counted: counted,
            frequencies: TermFrequencies(passages: 4, counts: counted.map { $0.folded == "bath" ? 0 : 1 }))
        #expect(terms.names == ["anna", "42", "bath"])
        #expect(terms.unheard > 0 && terms.unheard < 0.5)
        #expect(terms.asking == ["when"])
    }
}
