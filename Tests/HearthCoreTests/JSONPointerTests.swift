import HearthCore
import HearthTesting
import Testing

@Suite("JSON Pointer")
struct JSONPointerTests {
    @Test(
        "texts have the tokens of RFC 6901",
        arguments: [
            ("", []), ("/foo", ["foo"]), ("/foo/0", ["foo", "0"]), ("/", [""]), ("/a~1b", ["a/b"]), ("/c%d", ["c%d"]),
            ("/m~0n", ["m~n"]), ("/~01", ["~1"]), ("/ ", [" "]), ("//", ["", ""]), ("/k\"l", ["k\"l"]),
            ("/\u{301}/é", ["\u{301}", "é"]),
        ] as [(String, [String])])
    func tokens(text: String, tokens: [String]) {
        #expect(JSONPointer(text).tokens == tokens)
        #expect(tokens.reduce(JSONPointer.root) { $0.appending($1) }.text == text)
    }

    @Test("what is not a pointer has no tokens", arguments: ["a", "a/b", "#/a", "/~", "/~2", "/a~/b", "/a/~"])
    func malformed(text: String) { #expect(JSONPointer(text).tokens == nil) }

    @Test("any token survives")
    func randomTokens() {
        var random = RandomJSON(seed: 3)
        for _ in 0..<2000 {
            let tokens = (0..<3).map { _ in random.string() + "~/~01"[...].prefix(2) + random.string() }
            let read = tokens.reduce(JSONPointer.root) { $0.appending($1) }.tokens
            #expect(read?.map { Array($0.utf8) } == tokens.map { Array($0.utf8) })
        }
    }

    @Test("indexes are decimal")
    func indexes() {
        #expect(JSONPointer.root.appending("readings").appending(12).appending("x").text == "/readings/12/x")
    }
}
