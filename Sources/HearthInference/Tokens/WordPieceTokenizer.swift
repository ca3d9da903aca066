import HearthCore

/// BERT's tokenizer: words, and of each word the longest pieces the vocabulary has, from left to right.
struct WordPieceTokenizer: Sendable {
    /// Characters of a word above which it is unknown as a whole.
    static let longestWord = 100

    let vocabulary: WordPieceVocabulary
    let normalisation: BERTNormalisation
    let unknown: Int32
    /// Stands at the beginning and the end of every text.
    let first: Int32
    let last: Int32
    /// Pieces that are themselves wherever a text writes them out, such as `[MASK]`.
    private let special: [(text: String, id: Int32)]

    /// `pieces` in the order of their ids.
    init(pieces: [String], normalisation: BERTNormalisation, special: [String]? = nil, file: String) throws {
        vocabulary = try WordPieceVocabulary(pieces: pieces, file: file)
        self.normalisation = normalisation
        var ids: [String: Int32] = [:]
        let wanted = special ?? ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        for (id, piece) in pieces.enumerated() where wanted.contains(piece) { ids[piece] = Int32(id) }
        func required(_ piece: String) throws -> Int32 {
            guard let id = ids[piece] else {
                throw HearthError(.unsupportedModel, "\(file) has no \(piece): it is no vocabulary of a BERT model.")
            }
            return id
        }
        unknown = try required("[UNK]")
        first = try required("[CLS]")
        last = try required("[SEP]")
        self.special = ids.map { (text: $0.key, id: $0.value) }.sorted { $0.id < $1.id }
    }

    /// The ids of a text, with the marks of its beginning and end; at most `limit` of them, which must be 2 or more.
    func encode(_ text: String, limit: Int) -> [Int32] {
        precondition(limit >= 2)
        var ids = [first]
        var rest = text[...]
        while let (range, id) = nextSpecial(in: rest) {
            append(rest[..<range.lowerBound], to: &ids, limit: limit - 1)
            guard ids.count < limit - 1 else { break }
            ids.append(id)
            rest = rest[range.upperBound...]
        }
        append(rest, to: &ids, limit: limit - 1)
        ids.append(last)
        return ids
    }

    private func nextSpecial(in text: Substring) -> (Range<Substring.Index>, Int32)? {
        var from = text.startIndex
        while let bracket = text.utf8[from...].firstIndex(of: UInt8(ascii: "[")) {
            let tail = text[bracket...]
            for (piece, id) in special where tail.utf8.starts(with: piece.utf8) {
                return (bracket..<text.utf8.index(bracket, offsetBy: piece.utf8.count), id)
            }
            from = text.utf8.index(after: bracket)
        }
        return nil
    }

    /// Appends the pieces of a text without special pieces, until there are `limit` ids.
    private func append(_ text: Substring, to ids: inout [Int32], limit: Int) {
        var words = BERTWords(text, normalisation: normalisation)
        var buffer: [UInt8] = []
        while ids.count < limit, words.nextStretch(into: &buffer) {
            buffer.withUnsafeBytes { bytes in
                var at = 0
                while at < bytes.count, ids.count < limit {
                    guard bytes[at] != 32 else {
                        at += 1
                        continue
                    }
                    var end = at + 1
                    while end < bytes.count, bytes[end] != 32 { end += 1 }
                    appendPieces(of: UnsafeRawBufferPointer(rebasing: bytes[at..<end]), to: &ids)
                    at = end
                }
            }
        }
        if ids.count > limit { ids.removeLast(ids.count - limit) }
    }

    private func appendPieces(of word: UnsafeRawBufferPointer, to ids: inout [Int32]) {
        let begun = ids.count
        let characters = word.count { $0 & 0xc0 != 0x80 }
        guard characters <= Self.longestWord else {
            ids.append(unknown)
            return
        }
        var start = 0
        while start < word.count {
            var end = word.count
            var piece: Int32?
            while end > start {
                piece = vocabulary.id(
                    of: UnsafeRawBufferPointer(rebasing: word[start..<end]), continues: start > 0)
                if piece != nil { break }
                end -= 1
                // Pieces end where characters do.
                while end > start, word[end] & 0xc0 == 0x80 { end -= 1 }
            }
            guard let piece else {
                ids.removeLast(ids.count - begun)
                ids.append(unknown)
                return
            }
            ids.append(piece)
            start = end
        }
    }
}
