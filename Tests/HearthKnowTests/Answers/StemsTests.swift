import HearthKnow
import Testing

struct StemsTests {
    /// From the examples in Porter's paper.
    @Test(arguments: [
        ("caresses", "caress"), ("ponies", "poni"), ("cats", "cat"), ("agreed", "agre"), ("feed", "feed"),
        ("plastered", "plaster"), ("motoring", "motor"), ("sing", "sing"), ("conflated", "conflat"), ("hopping", "hop"),
        ("falling", "fall"), ("filing", "file"), ("happy", "happi"), ("sky", "sky"), ("relational", "relat"),
        ("conditional", "condit"), ("vietnamization", "vietnam"), ("predication", "predic"), ("hopefulness", "hope"),
        ("formality", "formal"), ("triplicate", "triplic"), ("electrical", "electr"), ("goodness", "good"),
        ("revival", "reviv"), ("adjustment", "adjust"), ("adoption", "adopt"), ("probate", "probat"), ("rate", "rate"),
        ("cease", "ceas"), ("controlling", "control"), ("rolling", "roll"), ("oscillators", "oscil"),
    ])
    func `English words lose their endings`(word: String, stem: String) {
        #expect(Stems.all(in: word) == [stem])
    }

    @Test func `words are compared without case and accents`() {
        #expect(Stems.all(in: "CAFÉ cafe\u{301} café") == ["cafe", "cafe", "cafe"])
        #expect(Stems.all(in: "Straße Æsir ŁÓDŹ Žižek") == ["strass", "aesir", "lodz", "zizek"])
        #expect(Stems.all(in: "Anna's 1980s 3.5kg") == ["anna", "s", "1980s", "3", "5kg"])
        #expect(Stems.all(in: "日本語 Москва") == ["日", "本", "語", "москва"])
        #expect(Stems.all(in: " \u{0}\n—…!?") == [])
    }

    @Test func `rare words tell more than common ones`() {
        let rare = Stems.weight(passages: 1000, holders: 1)
        #expect(rare > Stems.weight(passages: 1000, holders: 500))
        #expect(Stems.weight(passages: 10, holders: 10) > 0)
        #expect(Stems.weight(passages: 10, holders: 1000) > 0)
    }
}
