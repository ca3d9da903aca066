/// What has to be known of a language to understand questions in it: data, no rules. Words are compared folded.
struct QuestionLanguage: Sendable {
    /// Words that say how a sentence is built and not what it is about.
    var functionWords: Set<String>
    /// Function words that can be an answer's whole point: "no", "both", "upstairs".
    var tellingFunctionWords: Set<String>
    /// Of "I don't know": with them alone nothing is told.
    var ignorance: Set<String>
    /// How greetings and closings begin.
    var courtesies: [[String]]
    /// Words of content so common in talk of every day that it is chance when few passages hold them.
    var commonWords: Set<String>
    /// They stand for something said before.
    var pronouns: Set<String>
    /// The same at the beginning of a sentence, as words before a noun too.
    var openingPronouns: Set<String>
    /// How a question begins that goes on from the one before.
    var continuations: [[String]]
    /// Where every noun has a capital, a capital is no sign of a name.
    var capitalizesNouns = false
    /// Words by which the language is told beside its function words.
    var marks: Set<String>
    /// Function words that mean something else in another language known here.
    var ambiguous: Set<String>

    var asking: AskingWords
    var answering: AnsweringWords

    /// By which questions are recognised, and what they ask for.
    struct AskingWords: Sendable {
        var person: Set<String>
        var time: Set<String>
        var place: Set<String>
        var reason: Set<String>
        /// Words that ask, or join two clauses: "when", "where".
        var conjunctions: Set<String>
        /// "how", alone or before a word of `measures`.
        var manner: Set<String>
        var measures: Set<String>
        /// Those that ask for an age.
        var ages: Set<String>
        /// Verbs that make "what" ask how much.
        var measuring: Set<String>
        /// Behind "how", they ask for a name.
        var naming: Set<String>
        /// "what" and "which", before a noun that tells what is asked for.
        var thing: Set<String>
        var times: Set<String>
        var places: Set<String>
        var quantities: Set<String>
        var reasons: Set<String>
        /// Forms of "to be" between "what" and what is to be defined.
        var copulas: Set<String>
        /// Verbs that begin a question to be answered with yes or no.
        var decisions: Set<String>

        /// Words that begin a question.
        var all: Set<String> { person.union(time).union(place).union(reason).union(manner).union(thing) }
    }

    /// By which names, dates, numbers, … are recognised in sentences.
    struct AnsweringWords: Sendable {
        var months: Set<String>
        var times: Set<String>
        var numbers: Set<String>
        /// Without a number or a name of a day they may still tell when: "before the frost".
        var someTime: Set<String>
        /// The same for how much and how many: "nothing", "several".
        var someQuantity: Set<String>
        /// Beside a number they make it an age.
        var ages: Set<String>
        /// In which ages are counted, before or without one of `ages`.
        var ageUnits: Set<String>
        var reasons: Set<String>
        var manners: Set<String>
        var definitions: Set<String>
        /// A name behind them is that of a place.
        var beforePlaces: Set<String>
        /// Anything behind them, with an article or without, is where something is.
        var beforeSpots: Set<String>
        /// A word behind them is a person or a firm.
        var beforeNames: Set<String>
    }

    static let all = [english, german]

    /// The language that most of the words are typical of; English when none is.
    static func of(_ words: some Collection<Word>) -> QuestionLanguage {
        var best = (language: english, count: 0)
        for language in all {
            let count = words.count { language.isMark($0.folded) }
            if count > best.count { best = (language, count) }
        }
        return best.language
    }

    private func isMark(_ folded: String) -> Bool {
        marks.contains(folded) || functionWords.contains(folded) && !ambiguous.contains(folded)
    }

    /// The words that say what a text is about.
    func content(of words: some Collection<Word>) -> [Word] { words.filter { !functionWords.contains($0.folded) } }

    /// Phrases between commas, folded.
    static func phrases(_ text: String) -> [[String]] {
        text.split(separator: ",").map { Word.all(in: Array($0.unicodeScalars)).map(\.folded) }
    }

    /// The words of a text, folded as `Word` folds them.
    static func set(_ text: String) -> Set<String> { Set(Word.all(in: Array(text.unicodeScalars)).map(\.folded)) }
}
