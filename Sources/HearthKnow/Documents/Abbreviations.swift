/// Words whose full stop does not end a sentence, in the languages that Hearth's detector knows. Lower case, without
/// their last stop.
enum Abbreviations {
    /// In bytes; a longer word is none of them.
    static let longest = 12

    /// A name or a number follows: never an end.
    static let before: Set<String> = [
        // English
        "mr", "mrs", "ms", "dr", "prof", "st", "mt", "ft", "messrs", "gen", "col", "lt", "cpt", "capt", "sgt", "cmdr",
        "rev", "hon", "sen", "rep", "gov", "pres", "supt", "fig", "figs", "eq", "sec", "ch", "vol", "vols", "no", "nos",
        "pp", "ed", "eds", "vs", "cf", "ca", "approx", "est", "min", "max", "tel", "ext", "dept", "univ", "assn",
        "bros",
        "e.g", "i.e", "viz", "al", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
        "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "ave", "blvd", "rd", "art", "op", "n.b", "ps",
        // German
        "hr", "fr", "frl", "nr", "str", "bzw", "ggf", "evtl", "inkl", "exkl", "z.b", "d.h", "u.a", "s.o", "s.u", "o.ä",
        "z.t", "i.d.r", "bd", "hrsg", "jh", "jhd", "abs", "abb", "tab", "kap", "vgl", "geb", "gest", "verh", "dipl",
        "ing",
        "mio", "mrd", "ugs", "sog", "bspw", "zzgl", "abzgl", "mag", "std", "tgl", "ev", "kath", "allg",
        // French
        "mme", "mlle", "mm", "mgr", "av", "env", "chap", "éd", "réf", "cie", "boul",
        // Spanish, Portuguese, Italian
        "sr", "sra", "srta", "sres", "ud", "uds", "dña", "pág", "págs", "núm", "aprox", "avda", "exmo", "dra", "profa",
        "sig", "sigg", "dott", "ing", "avv", "pag", "pagg", "cap", "ecc", "es", "num", "tav",
        // Dutch, Danish, Norwegian, Swedish
        "dhr", "mevr", "mw", "bijv", "bv", "blz", "nl", "o.a", "d.w.z", "m.b.t", "t.a.v", "i.v.m", "bl.a", "f.eks",
        "dvs",
        "t.ex", "m.fl", "ang", "kr", "ca", "kl", "nr", "jfr",
        // Polish, Czech, Finnish, Hungarian, Turkish, Russian
        "np", "tzn", "tzw", "ul", "prof", "inż", "mgr", "godz", "tj", "tzv", "např", "č", "esim", "mm", "ns", "pl",
        "kb",
        "ifj", "özv", "sz", "örn", "vb", "yy", "doç", "г", "гг", "ул", "им", "см", "стр", "рис", "т.е", "т.к", "проф",
    ]

    /// Words that end a sentence as often as not: an end when what follows begins one.
    static let either: Set<String> = [
        "etc", "inc", "ltd", "co", "corp", "jr", "sr", "esq", "a.m", "p.m", "am", "pm", "u.s", "u.k", "e.u", "u.n",
        "ph.d",
        "b.c", "a.d", "b.a", "m.a", "usw", "u.s.a", "gmbh", "p", "s", "f", "ff", "d.c", "enz", "osv", "itd", "itp",
        "atd",
        "stb", "т.д", "т.п", "др", "s.a", "s.p.a", "s.r.l",
    ]

    /// Words that begin a sentence and are seldom a name.
    static let openers: Set<String> = [
        "the", "a", "an", "this", "that", "these", "those", "it", "he", "she", "we", "they", "i", "you", "his", "her",
        "its",
        "their", "our", "my", "in", "on", "at", "by", "for", "from", "with", "as", "if", "when", "while", "after",
        "before",
        "but", "and", "or", "so", "however", "there", "then", "what", "who", "how", "why", "where", "no", "not", "one",
        "some",
        "all", "both", "each", "once", "since", "although", "also", "another", "most", "many", "during", "according",
        "der", "die", "das", "ein", "eine", "er", "sie", "es", "wir", "ich", "im", "am", "auf", "mit", "bei", "nach",
        "aber",
        "und", "le", "la", "les", "un", "une", "il", "elle", "ils", "on", "nous", "dans", "el", "los", "las", "en",
        "lo",
        "gli", "una", "het", "een", "de", "hij", "zij", "den", "det", "en", "ett", "han", "hon", "o", "os", "as", "um",
        "uma",
    ]

    /// Behind an ordinal ("3. Oktober") a month is no new sentence.
    static let months: Set<String> = [
        "januar", "jänner", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober",
        "november",
        "dezember", "jahrhundert", "juli", "desember", "december", "marts", "maj",
    ]
}
