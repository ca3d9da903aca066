import HearthCore
import HearthStore
import Testing

@testable import HearthKnow

struct SentenceFormTests {
    private static func asks(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        return SentenceForm.asks(scalars, Word.all(in: scalars))
    }

    private static func passage(_ text: String, title: String = "") -> PassageText {
        let (id, time) = (UniqueID(high: 1, low: 1), Timestamp(microseconds: 0))
        return PassageText(
            FoundPassage(
                passage: Passage(id: id, number: 1, document: id, version: 1, index: 0, offset: 0, text: text),
                document: DocumentHead(
                    id: id, kind: .note, title: title, language: nil, source: DocumentSource(name: "n", key: "k"),
                    timestamp: time, received: time, version: 1, passages: 1, metadata: [:], summary: "")))
    }

    @Test(arguments: [
        "Where is the spare key?", "> When does the train leave?", "“Is it raining?”", "Sure?!", "¿Dónde está?",
        "なぜですか？",
        "أين المفتاح؟", "where is the spare key", "Does anyone know the code", "How much was the deposit",
        "Q: When is lunch",
        "Wo ist der Schlüssel", "Hat sie den Zug bekommen", "Which room does the choir use",
    ])
    func `a sentence that asks is known by its mark, or by its first words where it has none`(text: String) {
        #expect(Self.asks(text))
    }

    @Test(arguments: [
        "The key hangs beside the door.", "When it rains, the key is inside.", "He asked “Where is the key?” and left.",
        "Dentist 17 March", "What we need: flour and eggs", "Is not.", "", "…", "Will came by", "Under the pot",
        "Was für ein Tag!",
        "Who dares wins", "Have fun",
    ])
    func `a sentence that tells does not ask`(text: String) {
        #expect(!Self.asks(text))
    }

    @Test(arguments: [
        ("Where is the spare key?", "The spare key", true), ("Where is the spare key?", "Spare keys", true),
        ("Where is the spare key?", "Re: where's the spare key", true),
        ("Where is the spare key?", "I don't know.", true),
        ("Where is the spare key?", "No idea where.", true), ("Where is the spare key?", "Up there.", false),
        ("Where is the spare key?", "The spare key is under the pot.", false),
        ("Is the pool closed?", "The pool is closed.", false), ("Is the pool closed?", "I don't know.", true),
        ("Wo ist der Schlüssel?", "Der Schlüssel", true), ("Wo ist der Schlüssel?", "Weiß ich nicht.", true),
        ("Wo ist der Schlüssel?", "Der Schlüssel hängt im Keller.", false),
    ])
    func `a sentence that adds nothing to the question repeats it`(question: String, sentence: String, repeats: Bool) {
        let words = Word.all(in: Array(question.unicodeScalars))
        let kind = QuestionKind(words, QuestionLanguage.of(words))
        let told = Word.all(in: Array(sentence.unicodeScalars))
        #expect(SentenceForm.repeats(told, known: Set(words.map(\.stem)), kind: kind) == repeats)
    }

    @Test func `greetings are told from what is said`() {
        for text in ["Hi Bo,", "Best regards", "Thanks!", "Liebe Grüße, Ada", "Dear Mrs Marlow,"] {
            #expect(SentenceForm.isCourtesy(Word.all(in: Array(text.unicodeScalars))), "\(text)")
        }
        for text in ["Thanks to the new pump it is warm.", "At noon.", "", "The best cake"] {
            #expect(!SentenceForm.isCourtesy(Word.all(in: Array(text.unicodeScalars))), "\(text)")
        }
    }

    @Test(arguments: [
        ("Where is the key?\nUnder the pot. Ask Bo. Lunch is late.", "", ["Under the pot.", "Ask Bo."]),
        ("Where is the key? When is lunch? At noon.", "", ["At noon."]),
        ("> Where is the key?\n> I looked everywhere.\n\nUnder the pot.", "", ["Under the pot."]),
        ("Under the pot.\n\nOn Monday Bo wrote:\n> Where is the key?", "", ["Under the pot."]),
        ("8:15\n> When is lunch?", "", ["8:15"]),
        ("Under the pot. Bo", "Where is the key?", ["Under the pot.", "Bo"]),
        ("Hi Bo,\n\n> Where is the key?\n\nHello! Under the pot.\n\nBest, Ada", "", ["Under the pot."]),
        ("The key is under the pot. Bo has another.", "Keys", []),
    ])
    func `what stands where a reply stands is read with its question`(text: String, title: String, replies: [String]) {
        let passage = Self.passage(text, title: title)
        let found = passage.sentences.filter { $0.question != nil }.map { passage.text($0.range) }
        #expect(found == replies)
        #expect(passage.sentences.allSatisfy { $0.question?.words.isEmpty != true })
    }
}
