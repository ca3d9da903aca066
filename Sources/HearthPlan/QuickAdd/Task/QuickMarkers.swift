/// Signs that name a part of a task outright: `!high`, `!!`, `p1`, `#tag`, `+project`, `@name`.
struct QuickMarkers {
    struct Found {
        var field: QuickField
        var value: String
        /// Tokens.
        var range: Range<Int>
    }

    static let priorities: [String: Int] = [
        "highest": 1, "urgent": 1, "critical": 1, "high": 2, "hoch": 2, "dringend": 1, "medium": 3, "normal": 3,
        "mittel": 3, "low": 4, "lowest": 4, "niedrig": 4, "1": 1, "2": 2, "3": 3, "4": 4,
    ]

    static func find(in tokens: [Token], text: [UInt8]) -> [Found] {
        var found: [Found] = []
        var place = 0
        while place < tokens.count {
            if let one = marker(at: place, tokens, text) {
                found.append(one)
                place = one.range.upperBound
            } else {
                place += 1
            }
        }
        return found
    }

    private static func marker(at place: Int, _ tokens: [Token], _ text: [UInt8]) -> Found? {
        // Inside a word or an address it is none.
        if tokens[place].isGlued, place > 0, tokens[place - 1].isAlphanumeric { return nil }
        let next = place + 1
        switch tokens[place].text {
        case "!":
            var end = next
            while end < tokens.count, tokens[end].isGlued, tokens[end].text == "!" { end += 1 }
            let count = end - place
            if count == 1, next < tokens.count, tokens[next].isGlued, let level = priorities[tokens[next].text] {
                return Found(field: .priority, value: String(level), range: place..<next + 1)
            }
            // "Hurry !!" is a priority, "Hurry!!" is a mood.
            guard count >= 2, count <= 4, !tokens[place].isGlued else { return nil }
            return Found(field: .priority, value: String(max(1, 4 - count)), range: place..<end)
        case "p":
            guard next < tokens.count, tokens[next].isGlued, let level = tokens[next].value, (1...4).contains(level),
                next + 1 == tokens.count || !tokens[next + 1].isGlued || !tokens[next + 1].isAlphanumeric
            else { return nil }
            return Found(field: .priority, value: String(level), range: place..<next + 1)
        case "#": return name(.tag, place, tokens, text)
        case "+": return name(.project, place, tokens, text)
        case "@": return name(.person, place, tokens, text)
        default: return nil
        }
    }

    /// What is written on without a blank; in quotation marks it may have some.
    private static func name(_ field: QuickField, _ place: Int, _ tokens: [Token], _ text: [UInt8]) -> Found? {
        var end = place + 1
        guard end < tokens.count, tokens[end].isGlued else { return nil }
        if tokens[end].text == "\"" {
            guard let close = tokens[(end + 1)...].prefix(12).firstIndex(where: { $0.text == "\"" }), close > end + 1
            else {
                return nil
            }
            let range = tokens[end + 1].range.lowerBound..<tokens[close - 1].range.upperBound
            return Found(
                field: field, value: String(decoding: text[range], as: UTF8.self), range: place..<close + 1)
        }
        guard tokens[end].isAlphanumeric else { return nil }
        while end + 1 < tokens.count, tokens[end + 1].isGlued {
            let isJoint = ["-", ".", "/", "&"].contains(tokens[end + 1].text)
            if tokens[end + 1].isAlphanumeric {
                end += 1
            } else if isJoint, end + 2 < tokens.count, tokens[end + 2].isGlued, tokens[end + 2].isAlphanumeric {
                end += 2
            } else {
                break
            }
        }
        // A sum, as "+49 170", is no project.
        if field == .project, tokens[place + 1].kind == .digits { return nil }
        let range = tokens[place + 1].range.lowerBound..<tokens[end].range.upperBound
        return Found(field: field, value: String(decoding: text[range], as: UTF8.self), range: place..<end + 1)
    }
}
