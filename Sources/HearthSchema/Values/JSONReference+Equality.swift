import HearthCore

extension JSONReference {
    /// Whether a number has no fraction.
    @inline(__always)
    var isWhole: Bool {
        guard let value = double else { return false }
        return value.rounded(.towardZero) == value
    }

    /// Hands over the text of a string, or the base64 text that bytes are stored as.
    @inline(__always)
    func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        guard kind == .binary else { return body(utf8) }
        var text = Base64.encode(utf8)
        return text.withUTF8(body)
    }

    /// Equality as JSON Schema defines it: numbers by value, members in any order.
    func isEqual(to other: JSONReference) -> Bool {
        switch (kind, other.kind) {
        case (.null, .null), (.true, .true), (.false, .false): return true
        case (.integer, .integer): return int64 == other.int64
        case (.real, .real): return double == other.double
        case (.integer, .real), (.real, .integer): return JSONNumber(self) == JSONNumber(other)
        case (.string, .string), (.binary, .binary): return equals(other.utf8)
        case (.string, .binary), (.binary, .string):
            return withText { text in other.withText { text.elementsEqual($0) } }
        case (.array, .array):
            guard count == other.count else { return false }
            var others = other.elements
            for element in elements {
                guard let match = others.next(), element.isEqual(to: match) else { return false }
            }
            return true
        case (.object, .object): return count == other.count && hasEqualMembers(other)
        default: return false
        }
    }

    /// Objects with more members are compared in key order instead of by search.
    private static let searchedMembers = 16

    private func hasEqualMembers(_ other: JSONReference) -> Bool {
        if count <= Self.searchedMembers {
            for (key, value) in members {
                guard let match = other[utf8: key.utf8], value.isEqual(to: match) else { return false }
            }
            return true
        }
        let order: ((key: JSONReference, value: JSONReference), (key: JSONReference, value: JSONReference)) -> Bool = {
            $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
        }
        return zip(members.sorted(by: order), other.members.sorted(by: order)).allSatisfy {
            $0.key.equals($1.key.utf8) && $0.value.isEqual(to: $1.value)
        }
    }

    /// Equal values have equal hashes.
    func hash(into hasher: inout Hasher) {
        switch kind {
        case .null: hasher.combine(0)
        case .true: hasher.combine(1)
        case .false: hasher.combine(2)
        case .integer, .real: JSONNumber(self)?.hash(into: &hasher)
        case .string, .binary: withText { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        case .array:
            hasher.combine(count)
            for element in elements { element.hash(into: &hasher) }
        case .object:
            hasher.combine(count)
            // The order of members does not count.
            var sum = 0
            for (key, value) in members {
                var member = Hasher()
                member.combine(bytes: UnsafeRawBufferPointer(key.utf8))
                value.hash(into: &member)
                sum &+= member.finalize()
            }
            hasher.combine(sum)
        }
    }

    /// Two elements of an array that are equal, by position; nil when there are none.
    func equalElements() -> (first: Int, second: Int)? {
        guard count > 1 else { return nil }
        if count <= 8 {
            var outer = elements
            var first = 0
            while let element = outer.next() {
                var second = first + 1
                for other in outer {
                    if element.isEqual(to: other) { return (first, second) }
                    second += 1
                }
                first += 1
            }
            return nil
        }
        // Swift seeds its hashes per process, so that nobody can send many elements of one hash.
        var seen: [Int: [(position: Int, element: JSONReference)]] = [:]
        seen.reserveCapacity(count)
        for (position, element) in elements.enumerated() {
            var hasher = Hasher()
            element.hash(into: &hasher)
            let hash = hasher.finalize()
            if let other = seen[hash]?.first(where: { $0.element.isEqual(to: element) }) {
                return (other.position, position)
            }
            seen[hash, default: []].append((position, element))
        }
        return nil
    }
}
