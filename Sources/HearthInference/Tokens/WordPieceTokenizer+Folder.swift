import Foundation
import HearthCore
import OrderedCollections

extension WordPieceTokenizer {
    /// Bytes of `vocab.txt` or `tokenizer.json`.
    static let largestFile = 64 << 20

    /// Reads the tokenizer of a model folder: `vocab.txt` with `tokenizer_config.json`, or `tokenizer.json`.
    init(folder: URL) throws {
        let whole = folder.appending(path: "tokenizer.json")
        let pieces = folder.appending(path: "vocab.txt")
        if FileManager.default.fileExists(atPath: pieces.path) {
            try self.init(vocabulary: pieces, configuration: folder.appending(path: "tokenizer_config.json"))
        } else if FileManager.default.fileExists(atPath: whole.path) {
            try self.init(tokenizerJSON: whole)
        } else {
            throw HearthError(
                .modelUnavailable, "\(folder.path) has neither vocab.txt nor tokenizer.json.",
                hint: "Copy one of them there from where the model came from.")
        }
    }

    private init(vocabulary file: URL, configuration: URL) throws {
        let text = try ModelText.read(file, limit: Self.largestFile)
        var pieces = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
        }
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        var normalisation = BERTNormalisation()
        if FileManager.default.fileExists(atPath: configuration.path) {
            let settings = try ModelText.json(configuration)
            normalisation = BERTNormalisation(
                lowercases: settings["do_lower_case"], stripsAccents: settings["strip_accents"],
                separatesChinese: settings["tokenize_chinese_chars"])
        }
        try self.init(pieces: pieces, normalisation: normalisation, file: file.path)
    }

    private init(tokenizerJSON file: URL) throws {
        let content = try ModelText.json(file, limit: Self.largestFile)
        func unsupported(_ what: String) -> HearthError {
            HearthError(
                .unsupportedModel, "\(file.path): \(what).", hint: "Hearth runs BERT models with WordPiece tokenizers.")
        }
        let model = content["model"]
        guard model?["type"]?.string ?? "WordPiece" == "WordPiece", let entries = model?["vocab"]?.object else {
            throw unsupported("its model is no WordPiece vocabulary")
        }
        guard model?["continuing_subword_prefix"]?.string ?? "##" == "##",
            model?["max_input_chars_per_word"]?.int64 ?? Int64(Self.longestWord) == Int64(Self.longestWord)
        else { throw unsupported("its pieces are cut by other rules than BERT's") }
        guard let normaliser = content["normalizer"], normaliser["type"]?.string == "BertNormalizer",
            content["pre_tokenizer"]?["type"]?.string == "BertPreTokenizer"
        else { throw unsupported("it prepares texts in another way than BERT") }
        var pieces = [String?](repeating: nil, count: entries.count)
        for (piece, id) in entries {
            guard let id = id.int64, pieces.indices.contains(Int(id)), pieces[Int(id)] == nil else {
                throw HearthError(.malformedModel, "\(file.path): the ids of its pieces are not 0, 1, 2 and so on.")
            }
            pieces[Int(id)] = piece
        }
        let special = content["added_tokens"]?.array?.compactMap { $0["content"]?.string }
        try self.init(
            pieces: pieces.compactMap { $0 },
            normalisation: BERTNormalisation(
                lowercases: normaliser["lowercase"], stripsAccents: normaliser["strip_accents"],
                separatesChinese: normaliser["handle_chinese_chars"]),
            special: special, file: file.path)
    }
}

extension BERTNormalisation {
    /// From settings that may be missing or null. Accents go where letters become small, unless said otherwise.
    init(lowercases: JSONValue?, stripsAccents: JSONValue?, separatesChinese: JSONValue?) {
        let lowers = lowercases?.bool ?? true
        self.init(
            lowercases: lowers, stripsAccents: stripsAccents?.bool ?? lowers,
            separatesChinese: separatesChinese?.bool ?? true)
    }
}
