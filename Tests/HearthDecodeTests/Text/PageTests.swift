import CZlib
import Foundation
import HearthCore
import HearthMedia
import HearthTesting
import Testing

@testable import HearthDecode

struct PageTests {
    private static let benchmark = "article-extraction-benchmark"

    /// Choices were made on the pages whose id begins with an even byte; the others were only measured.
    @Test(.enabled(if: TestData.has(benchmark)))
    func articlesAreFoundOnPagesOfTheBenchmark() throws {
        let data = Data(try TestData.bytes("\(Self.benchmark)/ground-truth.json"))
        let truth = try #require(try JSONSerialization.jsonObject(with: data) as? [String: [String: String]])
        var chosen: [(truth: String, found: String)] = []
        var held: [(truth: String, found: String)] = []
        for (id, page) in truth {
            let bytes = try gunzip(TestData.bytes("\(Self.benchmark)/html/\(id).html.gz"))
            let found = try extract(bytes).first?.text ?? ""
            let isEven = (UInt8(id.prefix(2), radix: 16) ?? 0) % 2 == 0
            if isEven {
                chosen.append((page["articleBody"] ?? "", found))
            } else {
                held.append((page["articleBody"] ?? "", found))
            }
        }
        let all = ArticleScore(chosen + held)
        #expect(chosen.count == 50 && held.count == 41)
        #expect(all.f1 >= 0.955, "all pages: precision \(all.precision), recall \(all.recall), F1 \(all.f1)")
        #expect(ArticleScore(held).f1 >= 0.945, "held out: F1 \(ArticleScore(held).f1)")
    }

    @Test func aPageSaysWhatItIs() throws {
        let page = """
            <!doctype html><html lang="en-GB"><head><title>The Boat | Harbour News</title>
            <meta property="og:title" content="The Boat"><link rel="canonical" href="https://example.org/news/boat">
            <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":["NewsArticle"],
            "datePublished":"2024-05-06T07:08:09+02:00","author":[{"@type":"Person","name":"Ada King"}]}]}</script></head>
            <body><nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>The Boat</h1>
            <p>The boat left the harbour at nine, and <a href="../wall#top">nobody</a> was there to see it, which was sad.</p>
            <ul><li>One sail, which was red and rather old.</li><li>Two oars, which were lost in the storm.</li></ul>
            <table><tr><th>Part</th><th>Price</th></tr><tr><td>Sail</td><td>20</td></tr></table>
            <pre>let a = 1
              let b = 2</pre>
            <p>It came back in the evening, when the sun was low and the water still.</p></article>
            <div class="related-stories"><p>More stories that you may like, and that are long enough to count here.</p></div>
            <div style="display: none">Hidden words that nobody reads, and that are long enough to count.</div>
            <footer>Copyright</footer></body></html>
            """
        let document = try #require(try extract(Array(page.utf8)).first)
        #expect(document.kind == "page")
        #expect(document.title == "The Boat")
        #expect(document.language == "en")
        #expect(document.key == "https://example.org/news/boat")
        #expect(document.timestamp == Timestamp("2024-05-06T05:08:09Z"))
        #expect(document.metadata["author"] == "Ada King")
        #expect(document.links == ["https://example.org/wall"])
        #expect(
            document.text == """
                The boat left the harbour at nine, and nobody was there to see it, which was sad.

                - One sail, which was red and rather old.
                - Two oars, which were lost in the storm.

                Part | Price
                Sail | 20

                let a = 1
                  let b = 2

                It came back in the evening, when the sun was low and the water still.
                """)
        #expect(document.incomplete == nil)
    }

    @Test(arguments: [
        ("iso-8859-1", [0xfc] as [UInt8], "ü"), ("windows-1251", [0xe4, 0xe0], "да"), ("shift_jis", [0x93, 0xfa], "日"),
    ])
    func charsetsAreReadFromThePage(_ name: String, _ bytes: [UInt8], _ text: String) throws {
        let page =
            Array("<html><head><meta charset=\"\(name)\"></head><body><p>Before ".utf8) + bytes
            + Array(" after.</p></body></html>".utf8)
        #expect(try extract(page).first?.text == "Before \(text) after.")
    }

    @Test(arguments: [
        "<b>", "<div>", "<ul><li>", "<table><tr><td>", "<a href=x>", "<p>", "</i>", "<script>", "<!--", "<svg><b>",
    ])
    func aMillionTagsAreBounded(_ tags: String) throws {
        let page = "<html><body><p>The boat left the harbour at nine.</p>" + String(repeating: tags, count: 1_000_000)
        let document = try #require(try extract(Array(page.utf8)).first)
        #expect(document.text.hasPrefix("The boat left the harbour at nine."))
        if ["<b>", "<div>", "<table><tr><td>"].contains(tags) { #expect(document.incomplete != nil) }
    }

    /// What lies below a million elements is text all the same; only their structure is not kept.
    @Test(arguments: ["div", "span", "unknown"])
    func textBelowAMillionElementsIsKept(_ name: String) throws {
        let count = 1_000_000
        let page =
            "<html><body>" + String(repeating: "<\(name)>", count: count)
            + "<div>The boat left the harbour at nine.</div><script>run()</script><div>It came back.</div>"
            + String(repeating: "</\(name)>", count: count)
            + "<p>Everybody was wet, and happy all the same.</p></body></html>"
        let document = try #require(try extract(Array(page.utf8)).first)
        #expect(document.text.contains("The boat left the harbour at nine. It came back."))
        #expect(document.text.contains("Everybody was wet, and happy all the same."))
        #expect(!document.text.contains("run()"))
        #expect(document.incomplete?.contains("nested deeper") == true)
    }

    /// The parser compares each attribute of an element with all before it.
    @Test func anElementOfManyAttributesIsReadWithSome() throws {
        let many = (0..<500_000).map { "a\($0)=\"1\"" }.joined(separator: " ")
        let page =
            "<html><body><p id='x' \(many)>The boat left the harbour at nine.</p><p>It came back.</p></body></html>"
        let document = try #require(try extract(Array(page.utf8)).first)
        #expect(document.text.contains("The boat left the harbour at nine."))
        #expect(document.incomplete?.contains("attributes") == true)
    }

    @Test func whatOnlyLooksLikeAttributesIsLeftAlone() {
        let words = String(repeating: " word", count: HTMLTree.maximumAttributes + 44)
        for text in [
            "<!-- <p\(words)> -->", "<script>if (a <b\(words)) {}</script>", "a < b\(words)", "<p>\(words)</p>",
            "<a href=/x\(String(repeating: "/y", count: 999))>", "<a title = \"\(words)>\" class = 'x'>",
            "<p\(String(repeating: " a=1", count: HTMLTree.maximumAttributes))>",
        ] {
            var page = Array(text.utf8)
            #expect(!HTMLAttributes.trim(&page), "\(text.prefix(20))")
            #expect(page == Array(text.utf8))
        }
        var page = Array("<p\(words) title='>' class=\"a > b\">Text</p>".utf8)
        #expect(HTMLAttributes.trim(&page))
        #expect(String(decoding: page, as: UTF8.self).hasSuffix(" >Text</p>"))
    }

    @Test func aPageThatTakesTooLongIsCutOff() {
        let page = Array(("<p>One.</p>" + String(repeating: "<div>", count: 100_000)).utf8)
        let tree = page.withUnsafeBufferPointer { HTMLReader.read($0, timeLimit: .zero) }
        #expect(tree.isCutOff && tree.doubt != nil)
        #expect(!page.withUnsafeBufferPointer { HTMLReader.read($0) }.isCutOff)
    }

    @Test func everyPageHasASafeEnd() throws {
        let seed = Array(
            "<html><head><title>T</title></head><body><article><p>The boat left, and it was good.</p><table><tr><td>a<td>b</table></article>"
                .utf8)
        for round in 0..<300 {
            var random = SplitMix64(seed: UInt64(round))
            var bytes = seed
            for _ in 0..<8 {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(contentsOf: seed[..<Int.random(in: 0..<seed.count, using: &random)], at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + 9))
                }
                if bytes.isEmpty { bytes = seed }
            }
            do {
                for document in try extract(bytes, name: "a.html") { #expect(!document.text.isEmpty) }
            } catch let error as HearthError {
                #expect(error.code == .mediaUnsupported || error.code == .mediaDamaged, "round \(round): \(error)")
            }
        }
    }

    private func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
        var stream = z_stream()
        try #require(inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { inflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: 16 << 20)
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                _ = inflate(&stream, Z_FINISH)
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output[..<count])
    }
}

func extract(_ bytes: [UInt8], mediaType: String? = nil, name: String? = nil) throws -> [ExtractedDocument] {
    var documents: [ExtractedDocument] = []
    let input = try InputBytes(bytes)
    try TextExtraction.extract(input, ExtractOptions(mediaType: mediaType, name: name)) { documents.append($0) }
    return documents
}
