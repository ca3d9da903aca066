import HearthCore
import OrderedCollections

/// Reads members of a message and says which one is not as it must be.
enum WireValue {
    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(OrderedDictionary(members, uniquingKeysWith: { _, last in last }))
    }

    static func string(_ value: JSONValue, _ key: String) throws(HearthError) -> String {
        guard let string = value[key]?.string else { throw .wire("\(key) is no string") }
        return string
    }

    static func number(_ value: JSONValue, _ key: String) throws(HearthError) -> Double {
        guard let number = value[key]?.double, number.isFinite else { throw .wire("\(key) is no number") }
        return number
    }

    /// A time in a recording, in seconds.
    static func seconds(_ value: JSONValue, _ key: String) throws(HearthError) -> Double {
        let seconds = try number(value, key)
        guard (0...MediaLimits.latestSecond).contains(seconds) else { throw .wire("\(key) is no time in a recording") }
        return seconds
    }

    /// From 0 to 1.
    static func share(_ value: JSONValue, _ key: String) throws(HearthError) -> Double {
        let share = try number(value, key)
        guard (0...1).contains(share) else { throw .wire("\(key) is not from 0 to 1") }
        return share
    }

    static func integer(
        _ value: JSONValue, _ key: String, in range: ClosedRange<Int>
    ) throws(HearthError) -> Int {
        let number = try integer(value, key)
        guard range.contains(number) else { throw .wire("\(key) is out of its bounds") }
        return number
    }

    static func integer(_ value: JSONValue, _ key: String) throws(HearthError) -> Int {
        guard let number = value[key]?.int64 else { throw .wire("\(key) is no integer") }
        return Int(number)
    }

    static func bool(_ value: JSONValue, _ key: String) throws(HearthError) -> Bool {
        guard let bool = value[key]?.bool else { throw .wire("\(key) is neither true nor false") }
        return bool
    }

    static func array(_ value: JSONValue, _ key: String) throws(HearthError) -> [JSONValue] {
        guard let array = value[key]?.array else { throw .wire("\(key) is no list") }
        return array
    }

    static func strings(_ value: JSONValue, _ key: String) throws(HearthError) -> [String] {
        var strings: [String] = []
        for element in try array(value, key) {
            guard let string = element.string else { throw .wire("\(key) holds something else than strings") }
            strings.append(string)
        }
        return strings
    }

    static func optional(_ string: String?) -> JSONValue { string.map { .string($0) } ?? .null }

    static func optional(_ number: Double?) -> JSONValue { number.map { .real($0) } ?? .null }
}
