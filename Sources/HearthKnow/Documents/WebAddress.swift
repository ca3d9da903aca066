/// Addresses under which a document can be opened. They become links that a person follows, so that only those of the web
/// are any: `javascript:`, `data:` and `file:` would run or open something here.
package enum WebAddress {
    /// What is said of an address that is none.
    package static let rule = "is an absolute address of the web, as in https://example.org/page"

    /// Whether `text` is an absolute `http` or `https` URL with a host (RFC 3986; letters beyond ASCII may stand as they are).
    package static func isValid(_ text: String) -> Bool { host(of: text) != nil }

    /// Its host in small letters; nil for what is no address of the web.
    static func host(of text: String) -> String? {
        guard let colon = text.firstIndex(of: ":"), ["http", "https"].contains(text[..<colon].lowercased()),
            text[colon...].hasPrefix("://")
        else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value != 0x7f && !(0x80...0x9f).contains(scalar.value)
                && !scalar.properties.isWhitespace && !"\"<>\\".unicodeScalars.contains(scalar)
        }
        guard isPlain else { return nil }
        let authority = text[colon...].dropFirst(3).prefix { !"/?#".contains($0) }
        let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let host = place.hasPrefix("[") ? place.prefix { $0 != "]" }.dropFirst() : place.prefix { $0 != ":" }
        return host.isEmpty ? nil : host.lowercased()
    }
}
