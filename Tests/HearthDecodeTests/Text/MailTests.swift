import Foundation
import HearthCore
import HearthMedia
import HearthTesting
import Testing

@testable import HearthDecode

struct MailTests {
    private let mail = """
        From: =?utf-8?q?Ad=C3=A1_King?= <ada@example.org>
        To: Ben <ben@example.org>
        Subject: =?utf-8?b?RGFzIEJvb3Qg4piA?=
        Date: Mon, 06 May 2024 07:08:09 +0200
        Message-ID: <two@example.org>
        In-Reply-To: <one@example.org>
        References: <zero@example.org> <one@example.org>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="x"

        --x
        Content-Type: multipart/alternative; boundary="y"

        --y
        Content-Type: text/plain; charset=iso-8859-1
        Content-Transfer-Encoding: quoted-printable

        The boat is gr=FCn.

        On Sunday Ben wrote:
        > Which colour
        > is the boat?

        --=20
        Ada

        --y
        Content-Type: text/html

        <p>The boat is <b>green</b>.</p>
        --y--
        --x
        Content-Type: application/pdf; name="plan.pdf"
        Content-Disposition: attachment; filename="plan.pdf"
        Content-Transfer-Encoding: base64

        aGVsbG8=
        --x--

        """

    @Test func aMailIsReadInFull() throws {
        let document = try #require(try extract(Array(mail.utf8)).first)
        #expect(document.kind == "mail")
        #expect(document.title == "Das Boot ☀")
        #expect(document.key == "two@example.org")
        #expect(document.timestamp == Timestamp("2024-05-06T05:08:09Z"))
        #expect(document.metadata["from"]?.string?.contains("Adá King") == true)
        #expect(document.metadata["to"] == "Ben <ben@example.org>")
        #expect(document.links == ["zero@example.org", "one@example.org"])
        #expect(
            document.text == "The boat is grün.\n\nOn Sunday Ben wrote:\n> Which colour\n> is the boat?\n\n--\nAda")
        #expect(document.metadata["quoted_lines"] == [[3, 5]])
        #expect(document.metadata["signature_line"] == 7)
        #expect(
            document.metadata["attachments"] == [["name": "plan.pdf", "media_type": "application/pdf", "bytes": 5]])
    }

    @Test func aMailWithoutPlainTextIsReadFromItsPage() throws {
        let text =
            "From: a@b.c\nSubject: S\nDate: x\nContent-Type: text/html; charset=utf-8\n\n<html><body><p>One.</p><p>Two.</p></body></html>"
        #expect(try extract(Array(text.utf8)).first?.text == "One.\n\nTwo.")
    }

    @Test func aMailInsideAMailIsRead() throws {
        let text = """
            From: a@b.c
            Subject: Outer
            Message-ID: <o@b.c>
            Content-Type: multipart/mixed; boundary=x

            --x

            See below.
            --x
            Content-Type: message/rfc822

            From: Inner <i@b.c>
            Subject: Inside

            The inner text.
            --x--
            """
        let document = try #require(try extract(Array(text.utf8)).first)
        #expect(document.text == "See below.\n\nFrom: Inner <i@b.c>\nSubject: Inside\n\nThe inner text.")
    }

    @Test func aMailboxIsReadMailByMail() throws {
        let one = "From: a@b.c\nSubject: One\nMessage-ID: <1@b.c>\n\nFirst.\n\n>From the start.\n"
        let two = "From: a@b.c\nSubject: Two\nMessage-ID: <2@b.c>\n\nSecond.\nFrom here on.\n"
        let line = "From a@b.c Mon May  6 07:08:09 2024\n"
        let documents = try extract(Array((line + one + "\n" + line + two).utf8))
        #expect(documents.map(\.title) == ["One", "Two"])
        #expect(documents.map(\.text) == ["First.\n\nFrom the start.", "Second.\nFrom here on."])
    }

    @Test func aMailThatCannotBeReadTakesNoOtherWithIt() throws {
        let line = "From a@b.c Mon May  6 07:08:09 2024\n"
        let good = "From: a@b.c\nSubject: Good\n\nText.\n\n"
        // Nothing but an empty line behind its separator.
        let documents = try extract(Array((line + good + line + "\n" + line + good).utf8))
        #expect(documents.map(\.title) == ["Good", "Good"])
    }

    /// The text of an attachment that unpacks to a thousand times its size is never unpacked.
    @Test func packedAttachmentsAreOnlyListed() throws {
        let bomb = Base64.encode([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0, count: 3000))
        let text = """
            From: a@b.c
            Subject: Bomb
            Content-Type: multipart/mixed; boundary=x

            --x

            See the attachment.
            --x
            Content-Type: application/gzip; name="a.gz"
            Content-Disposition: attachment; filename="a.gz"
            Content-Transfer-Encoding: base64

            \(bomb)
            --x--
            """
        let document = try #require(try extract(Array(text.utf8)).first)
        #expect(document.text == "See the attachment.")
        #expect(document.metadata["attachments"]?[0]?["bytes"] == 3010)
    }

    @Test func aLongMailboxIsReadInPart() throws {
        let mail = "From a@b.c Mon May  6 07:08:09 2024\nFrom: a@b.c\nSubject: S\n\nText.\n\n"
        let bytes = Array(String(repeating: mail, count: 5).utf8)
        func read(limit: Int) throws -> [ExtractedDocument] {
            var documents: [ExtractedDocument] = []
            try bytes.withUnsafeBytes {
                try MailExtraction.mailbox($0, ExtractOptions(), limit: limit) { documents.append($0) }
            }
            return documents
        }
        let some = try read(limit: 3)
        #expect(some.count == 3)
        #expect(some.map { $0.incomplete == nil } == [true, true, false])
        #expect(try read(limit: 5).allSatisfy { $0.incomplete == nil })
    }

    @Test func nestingAndPartsAreBounded() throws {
        var text = "From: a@b.c\nSubject: Deep\nMessage-ID: <d@b.c>\n"
        for level in 0..<500 { text += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n" }
        text += "Content-Type: text/plain\n\nBottom."
        let deep = try #require(try extract(Array(text.utf8)).first)
        #expect(deep.incomplete != nil)
        for kind in ["multipart/mixed; boundary=b", "message/rfc822", "multipart/digest;\n boundary=b"] {
            var deepest = "From: a@b.c\nSubject: Deepest\nMessage-ID: <e@b.c>\n"
            for level in 0..<100_000 {
                deepest += "CONTENT-Type: \(kind)"
                deepest += kind.hasSuffix("boundary=b") ? "\(level)\n\n--b\(level)\n" : "\n\n"
            }
            let cut = try #require(try extract(Array(deepest.utf8)).first, "\(kind)")
            #expect(cut.title == "Deepest" && cut.incomplete != nil, "\(kind)")
        }
        var wide = "From: a@b.c\nSubject: Wide\nMessage-ID: <w@b.c>\nContent-Type: multipart/mixed; boundary=b\n\n"
        for part in 0..<5000 { wide += "--b\n\nPart \(part).\n" }
        let many = try #require(try extract(Array(wide.utf8)).first)
        #expect(many.incomplete != nil && many.text.contains("Part 900."))
    }

    private static let collection = "mail-parser-eml/resources/eml"

    /// Whatever a file holds, it becomes a document or a precise error.
    @Test(.enabled(if: TestData.has(collection)))
    func damagedMailsNeverStopTheReader() throws {
        var read = 0
        var count = 0
        for folder in try TestData.names(in: Self.collection) where !folder.hasPrefix(".") {
            for file in try TestData.names(in: "\(Self.collection)/\(folder)") where file.hasSuffix(".eml") {
                count += 1
                do {
                    let found = try extract(
                        TestData.bytes("\(Self.collection)/\(folder)/\(file)"), mediaType: "message/rfc822", name: file)
                    if found.allSatisfy({ !$0.title.isEmpty || !$0.text.isEmpty }) { read += 1 }
                } catch let error as HearthError {
                    #expect([.mediaUnsupported, .mediaDamaged].contains(error.code), "\(folder)/\(file): \(error)")
                }
            }
        }
        #expect(count > 50)
        #expect(read * 10 >= count * 9, "\(read) of \(count)")
    }

    /// Subjects as another parser's collection expects them.
    @Test(.enabled(if: TestData.has("\(collection)/rfc")))
    func subjectsAreAsExpected() throws {
        var right = 0
        var count = 0
        for folder in ["rfc", "thirdparty", "legacy"] where TestData.has("\(Self.collection)/\(folder)") {
            for file in try TestData.names(in: "\(Self.collection)/\(folder)") where file.hasSuffix(".eml") {
                let path = "\(Self.collection)/\(folder)/\(file.dropLast(4)).json"
                guard TestData.has(path) else { continue }
                let json = try JSONSerialization.jsonObject(with: Data(TestData.bytes(path))) as? [String: Any]
                let part = (json?["parts"] as? [[String: Any]])?.first
                let headers = part?["headers"] as? [[String: Any]] ?? []
                let subject = headers.last { ($0["name"] as? String) == "subject" }.flatMap {
                    ($0["value"] as? [String: Any])?["Text"] as? String
                }
                guard let subject, !subject.isEmpty else { continue }
                count += 1
                let found = try? extract(
                    TestData.bytes("\(Self.collection)/\(folder)/\(file)"), mediaType: "message/rfc822"
                ).first?.title
                if found == subject.split(whereSeparator: \.isWhitespace).joined(separator: " ") { right += 1 }
            }
        }
        #expect(count > 20)
        #expect(right * 100 >= count * 90, "\(right) of \(count)")
    }
}
