/// Words that may stand for each other in a faithful retelling: a small closed list, so that what is decided with it can be
/// read here. Words are compared by stem.
enum MeaningGroups {
    /// Whether two stems say the same: they are one, or stand in one group, or differ by an ending that stemming leaves.
    static func isSame(_ left: String, _ right: String) -> Bool {
        if left == right { return true }
        if let first = groups[left], let second = groups[right], !first.isDisjoint(with: second) { return true }
        return differsByEnding(left, right)
    }

    /// They tell that something is told, or that it is somewhere, and nothing more: "is located", "according to the passage".
    static func isLight(_ word: Word, after previous: Word?) -> Bool {
        if lightNouns.contains(word.stem) { return true }
        guard let previous else { return false }
        return lightParticiples.contains(word.stem) && beings.contains(previous.folded)
            || lightVerbs.contains(word.stem) && lightNouns.contains(previous.stem)
    }

    /// Forms of "to be", before a participle.
    static let beings = QuestionLanguage.set(
        "is are was were be been being am gets got sich ist sind war waren wird werden wurde wurden")

    static func isColour(_ word: Word) -> Bool { colours.contains(word.stem) }
    static func isWeekday(_ word: Word) -> Bool { weekdays.contains(word.stem) }
    static func isMonth(_ word: Word) -> Bool { months.contains(word.stem) }

    /// What a sign beside a number stands for.
    static func unit(of scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "€": "euro"
        case "$": "dollar"
        case "£": "pound"
        case "%": "percent"
        case "°": "degrees"
        default: nil
        }
    }

    /// "photograph" and "photographer": long words with the same beginning.
    private static func differsByEnding(_ left: String, _ right: String) -> Bool {
        let common = zip(left, right).prefix { $0 == $1 }.count
        return common >= leastBeginning && max(left.count, right.count) - common <= longestEnding
            && left.last?.isNumber == false && right.last?.isNumber == false
    }

    private static let leastBeginning = 5
    private static let longestEnding = 2

    private static let groups: [String: Set<Int>] = {
        var groups: [String: Set<Int>] = [:]
        for (number, line) in lines.split(separator: "\n").enumerated() {
            for stem in stems(String(line)) { groups[stem, default: []].insert(number) }
        }
        return groups
    }()

    private static func stems(_ text: String) -> Set<String> {
        Set(Word.all(in: Array(text.unicodeScalars)).map(\.stem))
    }

    private static let lightNouns = stems(
        "according passage passages document documents source sources information name names yes laut zufolge dokument ja"
    )

    private static let lightParticiples = stems(
        "located situated placed found called named mentioned stated scheduled befindet findet statt heißt genannt")

    private static let lightVerbs = stems("say says state states mention mentions tell tells")

    private static let colours = stems(
        """
        red blue green yellow orange purple violet pink brown black white grey gray golden silver beige turquoise rot rote
        roten roter rotes blau blaue blauen blauer blaues grün grüne grünen grüner grünes gelb gelbe gelben gelber gelbes
        braun braune braunen schwarz schwarze schwarzen weiß weiße weißen grau graue grauen lila rosa
        """)

    private static let weekdays = stems(
        """
        monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays
        montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag today tomorrow yesterday heute morgen gestern
        montags dienstags mittwochs donnerstags freitags samstags sonntags
        """)

    private static let months = stems(
        """
        january february march april june july august september october november december januar februar märz mai juni juli
        oktober dezember
        """)

    /// One group a line.
    private static let lines = """
        cost costs price charge charged charges fee amount total
        cost costs pay pays paid spend spent
        repair repaired fix fixed mend mended
        replace replaced exchange exchanged change changed
        start starts begin begins began begun
        end ends finish finished
        buy buys bought purchase purchased
        leave leaves left depart departs departure
        go goes went gone
        give gives gave given
        take takes took taken
        come comes came arrive arrives arrived
        get gets got receive received receives
        sell sells sold
        keep keeps kept
        lie lies lay lying located situated stand stands stood
        hang hangs hung
        hold holds held
        meet meets met meeting
        make makes made
        write writes wrote written
        tell tells told
        know knows knew known
        bring brings brought
        lend lends lent
        lose loses lost
        send sends sent
        see sees saw seen
        eat eats ate eaten
        break breaks broke broken
        drive drives drove driven
        build builds built
        teach teaches taught
        speak speaks spoke spoken
        choose chooses chose chosen
        grow grows grew grown
        sleep sleeps slept
        win wins won
        become becomes became
        rise rises rose risen
        hide hides hid hidden
        happen happens happened occur occurs occurred
        open opens opening
        allow allowed permit permitted
        big large
        small little
        car automobile
        bike bicycle bicycles bikes
        phone telephone
        kid kids child children
        mum mom mother
        dad father
        grandma grandmother granny
        grandpa grandfather
        doctor dr
        photo photograph picture
        flat apartment
        shop store
        television tv
        fridge refrigerator
        film movie
        holiday vacation
        tyre tyres tire tires
        colour color
        grey gray
        euro euros eur
        pound pounds gbp
        dollar dollars usd
        percent percentage prozent
        degree degrees grad
        kg kilogram kilograms kilo
        g gram grams gramm
        km kilometre kilometres kilometer kilometers
        metre metres meter meters
        litre litres liter liters
        ml millilitre millilitres milliliter milliliters
        hour hours stunde stunden
        minute minutes min minuten
        day days tag tage tagen
        week weeks woche wochen
        year years jahr jahre jahren
        january jan januar
        february feb februar
        march märz
        april apr
        may mai
        june juni
        july juli
        august aug
        september sep sept
        october oct oktober
        november nov
        december dec dezember
        monday mondays mon montag montags
        tuesday tuesdays tue dienstag dienstags
        wednesday wednesdays wed mittwoch mittwochs
        thursday thursdays thu donnerstag donnerstags
        friday fridays fri freitag freitags
        saturday saturdays sat samstag samstags
        sunday sundays sun sonntag sonntags
        kosten kostet kostete preis betrag beträgt rechnung
        austauschen ausgetauscht tauschte gewechselt
        reparieren repariert reparierte
        liegt liegen befindet steht stehen
        beginnt beginnen anfangen fängt
        herr herrn
        """
}
