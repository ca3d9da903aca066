import HearthStore
import Testing

@Suite("Search terms")
struct SearchTermsTests {
    @Test(
        "Words are stemmed as Porter says",
        arguments: [
            // From the tables of the paper, one or two for each rule.
            ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("feed", "feed"), ("agreed", "agre"),
            ("plastered", "plaster"), ("bled", "bled"), ("motoring", "motor"), ("sing", "sing"),
            ("conflated", "conflat"), ("troubled", "troubl"), ("sized", "size"), ("hopping", "hop"), ("tanned", "tan"),
            ("falling", "fall"), ("hissing", "hiss"), ("fizzed", "fizz"), ("failing", "fail"), ("filing", "file"),
            ("happy", "happi"), ("sky", "sky"), ("relational", "relat"), ("conditional", "condit"),
            ("rational", "ration"), ("valenci", "valenc"), ("digitizer", "digit"), ("radicalli", "radic"),
            ("vietnamization", "vietnam"), ("operator", "oper"), ("feudalism", "feudal"), ("decisiveness", "decis"),
            ("hopefulness", "hope"), ("callousness", "callous"), ("sensitiviti", "sensit"), ("triplicate", "triplic"),
            ("formative", "form"), ("electrical", "electr"), ("goodness", "good"), ("revival", "reviv"),
            ("allowance", "allow"), ("airliner", "airlin"), ("adjustable", "adjust"), ("replacement", "replac"),
            ("adoption", "adopt"), ("homologou", "homolog"), ("effective", "effect"), ("probate", "probat"),
            ("rate", "rate"), ("cease", "ceas"), ("controll", "control"), ("roll", "roll"), ("is", "is"),
            ("generalizations", "gener"), ("oscillators", "oscil"),
        ])
    func stems(_ word: String, _ stem: String) {
        #expect(SearchTerms.all(in: word) == [stem])
    }

    @Test(
        "Case, accents and punctuation do not count",
        arguments: [
            ("Café CAFÉ cafe\u{301}", ["cafe", "cafe", "cafe"]), ("don't—stop!", ["don", "t", "stop"]),
            ("Zürich, Ærø", ["zurich", "ærø"]), ("ﬁne ２０２６", ["fine", "2026"]), ("3.5 kg", ["3", "5", "kg"]),
            ("наука", ["наука"]), ("東京都", ["東京", "京都"]), ("a東b", ["a", "東", "b"]), ("", []), ("🙂 …", []),
        ])
    func forms(_ text: String, _ terms: [String]) {
        #expect(SearchTerms.all(in: text) == terms)
    }

    @Test("Looking for some terms finds them where making all terms does")
    func finding() {
        let text = """
            Ponies and ties, dying; the flies' eyes aye: skies, I was IES, agreed feeding on Zürich's naïve cafés; a 3.5 kg \
            generalization generalizes general generals, hopping hopefully over 東京都 by an oscillator's ideas, ides, id.
            """
        let all = SearchTerms.all(in: text)
        for terms in [Array(Set(all)).sorted(), ["gener", "i", "hop", "zurich"], ["nothing"], []] {
            let found = TermFinder(terms).terms(of: text, limit: 1000)
            #expect(found == all.map { terms.firstIndex(of: $0) })
        }
        #expect(TermFinder(["ti", "ti"]).terms(of: text, limit: 3) == [nil, nil, 0])
    }

    @Test("Each term tells where its word begins, in bytes")
    func offsets() {
        var offsets: [Int] = []
        SearchTerms.forEach(in: "Née à 東京都, 1990") { _, offset in offsets.append(offset) }
        #expect(offsets == [0, 5, 8, 11, 19])
    }

    @Test("A query leaves out words that only build sentences, unless it has no others")
    func stopWords() {
        #expect(
            SearchTerms.ofQuery("What is the name of the dog that the neighbour has?") == ["name", "dog", "neighbour"])
        #expect(SearchTerms.ofQuery("to be or not to be") == ["to", "be", "or", "not"])
        #expect(SearchTerms.ofQuery("dog dogs dog") == ["dog"])
    }

    @Test("Long words and long queries are cut")
    func limits() {
        let word = String(repeating: "é", count: 100) + " " + String(repeating: "x", count: 100)
        #expect(SearchTerms.all(in: word).allSatisfy { $0.utf8.count <= SearchTerms.longestTerm })
        let query = (0..<100).map { "word\($0)" }.joined(separator: " ")
        #expect(SearchTerms.ofQuery(query).count == SearchTerms.queryLimit)
    }

    @Test("The rarest terms are looked for until enough passages are looked at")
    func choice() {
        let budget = TextRanking.candidateBudget
        let counts = [("common", budget), ("rare", 3), ("none", 0), ("some", 40)].map { (term: $0.0, count: $0.1) }
        #expect(TextRanking.choose(counts) == ["rare", "some"])
        #expect(TextRanking.choose([(term: "everywhere", count: budget * 9)]) == ["everywhere"])
        #expect(TextRanking.choose([(term: "none", count: 0)]) == [])
    }
}
