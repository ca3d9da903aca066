import HearthCore
import HearthTesting
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    @Test("random values survive being written and read")
    func randomValues() throws {
        var random = RandomJSON(seed: 42)
        for _ in 0..<300 {
            let value = random.value()
            #expect(try JSONValue(parsing: value.text) == value)
            #expect(try JSONValue(parsing: value.prettyText) == value)
            #expect(try JSONValue(parsing: value.text).text == value.text)
            try RoundTrip.check(JSONDocument(parsing: value.text))
        }
    }

    @Test("control characters, quotes and backslashes are escaped, the rest stands as it is")
    func escapes() {
        #expect(
            JSONValue.string("\"\\\u{8}\u{c}\n\r\t\u{0}\u{1f}/\u{7f}é😀").text == #""\"\\\b\f\n\r\t\u0000\u001f/"#
                + "\u{7f}é😀\"")
    }

    @Test(
        "numbers have their shortest text",
        arguments: [
            (0, "0"), (-7, "-7"), (1.5, "1.5"), (0.1, "0.1"), (1e20, "1e+20"), (1e-7, "1e-07"), (100, "100"),
            (-1e15, "-1000000000000000"), (.leastNonzeroMagnitude, "5e-324"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) { #expect(JSONValue.real(value).text == text) }

    @Test("integers of all lengths are written in full")
    func integers() {
        var value: Int64 = 1
        for _ in 0..<18 {
            value = value * 10 + 7
            #expect(JSONValue.integer(value).text == String(value))
            #expect(JSONValue.integer(-value).text == String(-value))
        }
        #expect(JSONValue.integer(.min).text == "-9223372036854775808")
        #expect(JSONValue.integer(.max).text == "9223372036854775807")
    }

    @Test("canonical text sorts members by their keys' bytes at every level")
    func canonical() throws {
        let document = try JSONDocument(parsing: #"{"b":1,"a":[{"z":1,"é":2,"y":{"d":1,"c":2}}],"":0,"B":3}"#)
        #expect(
            String(decoding: RoundTrip.canonicalText(document), as: UTF8.self)
                == #"{"":0,"B":3,"a":[{"y":{"c":2,"d":1},"z":1,"é":2}],"b":1}"#)
    }

    @Test("text for people is indented by two spaces")
    func pretty() {
        let value: JSONValue = ["a": [1, ["b": []]], "c": [:]]
        #expect(
            value.prettyText == """
                {
                  "a": [
                    1,
                    {
                      "b": []
                    }
                  ],
                  "c": {}
                }
                """)
    }
}
