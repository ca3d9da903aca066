import Foundation
import HearthCore
import HearthKnow
import HearthMedia
import HearthStore
import HearthTesting
import HearthVault
import Logging
import Testing

/// Files on their way through the real decoder into a library.
private struct Household {
    let folder: URL
    let blobs: BlobStore
    let store = KeepingStore()
    let decoder: DecoderClient
    let reader: FileReader

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "hearth-files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        blobs = try BlobStore(home: folder.path, ring: KeyRing(key: Array(0..<32)))
        decoder = DecoderClient(
            DecoderConfiguration(program: BuiltProgram.decoder, limit: 1),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        reader = FileReader(blobs: blobs, decoder: decoder, intake: DocumentIntake(store: store))
    }

    func close() async {
        await decoder.shutDown()
        try? FileManager.default.removeItem(at: folder)
    }

    func read(_ text: String, url: String? = nil, key: String? = nil) async throws -> FileReader.Report {
        let writer = try blobs.makeWriter()
        try writer.append(Array(text.utf8))
        var file = FileReader.File(
            person: UniqueID(high: 1, low: 1), blob: try writer.finish().sha256,
            timestamp: Timestamp(seconds: 1_700_000_000))
        file.url = url
        file.key = key
        return try await reader.read(file)
    }

    var titles: [String] { store.entries.map(\.document.title).sorted() }
}

struct FileReaderTests {
    private func mail(_ subject: String, _ body: String, id: String? = nil) -> String {
        "From a@b.c Mon May  6 07:08:09 2024\nFrom: a@b.c\nSubject: \(subject)\n"
            + "Message-ID: <\(id ?? subject + "@b.c")>\nContent-Type: text/plain; charset=utf-8\n\n\(body)\n\n"
    }

    /// Outlook on the web puts U+200B into an empty body.
    @Test func aMailThatHoldsNothingVisibleTakesNoOtherWithIt() async throws {
        let household = try Household()
        let nothing = mail("Two", "\u{200b}") + mail("", "\u{feff}\u{200b}", id: "3@b.c")
        let report = try await household.read(mail("One", "First.") + nothing + mail("Four", "Last."))
        #expect(report.documents.map(\.change) == [.inserted, .inserted, .inserted])
        #expect(household.titles == ["Four", "One", "Two"])
        #expect(household.store.entries.first { $0.document.title == "Two" }?.document.text == "Two")
        await household.close()
    }

    @Test func aNameThatIsTooLongForAKeyIsShortened() async throws {
        let household = try Household()
        let long = String(repeating: "x", count: 3000) + "@b.c"
        let mailbox = mail("One", "First.") + mail("Two", "Second.", id: long) + mail("Three", "Third.", id: long)
        let report = try await household.read(mailbox)
        #expect(report.documents.map(\.change) == [.inserted, .inserted, .inserted])
        #expect(household.titles == ["One", "Three", "Two"])
        // And it is the same name each time.
        #expect(try await household.read(mailbox).documents.map(\.change) == [.unchanged, .unchanged, .unchanged])
        await household.close()
    }

    /// Mails can be refused one by one, with what goes for all of them: here, the address is none of the web.
    @Test func whatIsRefusedIsSaid() async throws {
        let household = try Household()
        let failure = await #expect(throws: HearthError.self) {
            try await household.read(mail("One", "First."), url: "javascript:alert(1)")
        }
        #expect(failure?.code == .invalidValue)
        await household.close()
    }

    private func page(_ text: String, address: String) -> String {
        "<html><head><meta property='og:url' content='\(address)'></head><body><p>\(text)</p></body></html>"
    }

    @Test(arguments: ["https://example.org/", "/"]) func aPageReplacesNoOtherByNamingItsAddress(_ address: String)
        async throws
    {
        let household = try Household()
        let first = try await household.read(page("The boat left the harbour.", address: address))
        let second = try await household.read(page("Something else altogether.", address: address))
        let fetched = try await household.read(
            page("A page of somebody else.", address: "https://example.org/"), url: "https://example.com/page")
        #expect(
            (first.documents + second.documents + fetched.documents).map(\.change) == [.inserted, .inserted, .inserted])
        await household.close()
    }

    @Test func aPageOfItsOwnSiteIsKnownByTheAddressThatItNames() async throws {
        let household = try Household()
        let address = "https://example.org/boat"
        _ = try await household.read(page("The boat left.", address: address), url: address + "?from=news")
        let again = try await household.read(
            page("The boat came back.", address: address), url: "https://EXAMPLE.org/boat#top")
        #expect(again.documents.map(\.change) == [.newVersion])
        #expect(household.store.entries.map(\.document.source.key) == [address])
        await household.close()
    }
}
