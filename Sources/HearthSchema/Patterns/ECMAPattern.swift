/// Translates a regular expression of ECMA-262 (with the `u` flag, as JSON Schema asks for) into one of PCRE2.
///
/// Both share most of their syntax but not its meaning (`\d`, `\s`, `$`, `.` differ) nor their extensions (`\Q`, verbs,
/// possessive quantifiers), so nothing is passed on that was not understood. Two leniencies of browsers are kept,
/// because patterns in the wild rely on them: a backslash before any punctuation, and single braces and brackets.
struct ECMAPattern {
    /// Why a text is not a regular expression.
    struct Fault: Error, CustomStringConvertible {
        var description: String
        /// Characters before the fault.
        var offset: Int
    }

    /// Groups and assertions within one another; PCRE2 allows 250.
    private static let maximumDepth = 200

    let source: [Unicode.Scalar]
    var position = 0
    private var depth = 0
    var output: [UInt8] = []
    var groupCount = 0
    var names: [String: Int] = [:]
    private var groupsSeen = 0
    var hasBackreference = false

    /// The same expression for PCRE2 with `UTF` and `MATCH_UNSET_BACKREF`.
    static func translate(_ text: String) throws(Fault) -> [UInt8] {
        var pattern = ECMAPattern(source: Array(text.unicodeScalars))
        try pattern.countGroups()
        try pattern.disjunction()
        if pattern.position < pattern.source.count { throw pattern.fault("a ) without its (") }
        return pattern.output
    }

    private init(source: [Unicode.Scalar]) { self.source = source }

    func fault(_ message: String) -> Fault { Fault(description: message, offset: position) }

    var next: Unicode.Scalar? { position < source.count ? source[position] : nil }

    func peek(_ offset: Int) -> Unicode.Scalar? {
        position + offset < source.count ? source[position + offset] : nil
    }

    func hasPrefix(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        return source.count - position >= scalars.count && source[position...].starts(with: scalars)
    }

    mutating func skip(_ text: String) -> Bool {
        guard hasPrefix(text) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    mutating func emit(_ text: String) { output.append(contentsOf: text.utf8) }

    // MARK: Groups

    /// Backreferences may stand before their groups, so groups are counted first.
    private mutating func countGroups() throws(Fault) {
        var isClass = false
        while let scalar = next {
            position += 1
            switch scalar {
            case "\\":
                if !isClass, let escaped = next, escaped == "k" || ("1"..."9").contains(escaped) {
                    hasBackreference = true
                }
                position += 1
            case "[": isClass = true
            case "]": isClass = false
            case "(" where !isClass:
                if next != "?" {
                    groupCount += 1
                } else if hasPrefix("?<"), peek(2) != "=", peek(2) != "!" {
                    position += 2
                    groupCount += 1
                    let name = try groupName()
                    guard names.updateValue(groupCount, forKey: name) == nil else {
                        throw fault("two groups are named \(name)")
                    }
                }
            default: break
            }
        }
        position = 0
    }

    /// The name and the `>` behind it.
    mutating func groupName() throws(Fault) -> String {
        var name = String.UnicodeScalarView()
        while let scalar = next, scalar != ">" {
            let isStart = scalar == "_" || scalar == "$" || scalar.properties.isIDStart
            guard isStart || (!name.isEmpty && scalar.properties.isIDContinue) else { break }
            name.append(scalar)
            position += 1
        }
        guard !name.isEmpty, skip(">") else { throw fault("a group's name must be a word that ends in >") }
        return String(name)
    }

    // MARK: Terms

    private mutating func disjunction() throws(Fault) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw fault("groups are nested deeper than \(Self.maximumDepth)") }
        while let scalar = next, scalar != ")" {
            if scalar == "|" {
                position += 1
                emit("|")
            } else {
                try term()
            }
        }
        depth -= 1
    }

    mutating func term() throws(Fault) {
        guard let scalar = next else { return }
        position += 1
        var isQuantifiable = true
        switch scalar {
        case "^":
            emit("^")
            isQuantifiable = false
        case "$":
            emit("$")
            isQuantifiable = false
        case ".": emit("[^\\n\\r\\x{2028}\\x{2029}]")
        case "(": isQuantifiable = try group()
        case "[": try characterClass()
        case "\\": isQuantifiable = try escape()
        case "*", "+", "?":
            position -= 1
            throw fault("nothing to repeat")
        case "{":
            position -= 1
            if quantifierRange() != nil { throw fault("nothing to repeat") }
            position += 1
            emit("\\{")
        default: emit(literal: scalar.value)
        }
        try quantifier(isAllowed: isQuantifiable)
    }

    /// Behind `(`. Returns whether a quantifier may follow.
    private mutating func group() throws(Fault) -> Bool {
        var isQuantifiable = true
        if skip("?:") {
            emit("(?:")
        } else if skip("?=") {
            emit("(?=")
        } else if skip("?!") {
            emit("(?!")
        } else if skip("?<=") {
            emit("(?<=")
            isQuantifiable = false
        } else if skip("?<!") {
            emit("(?<!")
            isQuantifiable = false
        } else {
            if skip("?<") {
                _ = try groupName()
            } else if next == "?" {
                throw fault("unknown kind of group")
            }
            groupsSeen += 1
            // Without backreferences nobody reads what a group captured.
            emit(hasBackreference ? "(" : "(?:")
        }
        try disjunction()
        guard skip(")") else { throw fault("a ( without its )") }
        emit(")")
        return isQuantifiable
    }

    private mutating func quantifier(isAllowed: Bool) throws(Fault) {
        let text: String
        switch next {
        case "*", "+", "?":
            text = next.map(String.init) ?? ""
            if !isAllowed { throw fault("nothing to repeat") }
            position += 1
        case "{":
            guard let range = quantifierRange() else { return }
            if !isAllowed { throw fault("nothing to repeat") }
            position += range.length
            guard range.lower <= range.upper ?? .max else { throw fault("the numbers of {} are out of order") }
            // PCRE2 counts to 65,535.
            guard max(range.lower, range.upper ?? 0) <= 65_535 else { throw fault("more than 65,535 repetitions") }
            text = "{\(range.lower),\(range.upper.map(String.init) ?? "")}"
        default: return
        }
        emit(text)
        if skip("?") { emit("?") }
        switch next {
        case "*", "+", "?": throw fault("nothing to repeat")
        case "{" where quantifierRange() != nil: throw fault("nothing to repeat")
        default: break
        }
    }

    /// `{n}`, `{n,}` or `{n,m}` at the position, which stays; numbers beyond what fits are cut off at 1e9.
    private func quantifierRange() -> (lower: Int, upper: Int?, length: Int)? {
        var index = position + 1
        func number() -> Int? {
            let start = index
            var value = 0
            while index < source.count, let digit = source[index].digitValue(radix: 10) {
                value = min(value * 10 + digit, 1_000_000_000)
                index += 1
            }
            return index > start ? value : nil
        }
        guard let lower = number() else { return nil }
        var upper: Int? = lower
        if index < source.count, source[index] == "," {
            index += 1
            upper = number()
        }
        guard index < source.count, source[index] == "}" else { return nil }
        return (lower, upper, index + 1 - position)
    }
}
