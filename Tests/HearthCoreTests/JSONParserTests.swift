import HearthCore
import Testing

@Suite("JSON parser")
struct JSONParserTests {
    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    @Test("nesting is bounded where the options say")
    func depth() throws {
        _ = try JSONDocument(parsing: nested(128))
        #expect(throws: JSONError(.tooDeep(limit: 128), at: 128)) { try JSONDocument(parsing: nested(129)) }
        _ = try JSONDocument(parsing: nested(3), options: JSONOptions(maximumDepth: 3))
        #expect(throws: JSONError(.tooDeep(limit: 3), at: 3)) {
            try JSONDocument(parsing: nested(4), options: JSONOptions(maximumDepth: 3))
        }
        // Far beyond any call stack, with and without a limit in the way.
        #expect(throws: JSONError.self) { try JSONDocument(parsing: nested(1_000_000)) }
        let document = try JSONDocument(parsing: nested(1_000_000), options: JSONOptions(maximumDepth: .max))
        #expect(document.nodeCount == 1_000_000)
        let objects = String(repeating: #"{"a":"#, count: 10_000) + "1" + String(repeating: "}", count: 10_000)
        #expect(throws: JSONError.self) { try JSONDocument(parsing: objects) }
    }

    @Test("strict parsing names the key that stands twice", arguments: [2, 3, 16, 17, 40])
    func duplicateKeys(count: Int) throws {
        let members = (0..<count - 1).map { "\"k\($0)\":\($0)" } + [#""\u006b0":1"#]
        let text = "{\"outer\":{" + members.joined(separator: ",") + "}}"
        #expect(try JSONValue(parsing: text)["outer"]?["k0"] == 1)
        do {
            _ = try JSONDocument(parsing: text, options: .strict)
            Issue.record("a duplicate key was accepted")
        } catch {
            #expect(error.reason == .duplicateKey("k0"))
        }
        let distinct = "{" + (0..<count).map { "\"k\($0)\":{\"k\($0)\":0}" }.joined(separator: ",") + "}"
        _ = try JSONDocument(parsing: distinct, options: .strict)
    }

    @Test(
        "strings are unescaped",
        arguments: [
            (#""""#, ""), (#""abc""#, "abc"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""é""#, "é"),
            (#""\u00e9\u20ac""#, "é€"), (#""\ud83d\ude00x""#, "😀x"), (#""\uD834\uDd1e""#, "\u{1d11e}"),
            (#""\u0000""#, "\0"), ("\"\u{10ffff}\"", "\u{10ffff}"), ("\"\u{7f}\"", "\u{7f}"),
            (#""a\u0062cd€f\n""#, "abcd€f\n"),
        ])
    func strings(text: String, value: String) throws {
        #expect(try JSONValue(parsing: text).string.map { Array($0.utf8) } == Array(value.utf8))
    }

    @Test(
        "broken strings are refused for the right reason",
        arguments: [
            (#""abc"#, .unexpectedEnd, 4), (#""a\"#, .unexpectedEnd, 2), (#""\u12"#, .unexpectedEnd, 5),
            (#""\x41""#, .invalidEscape, 1), (#""\u12g4""#, .invalidEscape, 5), ("\"a\tb\"", .controlCharacter, 2),
            ("\"a\0b\"", .controlCharacter, 2), (#""\ud800""#, .loneSurrogate, 1), (#""\udc00""#, .loneSurrogate, 1),
            (#""\ud800\u0041""#, .loneSurrogate, 1), (#""\ud800\ud800""#, .loneSurrogate, 1),
        ] as [(String, JSONError.Reason, Int)])
    func brokenStrings(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason, at: offset)) { try JSONDocument(parsing: text) }
    }

    @Test(
        "malformed UTF-8 is refused where it stands",
        arguments: [
            [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf], [0xe2, 0x82],
            [0xed, 0xa0, 0x80], [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
            [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xf0, 0x9f, 0x98], [0xff], [0xfe],
        ] as [[UInt8]])
    func malformedUTF8(sequence: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONError(.invalidUTF8, at: 2)) {
            try JSONDocument(parsing: [quote, UInt8(ascii: "a")] + sequence + [quote])
        }
        #expect(throws: JSONError(.invalidUTF8, at: 1)) { try JSONDocument(parsing: [quote] + sequence) }
    }

    @Test("every Unicode scalar passes unharmed")
    func everyScalar() throws {
        for start in stride(from: UInt32(0x80), to: 0x11_0000, by: 0x1000) {
            let scalars = (start..<min(start + 0x1000, 0x11_0000)).compactMap(Unicode.Scalar.init)
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars)
            let value = try JSONValue(parsing: "\"" + text + "\"")
            #expect(value.string.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test(
        "a text that ends too early or goes on too long is refused at the place",
        arguments: [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3),
            ("{", .unexpectedEnd, 1), (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5),
            ("tru", .unexpectedEnd, 3), ("1 2", .trailingCharacters, 2), ("[]]", .trailingCharacters, 2),
            ("[1,]", .unexpectedCharacter, 3), (#"{"a":1,}"#, .unexpectedCharacter, 7),
            ("{1:2}", .unexpectedCharacter, 1),
            ("[1}", .unexpectedCharacter, 2), ("nul", .unexpectedEnd, 3), ("nuLl", .unexpectedCharacter, 2),
            ("\u{feff}1", .unexpectedCharacter, 0), ("1\0", .trailingCharacters, 1), ("\0", .unexpectedCharacter, 0),
        ] as [(String, JSONError.Reason, Int)])
    func places(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason, at: offset)) { try JSONDocument(parsing: text) }
    }

    @Test("every prefix of a document is refused and none crashes")
    func prefixes() throws {
        let text = Array(#"{"a":[1,-2.5e3,true,false,null,"\u00e9\ud83d\ude00é€😀\n"],"b":{"c":{}}}"#.utf8)
        _ = try JSONDocument(parsing: text)
        for count in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text[..<count])) }
        }
    }

    @Test("references walk, find and count members and elements")
    func references() throws {
        let document = try JSONDocument(parsing: #"{"a":[1,[2,3],{"x":4}],"b":"text","a":null,"é":2.5,"n":1e3}"#)
        document.withRoot { root in
            #expect(root.count == 5)
            #expect(root["a"]?.kind == .null, "the last of two keys counts")
            #expect(root["é"]?.double == 2.5)
            #expect(root["é"]?.int64 == nil)
            #expect(root["n"]?.int64 == 1000)
            #expect(root["b"]?.string == "text")
            #expect(root["missing"] == nil)
            #expect(root.members.map { $0.key.string } == ["a", "b", "a", "é", "n"])
            let first = root.members.first { _ in true }?.value
            #expect(first?.elements.map(\.kind) == [.integer, .array, .object])
            #expect(first?["a"] == nil)
            #expect(first?.elements.compactMap { $0["x"]?.int64 } == [4])
            #expect(root["b"]?.elements.contains { _ in true } == false)
        }
    }

    @Test("a value becomes a document and a document a value")
    func conversions() throws {
        let value: JSONValue = ["a": [1, 2.5, nil, true], "b": ["c": "d"]]
        #expect(try JSONDocument(value).withRoot { JSONValue($0) } == value)
        #expect(value["a"]?[1] == 2.5)
        #expect(value["a"]?[4] == nil)
        #expect(value["b"]?["c"]?.string == "d")
    }
}
