import Foundation
import HearthCore
import HearthTesting
import Testing

@Suite("JSON numbers")
struct JSONNumberTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSONValue(parsing: text) }

    @Test(
        "integers that fit stay exact",
        arguments: [
            ("0", 0), ("-0", 0), ("7", 7), ("-1", -1), ("9007199254740993", 9_007_199_254_740_993),
            ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
            ("-9223372036854775807", Int64.min + 1), ("1000000000000000000", 1_000_000_000_000_000_000),
        ] as [(String, Int64)])
    func integers(text: String, value: Int64) throws {
        #expect(try parse(text) == .integer(value))
    }

    @Test(
        "integers beyond 64 bits and all other numbers are the nearest double",
        arguments: [
            ("9223372036854775808", 0x1p63), ("-9223372036854775809", -0x1p63), ("18446744073709551616", 0x1p64),
            ("99999999999999999999", 1e20), ("100000000000000000000000", 1e23), ("1.0", 1), ("1e3", 1000),
            ("0.1", 0.1), ("0.30000000000000004", 0.1 + 0.2), ("1.7976931348623157e308", .greatestFiniteMagnitude),
            ("5e-324", .leastNonzeroMagnitude), ("2.2250738585072011e-308", Double.leastNormalMagnitude.nextDown),
            ("2.2250738585072014e-308", .leastNormalMagnitude), ("1e-400", 0),
            ("123456789012345678.0", 123456789012345680),
            ("9007199254740993.0", 9007199254740992), ("0e400", 0), ("0.0e-999999999999", 0),
        ])
    func reals(text: String, value: Double) throws {
        #expect(try parse(text).double == value)
    }

    @Test("the sign of a real zero survives")
    func negativeZero() throws {
        let value = try parse("-0.0")
        #expect(value.double?.sign == .minus)
        #expect(value.text == "-0.0")
        #expect(try parse(value.text).double?.sign == .minus)
        #expect(try RoundTrip.canonicalText(JSONDocument(parsing: "[-0.0,0,-0]")) == Array("[0,0,0]".utf8))
    }

    @Test(
        "numbers beyond the range of doubles are refused",
        arguments: [
            "1e400", "-1e400", "1e309", "1.8e308", "1e99999999999999999999", String(repeating: "9", count: 400),
        ])
    func overflow(text: String) {
        #expect(throws: JSONError(.numberOutOfRange, at: 0)) { try parse(text) }
    }

    @Test(
        "what JSON does not write is refused",
        arguments: [
            "NaN", "Infinity", "-Infinity", "+1", "01", "-01", "1.", ".5", "-.5", "1e", "1e+", "1.e1", "0x10", "1_000",
            "- 1", "1,5", "--1", "1e1.5", "00", "-", "1.5.2", "1f", "٣",
        ])
    func malformed(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test("agrees with strtod to the last bit on random texts")
    func differential() throws {
        var random = RandomJSON(seed: 0x6e75_6d62)
        func digits(_ range: ClosedRange<Int>) -> String {
            let count = Int.random(in: range, using: &random.generator)
            return String((0..<count).map { _ in Character(String(Int.random(in: 0...9, using: &random.generator))) })
        }
        for round in 0..<40_000 {
            var text = Bool.random(using: &random.generator) ? "-" : ""
            text += String(Int.random(in: 1...9, using: &random.generator)) + digits(0...(round % 4 == 0 ? 40 : 18))
            if Bool.random(using: &random.generator) { text += "." + digits(1...(round % 3 == 0 ? 40 : 17)) }
            if Bool.random(using: &random.generator) {
                text += (Bool.random(using: &random.generator) ? "e" : "E")
                text += ["", "+", "-"][Int.random(in: 0...2, using: &random.generator)]
                text += String(Int.random(in: 0...(round % 5 == 0 ? 330 : 25), using: &random.generator))
            }
            let expected = strtod(text, nil)
            guard expected.isFinite else {
                #expect(throws: JSONError(.numberOutOfRange, at: 0)) { try parse(text) }
                continue
            }
            let value = try parse(text)
            if case .integer(let whole) = value {
                #expect(String(whole) == text)
            } else {
                #expect(value.double?.bitPattern == expected.bitPattern, "\(text)")
            }
        }
    }

    @Test("doubles survive being written and read")
    func doublesRoundTrip() throws {
        var random = RandomJSON(seed: 17)
        for _ in 0..<40_000 {
            let value = Double(bitPattern: random.generator.next())
            guard value.isFinite else { continue }
            var writer = JSONWriter()
            writer.write(value)
            #expect(try parse(writer.string).double?.bitPattern == value.bitPattern)
        }
    }

    @Test("what is not finite is written as null")
    func notFinite() {
        for value in [Double.nan, .infinity, -.infinity] { #expect(JSONValue.real(value).text == "null") }
    }

    @Test("equal numbers have one canonical text, however they were written")
    func canonical() throws {
        for texts in [
            ["1", "1.0", "1e0", "10e-1"], ["9007199254740992", "9007199254740992.0"], ["1e18", "1000000000000000000"],
        ] {
            #expect(try Set(texts.map { try RoundTrip.canonicalText(JSONDocument(parsing: $0)) }).count == 1)
        }
    }
}
