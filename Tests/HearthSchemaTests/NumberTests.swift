import HearthCore
import HearthSchema
import Testing

@Suite("Numbers")
struct NumberTests {
    @Test("a number without a fraction is an integer, however it is written")
    func integers() throws {
        let schema = try compile(#"{"type": "integer"}"#)
        for text in ["1", "1.0", "-0.0", "1e3", "1E+2", "1e308", "12345678901234567890123"] {
            #expect(try isValid(text, schema), "\(text)")
        }
        for text in ["1.5", "1e-1", "\"1\"", "true", "null"] { #expect(try !isValid(text, schema), "\(text)") }
    }

    @Test(
        "bounds are exact beyond the integers that doubles hold",
        arguments: [
            (#"{"minimum": 9007199254740993}"#, "9007199254740993", true),
            (#"{"minimum": 9007199254740993}"#, "9007199254740992", false),
            (#"{"minimum": 9007199254740993}"#, "9007199254740992.0", false),
            (#"{"minimum": 9007199254740993}"#, "9007199254740994.0", true),
            (#"{"exclusiveMinimum": 9007199254740992}"#, "9007199254740993", true),
            (#"{"exclusiveMinimum": 9007199254740992.0}"#, "9007199254740992", false),
            (#"{"maximum": 9223372036854775807}"#, "9223372036854775807", true),
            (#"{"maximum": 9223372036854775807}"#, "9223372036854775808", false),
            (#"{"exclusiveMaximum": -9223372036854775808}"#, "-9223372036854775808", false),
            (#"{"exclusiveMaximum": -9223372036854775808}"#, "-9223372036854775809", false),
            (#"{"exclusiveMaximum": -9223372036854775808}"#, "-9223372036854777856", true),
            (#"{"exclusiveMinimum": 9223372036854775807}"#, "9223372036854775807", false),
            (#"{"exclusiveMinimum": 9223372036854775807}"#, "1e19", true),
            (#"{"minimum": 1e300}"#, "9223372036854775807", false),
            (#"{"minimum": -1e300}"#, "-9223372036854775808", true),
            (#"{"maximum": -1e300}"#, "-9223372036854775808", false),
            (#"{"minimum": 0.5}"#, "0", false),
            (#"{"minimum": 0.5}"#, "1", true),
            (#"{"exclusiveMinimum": -0.5}"#, "0", true),
            (#"{"exclusiveMaximum": 0.5}"#, "0", true),
            (#"{"exclusiveMaximum": 1.0}"#, "1", false),
            (#"{"maximum": -0.5}"#, "0", false),
            (#"{"exclusiveMinimum": 0}"#, "5e-324", true),
            (#"{"minimum": 2, "maximum": 1}"#, "1.5", false),
        ])
    func bounds(schema: String, value: String, expected: Bool) throws {
        #expect(try isValid(value, compile(schema)) == expected)
    }

    @Test(
        "multiples are judged as decimals",
        arguments: [
            ("0.0001", "0.0075", true), ("0.0001", "0.00751", false), ("0.01", "19.99", true), ("0.01", "4.35", true),
            ("0.01", "4.355", false), ("0.1", "1.1", true), ("0.1", "1e15", true), ("0.1", "123456789.3", true),
            ("0.1", "123456789.35", false), ("1e-8", "12391239123", true), ("0.123456789", "1e308", false),
            ("0.5", "1e308", true), ("3", "1e308", false), ("7", "9223372036854775807", true),
            ("10", "9223372036854775807", false), ("1e300", "1e308", true), ("1e300", "1", false), ("1e300", "0", true),
            ("5e-324", "1.5", true), ("1.5", "4.5", true), ("2.5", "-7.5", true), ("0.3", "0.9", true),
            ("1e-7", "3e-7", true), ("3e-7", "1e-7", false), ("100", "1e2", true), ("1e2", "150", false),
            ("1.7976931348623157e308", "1.7976931348623157e308", true), ("1e-300", "1e308", true),
        ])
    func multiples(divisor: String, value: String, expected: Bool) throws {
        #expect(try isValid(value, compile(#"{"multipleOf": \#(divisor)}"#)) == expected)
    }

    @Test("numbers of equal value are equal")
    func equality() throws {
        #expect(try isValid("1.0", compile(#"{"const": 1}"#)))
        #expect(try isValid("100", compile(#"{"enum": [1e2]}"#)))
        #expect(try isValid("-0.0", compile(#"{"const": 0}"#)))
        #expect(try !isValid("9007199254740993", compile(#"{"const": 9007199254740992.0}"#)))
        #expect(try !isValid("[1, 1.0]", compile(#"{"uniqueItems": true}"#)))
        #expect(try isValid(#"{"a": [1.0, {"b": 2}]}"#, compile(#"{"const": {"a": [1, {"b": 2.0}]}}"#)))
        #expect(try !isValid("true", compile(#"{"const": 1}"#)))
        let long = "[" + (0..<50).map { String($0) }.joined(separator: ",")
        #expect(try isValid(long + "]", compile(#"{"uniqueItems": true}"#)))
        #expect(try !isValid(long + ", 49.0]", compile(#"{"uniqueItems": true}"#)))
    }

    @Test("large objects are equal in any order of members")
    func largeObjects() throws {
        func object(_ numbers: some Sequence<Int>) -> String {
            "{" + numbers.map { "\"k\($0)\": \($0)" }.joined(separator: ",") + "}"
        }
        let schema = try compile(#"{"const": \#(object(0..<40))}"#)
        #expect(try isValid(object((0..<40).reversed()), schema))
        #expect(try !isValid(object(1..<41), schema))
        #expect(try !isValid("[\(object(0..<40)), \(object(0..<20))]", schema))
        let unique = try compile(#"{"uniqueItems": true}"#)
        let many = (0..<12).map { object($0..<$0 + 20) }
        #expect(try isValid("[\(many.joined(separator: ","))]", unique))
        #expect(try !isValid("[\(many.joined(separator: ",")), \(object((3..<23).reversed()))]", unique))
    }
}
