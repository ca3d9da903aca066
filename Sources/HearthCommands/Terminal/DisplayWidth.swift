/// Columns that text takes on a terminal.
enum DisplayWidth {
    static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

    /// East Asian wide characters and emoji take two columns, control characters none.
    static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.value < 0x20 || first.value == 0x7f { return 0 }
        if first.value < 0x300 { return 1 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        let isWide =
            switch first.value {
            case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
                0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f,
                0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
                true
            default: character.unicodeScalars.contains { $0.value == 0xfe0f }
            }
        return isWide ? 2 : 1
    }

    /// The text, or its beginning and `…` when it is wider than `width`.
    static func fit(_ text: String, _ width: Int) -> String {
        guard of(text) > width else { return text }
        var taken = ""
        var used = 0
        for character in text {
            let next = of(character)
            if used + next > width - 1 { break }
            taken.append(character)
            used += next
        }
        return taken + "…"
    }

    /// Without what could move the cursor: texts of devices must not paint on a terminal.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }) else {
            return text
        }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) ? "·" : $0 }))
    }
}
