import Foundation
import HearthKnow
import HearthTesting
import Testing

struct LanguageDetectorTests {
    @Test(arguments: [
        ("en", "The boat leaves the harbour at nine and nobody was there to see it go."),
        ("de", "Das Boot verlässt den Hafen um neun und niemand war da, um es zu sehen."),
        ("fr", "Le bateau quitte le port à neuf heures et il n'y avait personne pour le voir partir."),
        ("es", "El barco sale del puerto a las nueve y no había nadie para verlo salir."),
        ("it", "La barca lascia il porto alle nove e non c'era nessuno a vederla partire."),
        ("pt", "O barco sai do porto às nove e não havia ninguém para o ver partir, mas ele foi."),
        ("nl", "De boot verlaat de haven om negen uur en er was niemand om het te zien."),
        ("sv", "Båten lämnar hamnen klockan nio och det var inte någon där som såg den."),
        ("da", "Båden forlader havnen klokken ni, og der var ikke nogen til at se den efter at han havde rejst."),
        ("nb", "Båten forlater havnen klokken ni, og det var ikke noen der som så den etter at han hadde reist."),
        ("fi", "Vene lähtee satamasta kello yhdeksän, eikä siellä ollut ketään, joka olisi nähnyt sen."),
        ("pl", "Łódź wypływa z portu o dziewiątej i nie było tam nikogo, kto by ją zobaczył."),
        ("cs", "Loď opouští přístav v devět hodin a nebyl tam nikdo, kdo by ji viděl."),
        ("hu", "A hajó kilenckor hagyja el a kikötőt, és nem volt ott senki, hogy lássa."),
        ("ro", "Barca pleacă din port la ora nouă și nu era nimeni acolo care să o vadă."),
        ("tr", "Tekne saat dokuzda limandan ayrılıyor ve onu görecek hiç kimse yoktu."),
        ("ru", "Лодка уходит из порта в девять, и никого не было, чтобы это увидеть."),
        ("uk", "Човен виходить із порту о дев'ятій, і нікого не було, щоб це побачити."),
        ("bg", "Лодката напуска пристанището в девет и нямаше никой, който да я види."),
        ("el", "Το πλοίο φεύγει από το λιμάνι στις εννέα."), ("he", "הסירה עוזבת את הנמל בתשע"),
        ("ar", "يغادر القارب الميناء في الساعة التاسعة ولم يكن هناك أحد."), ("hi", "नाव नौ बजे बंदरगाह से निकलती है।"),
        ("ja", "船は九時に港を出ます。"), ("zh", "船九点离开港口，没有人看见。"), ("ko", "배는 아홉 시에 항구를 떠납니다."),
        ("th", "เรือออกจากท่าเรือเวลาเก้าโมง"),
    ])
    func languages(_ language: String, _ text: String) { #expect(LanguageDetector.language(of: text) == language) }

    @Test(arguments: ["", "42", "OK", "xkcd qwerty zxcvb", "3.14 + 2.71 = 5.85", "Anna Berlin Paris"])
    func nothingIsSaidWhenUnsure(_ text: String) { #expect(LanguageDetector.language(of: text) == nil) }

    @Test(arguments: [("pt-BR", "pt"), ("EN_us", "en"), ("x", nil), ("und", nil), ("english", nil), ("", nil)])
    func primarySubtags(_ tag: String, _ primary: String?) { #expect(LanguageDetector.primary(tag) == primary) }

    /// Phrases of the kind that people dictate ("next Tuesday at five"), of at least five words; one of two was looked at
    /// while the lists of words were made, the other is counted here.
    @Test(.enabled(if: TestData.has("recognizers-text-specs/Specs")))
    func shortPhrasesAreRecognisedOrLeftOpen() throws {
        var right = 0
        var wrong: [String] = []
        var open = 0
        for part in ["Choice", "DateTime", "Number", "NumberWithUnit"] {
            let folder = "recognizers-text-specs/Specs/\(part)/English"
            for file in try TestData.names(in: folder) where file.hasSuffix(".json") {
                let data = Data(try TestData.bytes("\(folder)/\(file)"))
                let cases = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] ?? []
                for (index, item) in cases.enumerated() where index % 2 == 1 {
                    guard let text = item["Input"] as? String, text.split(separator: " ").count >= 5 else { continue }
                    switch LanguageDetector.language(of: text) {
                    case "en": right += 1
                    case nil: open += 1
                    case let other: wrong.append("\(other ?? ""): \(text)")
                    }
                }
            }
        }
        let count = right + wrong.count + open
        #expect(count > 500)
        #expect(right * 100 >= count * 85, "\(right) right, \(wrong.count) wrong, \(open) open")
        #expect(wrong.count * 100 <= count * 2, "\(wrong.prefix(20))")
    }
}
