/// One line of Swift source, with what is code told apart from what is comment.
///
/// The contents of string and regular-expression literals are blanked, so that a rule about code does not trip over text
/// that only looks like it. Interpolations inside strings are code.
struct SwiftLine: Equatable, Sendable {
    var code = ""
    /// The text of a `//` or `/* */` comment. Documentation comments are kept apart, in `documentation`.
    var comment = ""
    var documentation = ""

    var hasCode: Bool { code.contains { !$0.isWhitespace } }

    static func lines(of text: String) -> [SwiftLine] {
        var scanner = SwiftScanner(bytes: Array(text.utf8))
        return scanner.scan()
    }
}

/// Splits Swift source into code, comments and literals: as much of the lexical grammar as that needs.
private struct SwiftScanner {
    private enum Context {
        /// `openParentheses` counts those opened since an interpolation began.
        case code(openParentheses: Int)
        case string(quotes: Int, pounds: Int)
        case blockComment
    }

    private let bytes: [UInt8]
    private var position = 0
    private var stack: [Context] = [.code(openParentheses: 0)]
    private var code: [UInt8] = []
    private var comment: [UInt8] = []
    private var documentation: [UInt8] = []
    private var lines: [SwiftLine] = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func scan() -> [SwiftLine] {
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") {
                endLine()
                continue
            }
            switch stack[stack.count - 1] {
            case .code(let openParentheses): scanCode(openParentheses: openParentheses)
            case .string(let quotes, let pounds): scanString(quotes: quotes, pounds: pounds)
            case .blockComment: scanBlockComment()
            }
        }
        endLine()
        return lines
    }

    private mutating func endLine() {
        position += 1
        lines.append(
            SwiftLine(
                code: String(decoding: code, as: UTF8.self), comment: String(decoding: comment, as: UTF8.self),
                documentation: String(decoding: documentation, as: UTF8.self)))
        code.removeAll(keepingCapacity: true)
        comment.removeAll(keepingCapacity: true)
        documentation.removeAll(keepingCapacity: true)
        // A one-line string ends with its line even where its quote is missing.
        if case .string(quotes: 1, pounds: _) = stack[stack.count - 1] { stack.removeLast() }
    }

    private func follows(_ text: StaticString, at offset: Int = 0) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return bytes[min(position + offset, bytes.count)...].starts(with: wanted)
    }

    private func count(of byte: UInt8, from start: Int) -> Int {
        bytes[min(start, bytes.count)...].prefix { $0 == byte }.count
    }

    private mutating func scanCode(openParentheses: Int) {
        let byte = bytes[position]
        if follows("//") {
            takeLineComment()
            return
        }
        if follows("/*") {
            stack.append(.blockComment)
            position += 2
            return
        }
        let pounds = count(of: UInt8(ascii: "#"), from: position)
        if pounds < bytes.count - position, bytes[position + pounds] == UInt8(ascii: "\"") {
            let quotes = count(of: UInt8(ascii: "\""), from: position + pounds) >= 3 ? 3 : 1
            stack.append(.string(quotes: quotes, pounds: pounds))
            code.append(UInt8(ascii: "\""))
            position += pounds + quotes
            return
        }
        if let length = lengthOfRegularExpression(pounds: pounds) {
            code.append(contentsOf: repeatElement(UInt8(ascii: " "), count: length))
            position += length
            return
        }
        if byte == UInt8(ascii: "(") {
            stack[stack.count - 1] = .code(openParentheses: openParentheses + 1)
        } else if byte == UInt8(ascii: ")") {
            if openParentheses == 0, stack.count > 1 {
                stack.removeLast()
                position += 1
                return
            }
            stack[stack.count - 1] = .code(openParentheses: max(0, openParentheses - 1))
        }
        code.append(byte)
        position += 1
    }

    private mutating func takeLineComment() {
        let rest = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
        if follows("///") {
            documentation.append(contentsOf: rest.dropFirst(3))
        } else {
            comment.append(contentsOf: rest.dropFirst(2))
        }
        position += rest.count
    }

    private mutating func scanBlockComment() {
        if follows("*/") {
            stack.removeLast()
            position += 2
        } else if follows("/*") {
            stack.append(.blockComment)
            position += 2
        } else {
            comment.append(bytes[position])
            position += 1
        }
    }

    private mutating func scanString(quotes: Int, pounds: Int) {
        if bytes[position] == UInt8(ascii: "\\"), count(of: UInt8(ascii: "#"), from: position + 1) >= pounds {
            let escaped = position + 1 + pounds
            if escaped < bytes.count, bytes[escaped] == UInt8(ascii: "(") {
                stack.append(.code(openParentheses: 0))
                code.append(UInt8(ascii: " "))
                position = escaped + 1
            } else {
                // A line break after the backslash joins two lines of a string: it still ends a line of the file.
                let isLineBreak = escaped < bytes.count && bytes[escaped] == UInt8(ascii: "\n")
                position = isLineBreak ? escaped : escaped + 1
            }
            return
        }
        if count(of: UInt8(ascii: "\""), from: position) >= quotes,
            count(of: UInt8(ascii: "#"), from: position + quotes) >= pounds
        {
            stack.removeLast()
            code.append(UInt8(ascii: "\""))
            position += quotes + pounds
            return
        }
        code.append(UInt8(ascii: " "))
        position += 1
    }

    /// How long the regular-expression literal at the position is, or nil where a `/` divides.
    private func lengthOfRegularExpression(pounds: Int) -> Int? {
        var index = position + pounds
        guard index < bytes.count, bytes[index] == UInt8(ascii: "/") else { return nil }
        if pounds == 0 {
            // Without `#` the language asks for an operand's place before the slash and no space after it.
            let before = code.last { $0 != UInt8(ascii: " ") }
            if let before, !"(,=:[{&|?".utf8.contains(before) { return nil }
            guard index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: " ") else { return nil }
        }
        index += 1
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") {
            if bytes[index] == UInt8(ascii: "\\") {
                index += 2
            } else if bytes[index] == UInt8(ascii: "/"), count(of: UInt8(ascii: "#"), from: index + 1) >= pounds {
                return index + 1 + pounds - position
            } else {
                index += 1
            }
        }
        return nil
    }
}
