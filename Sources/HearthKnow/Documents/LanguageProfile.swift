/// What tells one language from others of its script.
struct LanguageProfile: Sendable {
    let language: String
    /// Its most frequent words that few other languages share.
    let words: Set<String>
    /// Letters that it has and its neighbours do not.
    let letters: Set<Unicode.Scalar>
    /// Ends of words that are frequent in it.
    let endings: [String]

    init(_ language: String, words: String, letters: String = "", endings: String = "") {
        self.language = language
        self.words = Set(words.split(separator: " ").map(String.init))
        self.letters = Set(letters.unicodeScalars)
        self.endings = endings.split(separator: " ").map(String.init)
    }

    /// A frequent word counts 1, an own letter 0.6, a frequent ending of a longer word 0.2.
    func points(for word: String) -> Double {
        if words.contains(word) { return 1 }
        var points = 0.0
        if !letters.isEmpty, word.unicodeScalars.contains(where: letters.contains) { points += 0.6 }
        if word.utf8.count > 5, endings.contains(where: word.hasSuffix) { points += 0.2 }
        return points
    }

    static let latin = [
        LanguageProfile(
            "en",
            words: """
                the of and to in is that it for was on are with as his they at be this have from or had by not but what \
                all were when we there can an your which their said if do will each about how up out them then she many \
                some so these would other into has more her two like him see could no than been who its now did my made \
                over you he me just i am please what's where why any our us should after before yesterday tomorrow today \
                next last week between until every day morning
                """, endings: "ing tion ness ment ly ed ous ful"),
        LanguageProfile(
            "de",
            words: """
                der die das und ist in den von zu mit sich des auf für nicht ein eine als auch es an werden aus er hat \
                dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur \
                bis mehr durch man sein wurde ich wir ihr mir mich dir dich uns kein keine bitte vom dem wenn was \
                warum heute morgen gestern nächsten nächste letzten letzte uhr woche jahr tag tage minuten stunden \
                zwischen jeden alle
                """, letters: "ßäöü", endings: "ung keit heit lich isch chen en"),
        LanguageProfile(
            "fr",
            words: """
                le la les de des du un une et est que qui dans en pour pas sur plus par je il elle nous vous ils avec \
                ne se ce son sa ses au aux mais ou où comme tout être cette sont été fait leur bien sans si même \
                aussi mon ma mes ton votre notre c d l j s n qu à y quand alors avoir était après entre \
                prochain prochaine dernier dernière hier demain aujourd hui jour jours heures semaine mois
                """, letters: "œçêèùû", endings: "tion ment eux aient eur aux ique"),
        LanguageProfile(
            "es",
            words: """
                el la los las de que y en un una es por con para no se del al lo como más pero sus le ya o este sí \
                porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante uno \
                ni contra otros ese eso ante ellos mi mis su fue era ser tiene está están yo usted qué \
                mañana ayer hoy próximo próxima pasado días día semana año horas las hace
                """, letters: "ñ¿¡", endings: "ción dad mente ando iendo idad os"),
        LanguageProfile(
            "it",
            words: """
                il lo la gli le di che e è un una in per con non sono del della dei delle al alla da dal dalla si ma \
                come più anche se ho ha questo questa mi ci ti io lui lei noi loro suo sua nel nella nei sul \
                sulla essere stato quando dove perché cosa molto tutto tutti ancora così fra tra oggi domani ieri \
                prossimo prossima scorso scorsa giorni giorno settimana ore dopo ogni degli agli
                """, letters: "òì", endings: "zione mente ità etto etta ando endo"),
        LanguageProfile(
            "pt",
            words: """
                o a os as de que e do da em um uma para é com não no na por mais dos das como mas foi ao ele se \
                tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era depois \
                sem mesmo aos ter seus quem nas me esse eles você essa num nem suas meu minha foram são \
                amanhã ontem hoje próximo próxima passado passada dias dia semana ano horas às
                """, letters: "ãõ", endings: "ção dade mente ões ando endo inho"),
        LanguageProfile(
            "nl",
            words: """
                de het een en van ik te dat die in is niet zijn op aan met als voor had er maar om hem dan zou of wat \
                mijn men dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze u \
                want nog zal me zij nu ge geen omdat iets worden toch al waren veel meer doen toen moet ben zonder kan \
                wij we ons jullie morgen gisteren vandaag volgende vorige dagen dag week jaar uur tussen na
                """, letters: "ĳ", endings: "ijk heid ing en lijk tie"),
        LanguageProfile(
            "sv",
            words: """
                och i att det som en på är av för med den till inte har de ett om var jag men så från kan han när eller \
                hade vi vad vara än alla nu hon mycket där efter ut sedan också bara bli under mot man sin här \
                dem mig dig oss ni din mitt någon något skulle ska blir igår idag imorgon nästa förra veckan dagar \
                år timmar klockan mellan
                """, letters: "", endings: "het ning arna erna ade ligt"),
        LanguageProfile(
            "da",
            words: """
                og i at det som en på er af for med den til ikke har de et om var jeg men så fra kan han når eller \
                havde vi hvad være end alle nu hun meget der efter ud siden også kun blive under mod man sin her \
                dem mig dig os nogen noget skulle skal bliver går dag morgen næste sidste uge dage blev efter \
                hvor hvis jeres deres mellem kunne
                """, letters: "", endings: "hed ning erne ede else ligt"),
        LanguageProfile(
            "nb",
            words: """
                og i at det som en på er av for med den til ikke har de et om var jeg men så fra kan han når eller \
                hadde vi hva være enn alle nå hun mye der etter ut siden også bare bli under mot man sin her \
                dem meg deg oss noen noe skulle skal blir går dag morgen neste forrige uke dager ble etter \
                hvor hvis deres mellom kunne sier opp
                """, letters: "", endings: "het ning ene ede else lig"),
        LanguageProfile(
            "fi",
            words: """
                ja on ei se että hän oli mutta kun niin myös ovat en kuin hänen jos olla sitä tai joka vain minä sen \
                nyt me te he ne mitä tämä ole olen voi jo vielä sitten mukaan kanssa jälkeen kaikki ollut oli missä \
                huomenna eilen tänään seuraava viime viikko päivä vuonna ennen koska siitä
                """, letters: "", endings: "ssa ssä sta stä lla llä nen inen ksi iin"),
        LanguageProfile(
            "pl",
            words: """
                i w na z że się nie to jest do o jak ale po za co od przez dla tak by był była być już tylko jego czy \
                są przy może go ich mnie mi tym oraz ten ta te jej bardzo który która które także pan pani sobie \
                jutro wczoraj dzisiaj dni dzień tydzień roku godzin
                """, letters: "ąęłńśźż", endings: "ość ego ych ami ach owa"),
        LanguageProfile(
            "cs",
            words: """
                a v se na že je to s z do o i jako ale si za jsem by tak po co pro od jak aby byl byla bylo jeho který \
                která které také podle nebo až ve když už jen být jsou není mezi ze před roku dne zítra včera dnes
                """, letters: "ěřůď", endings: "ého ých ost ami ovat"),
        LanguageProfile(
            "hu",
            words: """
                a az és hogy nem is egy ez volt meg csak de már ha mint van el még vagy ki azt én ő mi ti ami aki lesz \
                majd után szerint között nagyon minden mert itt ott most holnap tegnap ma nap hét év
                """, letters: "őű", endings: "ban ben nak nek ság ség"),
        LanguageProfile(
            "ro",
            words: """
                și de în a la cu nu că o pe un este din pentru mai sunt se care au fost ca sau dar lui ce era după \
                prin am fi ai ale al lor între până când foarte acest această mâine ieri azi zile
                """, letters: "ășțţş", endings: "ului ilor ție itate"),
        LanguageProfile(
            "tr",
            words: """
                ve bir bu da de için ile çok daha olarak var ne gibi kadar sonra en ama o ben sen biz siz değil mi mı \
                olan olduğu her şey önce yok ya ki ise göre yarın dün bugün gün hafta yıl saat ay arasında gelecek geçen
                """, letters: "ığ", endings: "lar ler dır dir yor ında inde mak mek"),
    ]

    static let cyrillic = [
        LanguageProfile(
            "ru",
            words:
                "и в не на я что с он как это по но из у за то все так его к от бы о же вы мы был она они для мне было",
            letters: "ыэё"),
        LanguageProfile(
            "uk",
            words: "і в не на я що з він як це та у до за але й його від є ми ви вона вони для мені було про чи або",
            letters: "їєґі"),
        LanguageProfile(
            "bg",
            words: "и на да се не в от за е с че са по като но си до ще го ли той тя беше има които към през или",
            letters: "ъ", endings: "ите ата ият ета"),
        LanguageProfile(
            "sr", words: "и у је да се на за од су са као не што али би ће сам или који која до из по",
            letters: "ђјљњћџ"),
    ]

    static let arabic = [
        LanguageProfile(
            "ar", words: "من في على أن إلى هذا التي الذي كان لا ما عن مع هذه هو هي أو قد بعد كل", letters: "ةأإىؤ"),
        LanguageProfile("fa", words: "و در به از که این را با است برای آن یک می تا بر هم شده شد", letters: "پچژگی"),
        LanguageProfile("ur", words: "کے کی ہے میں اور سے کا کو یہ نے پر اس ہیں کہ ایک بھی تھا", letters: "ٹڈڑےہ"),
    ]
}
