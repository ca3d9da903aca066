import Foundation
import HTTPTypes
import HearthCore
import Testing

@testable import HearthServer

@Suite struct HTTPStatusTableTests {
    /// Modules whose failures can reach a caller of the server.
    private static let modules = [
        "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthStoreSQLite", "HearthIngest",
        "HearthMedia", "HearthPipeline", "HearthFetch", "HearthNotify", "HearthServer",
    ]

    @Test func everyCodeHasItsStatus() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        var declared: Set<String> = []
        for module in Self.modules {
            let folder = root.appending(path: "Sources/\(module)")
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                let text = try String(contentsOf: file, encoding: .utf8)
                for match in text.matches(of: /(?:package|public) static let \w+ = ErrorCode\("([a-z-]+)"\)/) {
                    declared.insert(String(match.1))
                }
            }
        }
        #expect(declared.count > 20)
        let known = Set(HTTPStatusTable.statuses.keys.map(\.text))
        #expect(declared.subtracting(known).sorted() == [])
        #expect(known.subtracting(declared).sorted() == [])
    }

    @Test func aCodeFromElsewhereIsJudgedByItsDisposition() {
        let code = ErrorCode("from-elsewhere")
        #expect(HTTPStatusTable.status(for: HearthError(code, "a")).code == 400)
        #expect(HTTPStatusTable.status(for: HearthError(code, "a", disposition: .retry)).code == 503)
        #expect(HTTPStatusTable.status(for: HearthError(code, "a", disposition: .defect)).code == 500)
    }

    @Test func onlyOurOwnFaultsAreServerErrors() {
        for (code, status) in HTTPStatusTable.statuses {
            #expect((400..<600).contains(status.code), "\(code)")
            #expect(!status.reasonPhrase.isEmpty, "\(code)")
        }
    }
}
