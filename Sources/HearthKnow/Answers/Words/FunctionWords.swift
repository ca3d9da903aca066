/// English words that say how a sentence is built and not what it is about. Words of other languages are weighed by how
/// common they are in what is stored.
enum FunctionWords {
    static func contains(_ folded: String) -> Bool { all.contains(folded) }

    static let all = set(
        """
        a an the of in on at by for to from with as and or but nor if than that this these those it its is are was
        were be been being am do does did done has have had having will would can could shall should may might must
        no not what which who whom whose when where why how many much there their theirs they them he she his her
        hers him i you we us our my your me s t into onto about after before during between through over under up
        down out off so such same also very just only other some any each every most more less all both few own too
        then now here again once while because until against upon within without per via please tell
        """)

    /// They stand for something said before.
    static let pronouns = set("he she it they him her them his hers its their theirs")

    static func set(_ text: String) -> Set<String> { Set(text.split(whereSeparator: \.isWhitespace).map(String.init)) }
}
