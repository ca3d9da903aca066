import Foundation
import HearthCore
import HearthTesting
import Testing

@testable import HearthCommands

/// Commands against servers that are not the home's own.
@Suite struct OtherServerTests {
    @Test func theTokenOfAHomeGoesToItsServerOnly() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let server = try ScriptedServer([.send(ScriptedServer.answer("200 OK", #"{"items": []}"#))])
            try FileManager.default.createDirectory(atPath: folder + "/keys", withIntermediateDirectories: true)
            try Data("hearth_the-token-of-this-home\n".utf8).write(to: URL(filePath: folder + "/keys/owner.token"))
            for file in ["", "token: hearth_the-token-of-the-file\n"] {
                try Data(file.utf8).write(to: URL(filePath: folder + "/hearth.yaml"))
                let refused = try await RunningHearth.hearth(
                    ["processors", "--url", server.url], environment: ["HEARTH_HOME": folder])
                #expect(refused.status == .usage)
                #expect(refused.errors.contains("HEARTH_TOKEN"), "\(refused.errors)")
            }
            #expect(server.received.isEmpty)
            let given = "hearth_a-token-of-that-server"
            let sent = try await RunningHearth.hearth(
                ["processors", "failed", "see", "--url", server.url],
                environment: ["HEARTH_HOME": folder, "HEARTH_TOKEN": given])
            #expect(sent.status == .success, "\(sent.errors)")
            #expect(server.received.first?.contains(given) == true)
        }
    }

    @Test(arguments: [
        ("http://localhost:8000", "http://127.0.0.1:8000", true), ("http://[::1]:8000", "http://127.0.0.1:8000", true),
        ("http://localhost:8001", "http://127.0.0.1:8000", false),
        ("https://localhost:8000", "http://127.0.0.1:8000", false),
        ("http://hearth.lan:8000", "http://127.0.0.1:8000", false),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000", false),
    ]) func onlyTheServersOwnAddressIsItsOwn(_ one: String, _ other: String, _ isSame: Bool) throws {
        let (first, second) = (try #require(ServerAddress(url: one)), try #require(ServerAddress(url: other)))
        #expect(first.isSameServer(as: second) == isSame)
    }

    /// The second of three is gone when its turn comes.
    @Test(arguments: ["replay", "discard"]) func deadLettersThatAreGoneAreNoReasonToStop(_ verb: String) async throws {
        try await TemporaryFolder.useWaiting { folder in
            let ids = (1...3).map { "0190000\($0)-0000-7000-8000-000000000000" }
            let items = JSONValue.array(ids.map { ["id": .string($0)] }).text
            let gone = #"{"status": 404, "code": "not-found", "detail": "There is no dead letter."}"#
            let server = try ScriptedServer(
                scripts: [
                    [.send(ScriptedServer.answer("200 OK", #"{"items": \#(items)}"#))],
                    [.send(ScriptedServer.answer("200 OK", "{}"))],
                    [.send(ScriptedServer.answer("404 Not Found", gone))],
                    [.send(ScriptedServer.answer("200 OK", "{}"))],
                ])
            let ending = try await RunningHearth.hearth(
                ["processors", verb, "see", "--all", "--url", server.url, "--json"],
                environment: ["HEARTH_HOME": folder, "HEARTH_TOKEN": "hearth_a-token-of-that-server"])
            #expect(ending.status == .success, "\(ending.errors)")
            #expect(ending.json["ids"] == [.string(ids[0]), .string(ids[2])])
        }
    }
}
