/// Words that say how a sentence is built and not what it is about.
enum StopWords {
    /// Stems, as `SearchTerms` makes them.
    static let stems: Set<String> = Set(
        words.split(whereSeparator: \.isWhitespace).flatMap { SearchTerms.all(in: String($0)) })

    private static let words = """
        a about above after again against all also am an and any are as at be because been before being below between
        both but by can cannot could did do does doing don down during each few for from further had has have having he
        her here hers herself him himself his how i if in into is it its itself just ll m may me might more most must my
        myself no nor not now of off on once only or other our ours ourselves out over own re s same shall she should
        so some such t than that the their theirs them themselves then there these they this those through to too
        under until up upon us ve very was we were what when where which while who whom whose why will with would you
        your yours yourself yourselves tell please
        """
}
