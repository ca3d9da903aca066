import Foundation
import HearthCore
import HearthTesting
import Testing

@testable import HearthInference

@Suite struct WordPieceTokenizerTests {
    private func expectSame(_ tokenizer: WordPieceTokenizer, as fixture: JSONValue, limit: Int) {
        let cases = fixture["cases"]?.array ?? []
        #expect(cases.count > 10)
        for item in cases {
            let text = item["text"]?.string ?? ""
            let expected = item["ids"]?.array?.compactMap(\.int64).map { Int32($0) }
            #expect(tokenizer.encode(text, limit: limit) == expected, "\(text.prefix(60).debugDescription)")
        }
    }

    @Test(arguments: ["small-tokens", "cased-tokens"]) func agreesWithThePeerOnOwnVocabulary(_ name: String) throws {
        let fixture = try Fixture.read(name)
        let lowercases = try #require(fixture["lowercase"]?.bool)
        let pieces = try #require(fixture["pieces"]?.array).compactMap(\.string)
        let tokenizer = try WordPieceTokenizer(
            pieces: pieces, normalisation: BERTNormalisation(lowercases: lowercases, stripsAccents: lowercases),
            file: name)
        expectSame(tokenizer, as: fixture, limit: 32)
    }

    @Test(.enabled(if: InstalledModels.hasEmbedding, "the embedding model is not installed"))
    func agreesWithThePeerOnTheInstalledVocabulary() throws {
        let tokenizer = try WordPieceTokenizer(folder: InstalledModels.embedding)
        expectSame(tokenizer, as: try Fixture.read("all-minilm-l6-v2-tokens"), limit: 256)
    }

    @Test(.enabled(if: InstalledModels.hasEmbedding, "the embedding model is not installed"))
    func readsTokenizerJSONWhereThereIsNoVocabulary() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-tokenizer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(
            at: InstalledModels.embedding.appending(path: "tokenizer.json"),
            to: folder.appending(path: "tokenizer.json"))
        let tokenizer = try WordPieceTokenizer(folder: folder)
        expectSame(tokenizer, as: try Fixture.read("all-minilm-l6-v2-tokens"), limit: 256)
    }
}
