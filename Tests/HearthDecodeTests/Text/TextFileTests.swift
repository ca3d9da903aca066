import HearthCore
import HearthMedia
import Testing

@testable import HearthDecode

struct TextFileTests {
    @Test func markdownTellsItsTitleDateTagsAndLinks() throws {
        let text = """
            ---
            title: "The Boat"
            date: 2024-05-06
            tags: [sea, "old things"]
            ---
            # Ignored

            See [[Harbour Wall#north|the wall]], [plan](notes/Plan%20B.md) and [site](https://example.org/a). <https://example.org/b>

            ```
            [[not a link]]
            ```
            """
        let document = try #require(try extract(Array(text.utf8), name: "x/boat.md").first)
        #expect(document.kind == "note")
        #expect(document.title == "The Boat")
        #expect(document.timestamp == Timestamp("2024-05-06T00:00:00Z"))
        #expect(document.metadata["tags"] == ["sea", "old things"])
        #expect(document.links == ["https://example.org/a", "https://example.org/b", "Harbour Wall", "Plan B"])
        #expect(document.text.hasPrefix("# Ignored"))
        #expect(try extract(Array("# Own title\n\nText.".utf8), name: "a.md").first?.title == "Own title")
        #expect(try extract(Array("---\n\nA rule.".utf8), name: "a.md").first?.text.contains("A rule.") == true)
    }

    @Test(
        arguments: [
            ([0xff, 0xfe, 0x68, 0, 0xe9, 0], "hé"), ([0xfe, 0xff, 0, 0x68, 0, 0xe9], "hé"),
            ([0xef, 0xbb, 0xbf, 0x68], "h"),
            ([0xff, 0xfe, 0, 0, 0x68, 0, 0, 0, 0xe9, 0, 0, 0], "hé"),
            ([0, 0, 0xfe, 0xff, 0, 0, 0, 0x68, 0, 0, 0, 0xe9], "hé"),
            ([0x68, 0xe9, 0x0a], "hé\n"), ([0x68, 0xc3, 0xa9], "hé"), ([0x93, 0x68, 0x94], "“h”"),
        ] as [([UInt8], String)])
    func charsets(_ bytes: [UInt8], _ text: String) throws { #expect(try extract(bytes).first?.text == text) }

    @Test(arguments: [
        "2024-05-06": "2024-05-06T00:00:00Z", "2024-05-06T07:08:09Z": "2024-05-06T07:08:09Z",
        "2024-05-06 07:08": "2024-05-06T07:08:00Z", "2024-05-06T07:08:09+0200": "2024-05-06T05:08:09Z",
        "2024/5/6": "2024-05-06T00:00:00Z",
    ])
    func looseDates(_ text: String, _ exact: String) { #expect(LooseDate.timestamp(text) == Timestamp(exact)) }

    @Test(arguments: ["", "yesterday", "2024-13-01", "2024-02-30", "06.05.2024"])
    func whatIsNoDateIsNone(_ text: String) { #expect(LooseDate.timestamp(text) == nil) }

    @Test func theContentDecidesWhatAFileIs() throws {
        let page = Array("<!-- x --><!DOCTYPE html><html><body><p>The boat left the harbour.</p></body></html>".utf8)
        #expect(try extract(page, mediaType: "text/plain", name: "a.txt").first?.kind == "page")
        let mail = Array("From: a@b.c\nTo: c@d.e\nSubject: S\nDate: now\n\nBody.".utf8)
        #expect(try extract(mail, mediaType: "application/pdf", name: "a.pdf").first?.kind == "mail")
        #expect(try extract(Array("Dear Ben: hello.\nBye.".utf8), name: "a.txt").first?.kind == "file")
    }

    @Test(
        arguments: [
            [0x50, 0x4b, 3, 4, 0, 0], [0x1f, 0x8b, 8, 0], [0x7f, 0x45, 0x4c, 0x46, 2], [0x89, 0x50, 0x4e, 0x47],
            [0, 1, 2, 3, 4, 5, 6, 7, 8],
        ] as [[UInt8]])
    func whatIsNoTextIsRefusedByName(_ bytes: [UInt8]) {
        let error = #expect(throws: HearthError.self) {
            try extract(bytes + [UInt8](repeating: 1, count: 200), name: "a.txt")
        }
        #expect(error?.code == .mediaUnsupported)
        #expect(error?.hint != nil)
    }

    @Test func damagedAndEncryptedPDFsAreRefused() {
        let damaged = #expect(throws: HearthError.self) { try extract(Array("%PDF-1.7\nnothing else".utf8)) }
        #expect(damaged?.code == .mediaDamaged)
    }

    @Test func aPDFOfManyPagesIsReadInPart() throws {
        let document = try #require(try extract(PDFFixture.pages(10_000), name: "long.pdf").first)
        #expect(document.kind == "pdf")
        #expect(document.text.hasPrefix("Page 1 of the log"))
        #expect(document.metadata["pages"] == 10_000)
        #expect(document.incomplete != nil)
        let short = try #require(try extract(PDFFixture.pages(3), name: "short.pdf").first)
        #expect(short.text == "Page 1 of the log.\n\nPage 2 of the log.\n\nPage 3 of the log.")
        #expect(short.title == "Log" && short.incomplete == nil)
    }
}

/// A small PDF made here.
enum PDFFixture {
    static func pages(_ count: Int) -> [UInt8] {
        var body = "%PDF-1.4\n"
        var offsets: [Int] = []
        func object(_ content: String) {
            offsets.append(body.utf8.count)
            body += "\(offsets.count) 0 obj\n\(content)\nendobj\n"
        }
        object("<< /Type /Catalog /Pages 2 0 R >>")
        let kids = (0..<count).map { "\(5 + 2 * $0) 0 R" }.joined(separator: " ")
        object("<< /Type /Pages /Count \(count) /Kids [\(kids)] >>")
        object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
        object("<< /Title (Log) >>")
        for page in 0..<count {
            object(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents \(6 + 2 * page) 0 R /Resources << /Font << /F 3 0 R >> >> >>"
            )
            let stream = "BT /F 12 Tf 20 200 Td (Page \(page + 1) of the log.) Tj ET"
            object("<< /Length \(stream.utf8.count) >>\nstream\n\(stream)\nendstream")
        }
        let start = body.utf8.count
        body += "xref\n0 \(offsets.count + 1)\n0000000000 65535 f \n"
        for offset in offsets {
            let digits = String(offset)
            body += String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
        }
        body += "trailer\n<< /Size \(offsets.count + 1) /Root 1 0 R /Info 4 0 R >>\nstartxref\n\(start)\n%%EOF\n"
        return Array(body.utf8)
    }
}
