/// Text put together from what cutting trips over.
enum RandomText {
    static let pieces = [
        "The boat leaves at 9.30 on Monday. ", "Dr. ", "e.g. ", "\n", "\n\n", "# Heading\n\n", "- item\n", "1. ",
        "| a | b |\n",
        "----\n", "===\n", "```\n", "“Quoted?” ", "日本語の文章です。", "Ünïcödé ", "👩‍👩‍👧‍👦", "e\u{301}\u{301}", "\u{300}", "…", "?!",
        ")", "(", "[12]", " ",
        "    ", "\t", "https://example.org/a.b?c=d. ", "1,234.56 ", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "это слово. ",
        "สวัสดีครับ", "।", "A.", "b", "नमस्ते ", "a long clause that goes on, and on; and on: ", "\u{200d}", "Z̷̢", ". ", "۔ ",
        "Inc. The ",
    ]

    static func make(_ random: inout some RandomNumberGenerator, pieces count: Int) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...count, using: &random) {
            guard let piece = pieces.randomElement(using: &random) else { continue }
            text += piece
        }
        return text
    }
}
