import HearthCore

/// The pieces a tokenizer knows, found by their bytes: an open-addressing table over one block of text.
struct WordPieceVocabulary: Sendable {
    /// Pieces of a vocabulary; BERT's have about 30,000, multilingual ones 120,000.
    static let mostPieces = 1 << 20
    /// Bytes of one piece.
    static let longestPiece = 1024

    let count: Int
    private let block: [UInt8]
    /// Where each piece begins in `block`, and where the last ends; without the mark of a continuation.
    private let starts: [Int32]
    private let continues: [Bool]
    private let table: [Int32]

    /// Pieces in the order of their ids; those that go on within a word begin with `##`.
    init(pieces: [String], file: String) throws {
        guard !pieces.isEmpty, pieces.count <= Self.mostPieces else {
            throw HearthError(
                .malformedModel, "\(file) has \(pieces.count) pieces; 1 to \(Self.mostPieces) are possible.")
        }
        var block: [UInt8] = []
        var starts: [Int32] = []
        var continues: [Bool] = []
        for (id, piece) in pieces.enumerated() {
            let bytes = piece.utf8
            guard bytes.count <= Self.longestPiece else {
                throw HearthError(.malformedModel, "\(file): piece \(id) has more than \(Self.longestPiece) bytes.")
            }
            // By bytes: a mark that combines with the second # is no other character to a tokenizer.
            let isContinuation = bytes.count > 2 && bytes.starts(with: "##".utf8)
            starts.append(Int32(block.count))
            continues.append(isContinuation)
            block.append(contentsOf: isContinuation ? bytes.dropFirst(2) : bytes[...])
        }
        starts.append(Int32(block.count))
        var size = 1
        while size < pieces.count * 3 { size *= 2 }
        var table = [Int32](repeating: -1, count: size)
        for id in pieces.indices {
            let piece = block[Int(starts[id])..<Int(starts[id + 1])]
            var slot = piece.withUnsafeBytes { Self.hash($0, continues: continues[id]) } & (size - 1)
            while table[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            table[slot] = Int32(id)
        }
        count = pieces.count
        self.block = block
        self.starts = starts
        self.continues = continues
        self.table = table
    }

    /// The id of the piece with exactly these bytes, at the beginning of a word or within one.
    func id(of bytes: UnsafeRawBufferPointer, continues isContinuation: Bool) -> Int32? {
        var slot = Self.hash(bytes, continues: isContinuation) & (table.count - 1)
        while table[slot] >= 0 {
            let id = Int(table[slot])
            let range = Int(starts[id])..<Int(starts[id + 1])
            if range.count == bytes.count, continues[id] == isContinuation,
                block.withUnsafeBytes({ bytes.elementsEqual($0[range]) })
            {
                return table[slot]
            }
            slot = (slot + 1) & (table.count - 1)
        }
        return nil
    }

    /// FNV-1a
    private static func hash(_ bytes: UnsafeRawBufferPointer, continues: Bool) -> Int {
        var hash: UInt64 = continues ? 0x9e37_79b9_7f4a_7c15 : 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: (hash ^ hash >> 29) & 0x7fff_ffff_ffff_ffff)
    }
}
