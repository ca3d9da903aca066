import Foundation
import HearthCore
import Testing

@testable import HearthCommands

/// `hearth add` against a whole server: what counts when contents come again, go back, or claim to be others.
@Suite struct AddingTests {
    private static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private static func mail(from sender: String, _ text: String) -> String {
        """
        From: \(sender)\r
        To: mira@example.org\r
        Subject: Rent\r
        Date: Thu, 02 Apr 2026 10:00:00 +0000\r
        Message-ID: <rent-1@example.org>\r
        \r
        \(text)\r

        """
    }

    /// Has a processor work everything again, and waits until it has.
    private static func runAgain(_ processor: String, _ hearth: RunningHearth) async throws {
        let begun = try await hearth.hearth("processors", "run", processor, "--from", "2000-01-01", "--json")
        #expect(begun.status == .success, "\(begun.errors)")
        while true {
            let list = try await hearth.hearth("processors", "--json").json
            let found = try #require(list.array?.first { $0["name"]?.string == processor })
            if found["lag"]?.int64 == 0 { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func aFileThatWentBackStaysAsItIsWhenItIsReadAgain() async throws {
        try await TemporaryFolder.useWaiting { folder in
            try await RunningHearth.use { hearth in
                let path = folder + "/plan.md"
                for text in ["The boat leaves at nine.", "The boat leaves at ten.", "The boat leaves at nine."] {
                    try Self.write(text, to: path)
                    let added = try await hearth.hearth("add", path, "--json").json
                    #expect(added["added"] == 1, "\(added.text)")
                }
                let before = try await hearth.hearth("documents", "--json").json
                #expect(before.array?.first?["version"] == 3)
                try await Self.runAgain("read-files", hearth)
                let after = try await hearth.hearth("documents", "--json").json
                #expect(after == before)
                let id = try #require(after.array?.first?["id"]?.string)
                #expect(
                    try await hearth.hearth("documents", "show", id, "--json").json["text"]
                        == "The boat leaves at nine.")
                // What was forgotten is not brought back by its reading, but by the person.
                _ = try await hearth.hearth("documents", "forget", id)
                try await Self.runAgain("read-files", hearth)
                #expect(try await hearth.hearth("documents", "--json").json.array?.isEmpty == true)
                let known = try await hearth.hearth("add", path, "--json").json
                #expect(known["already_there"] == 0 && known["sent_before"] == 1)
                #expect(try await hearth.hearth("add", path, "--again", "--json").json["added"] == 1)
                #expect(try await hearth.hearth("documents", "--json").json.array?.count == 1)
            }
        }
    }

    @Test(arguments: ["ftp://example.org/a.txt", "file:///etc/hostname"])
    func addressesThatAreNotFetchedAreNamed(_ address: String) async throws {
        try await TemporaryFolder.useWaiting { folder in
            let ending = try await RunningHearth.hearth(["add", address], environment: ["HEARTH_HOME": folder])
            #expect(ending.status == .usage)
            #expect(ending.errors.contains("http and https"), "\(ending.errors)")
        }
    }

    @Test func aRenamedTextStaysOneDocument() async throws {
        try await TemporaryFolder.useWaiting { folder in
            try await RunningHearth.use { hearth in
                try Self.write("The boat is at berth fourteen.", to: folder + "/boat.md")
                _ = try await hearth.hearth("add", folder)
                try FileManager.default.moveItem(atPath: folder + "/boat.md", toPath: folder + "/ship.md")
                _ = try await hearth.hearth("add", folder)
                try Self.write("The boat is at berth fourteen.", to: folder + "/copy.md")
                _ = try await hearth.hearth("add", folder)
                #expect(try await hearth.hearth("documents", "--json").json.array?.count == 1)
            }
        }
    }

    @Test func aMailCannotReplaceAnother() async throws {
        try await TemporaryFolder.useWaiting { folder in
            try await RunningHearth.use { hearth in
                try Self.write(Self.mail(from: "landlord@example.org", "The rent is 900 euros."), to: folder + "/1.eml")
                try Self.write(Self.mail(from: "mallory@example.com", "Pay to Mallory."), to: folder + "/2.eml")
                let added = try await hearth.hearth("add", folder, "--json").json
                #expect(added["added"] == 2, "\(added.text)")
                let documents = try #require(try await hearth.hearth("documents", "--json").json.array)
                #expect(documents.count == 2)
                #expect(documents.allSatisfy { $0["version"] == 1 })
                let answer = try await hearth.hearth("search", "rent euros", "--json").json
                #expect(answer["hits"]?.array?.first?["text"]?.string?.contains("900") == true, "\(answer.text)")
            }
        }
    }

    /// The processor of files hears of a file while the request still reads it.
    @Test func aNewFileIsSaidToBeNew() async throws {
        try await TemporaryFolder.useWaiting { folder in
            try await RunningHearth.use { hearth in
                for number in 0..<40 { try Self.write("Note number \(number).", to: folder + "/\(number).txt") }
                let added = try await hearth.hearth("add", folder, "--json").json
                #expect(added["added"] == 40, "\(added.text)")
            }
        }
    }
}
