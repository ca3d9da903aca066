/// How a body is compressed on its way.
enum ContentCoding: String, Sendable {
    case gzip, zstd

    /// The best coding that `Accept-Encoding` (RFC 9110 section 12.5.3) allows; nil: none.
    init?(accepted header: String?) {
        guard let header else { return nil }
        var weights: [String: Double] = [:]
        for part in header.split(separator: ",") {
            let pieces = part.split(separator: ";")
            guard let name = pieces.first?.trimmingBlanks().lowercased() else { continue }
            let weight = pieces.dropFirst().lazy.compactMap { piece -> Double? in
                let piece = piece.trimmingBlanks().lowercased()
                return piece.hasPrefix("q=") ? Double(piece.dropFirst(2)) ?? 0 : nil
            }.first
            weights[name] = weight ?? 1
        }
        func weight(_ name: String) -> Double { weights[name] ?? weights["*"] ?? 0 }
        // Equal wishes: zstd, which is quicker at the same size.
        let (zstd, gzip) = (weight("zstd"), weight("gzip"))
        guard max(zstd, gzip) > 0 else { return nil }
        self = zstd >= gzip ? .zstd : .gzip
    }
}

extension Substring {
    fileprivate func trimmingBlanks() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
