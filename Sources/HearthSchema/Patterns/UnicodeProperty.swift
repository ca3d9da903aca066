/// The names that `\p{…}` takes in ECMA-262, turned into those of PCRE2.
enum UnicodeProperty {
    /// Nil for names that cannot be a property. Whether a script or binary property exists, PCRE2 decides.
    static func pcreName(_ name: String) -> String? {
        let parts = name.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy(isWord) else { return nil }
        switch parts.count {
        case 1:
            switch parts[0] {
            case "Any": return "Any"
            case "Assigned": return "^Cn"
            default: return categories[parts[0]] ?? parts[0]
            }
        case 2:
            switch parts[0] {
            case "General_Category", "gc": return categories[parts[1]] ?? (isCategory(parts[1]) ? parts[1] : nil)
            case "Script", "sc": return "sc:\(parts[1])"
            case "Script_Extensions", "scx": return "scx:\(parts[1])"
            default: return nil
            }
        default: return nil
        }
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") }
    }

    private static func isCategory(_ text: String) -> Bool { categories.values.contains(text) }

    /// Long names of general categories (Unicode, PropertyValueAliases.txt).
    private static let categories: [String: String] = [
        "Other": "C", "Control": "Cc", "cntrl": "Cc", "Format": "Cf", "Unassigned": "Cn", "Private_Use": "Co",
        "Surrogate": "Cs", "Letter": "L", "Cased_Letter": "L&", "LC": "L&", "Lowercase_Letter": "Ll",
        "Modifier_Letter": "Lm", "Other_Letter": "Lo", "Titlecase_Letter": "Lt", "Uppercase_Letter": "Lu", "Mark": "M",
        "Combining_Mark": "M", "Spacing_Mark": "Mc", "Enclosing_Mark": "Me", "Nonspacing_Mark": "Mn", "Number": "N",
        "Decimal_Number": "Nd", "digit": "Nd", "Letter_Number": "Nl", "Other_Number": "No", "Punctuation": "P",
        "punct": "P", "Connector_Punctuation": "Pc", "Dash_Punctuation": "Pd", "Close_Punctuation": "Pe",
        "Final_Punctuation": "Pf", "Initial_Punctuation": "Pi", "Other_Punctuation": "Po", "Open_Punctuation": "Ps",
        "Symbol": "S", "Currency_Symbol": "Sc", "Modifier_Symbol": "Sk", "Math_Symbol": "Sm", "Other_Symbol": "So",
        "Separator": "Z", "Line_Separator": "Zl", "Paragraph_Separator": "Zp", "Space_Separator": "Zs",
    ]
}
