import Foundation
import HearthCore
import HearthStore
import HearthTesting
import OrderedCollections
import Testing

@testable import HearthCommands
@testable import HearthNotify

/// `hearth notify` against a whole server and a real target.
@Suite struct NotifyCommandTests {
    private func settings(_ receiver: WebhookReceiver, _ more: JSONValue = [:]) -> [String: String] {
        var target: JSONValue = [
            "name": "home", "url": .string(receiver.url + "?key=s3cret"), "events": ["gate.*", "document.*"],
            "bearer": "let-me-in",
        ]
        for (name, value) in more.object ?? [:] { target = target.adding(name, value) }
        return [
            "HEARTH_NOTIFY": (["targets": [target]] as JSONValue).text, "HEARTH_FETCH_ALLOW": "127.0.0.1",
            "HEARTH_SPOOL_MAX_AGE_SECONDS": "0",
        ]
    }

    @Test func batchesAreToldShownGivenUpAndReplayed() async throws {
        let receiver = try WebhookReceiver { _, _ in .status(403) }
        let environment = settings(receiver)
        try await RunningHearth.use(environment: environment) { hearth in
            _ = try await hearth.addDevice("Watch")
            let start = Int(Date().timeIntervalSince1970) - 4000
            _ = try await hearth.hearth(
                "spool", "pack", "--device", "Watch", "--stream", "heartrate",
                input: #"{"timestamp":\#(start),"bpm":60}"# + "\n")
            while try await hearth.hearth("notify", "dead", "--json").json.array?.count != 2 {
                try await Task.sleep(for: .milliseconds(5))
            }
            let dead = try await hearth.hearth("notify", "dead")
            #expect(dead.output.contains("gate.open") && dead.output.contains("status 403"))
            #expect(!dead.output.contains("s3cret"))

            receiver.answer { _, _ in .status(200) }
            #expect(try await hearth.hearth("notify", "replay", "--all", "--json").json["replayed"] == 2)
            while try await hearth.hearth("notify", "--json").json["targets"]?[0]?["delivered"] != 2 {
                try await Task.sleep(for: .milliseconds(5))
            }
            let kinds = receiver.requests.suffix(2).compactMap { $0.json["kind"]?.string }
            #expect(kinds == ["gate.open", "gate.done"])
            #expect(receiver.requests.last?.headers["authorization"] == "Bearer let-me-in")
            let shown = try await hearth.hearth("notify")
            #expect(shown.output.contains("home") && !shown.output.contains("s3cret"))
            #expect(try await hearth.hearth("notify", "discard", "1").status == .noInput)
            #expect(try await hearth.hearth("notify", "list", "--target", "nobody").status == .noInput)

            let sent = try await hearth.hearth("notify", "test", "home", "--send", "--event", "disk.low")
            #expect(sent.status == .success && receiver.requests.last?.json["kind"] == "disk.low")
            receiver.answer { _, _ in .status(500) }
            #expect(try await hearth.hearth("notify", "test", "--send").status == .failure)
        }
    }

    @Test func documentsAreToldOf() async throws {
        let receiver = try WebhookReceiver()
        try await RunningHearth.use(environment: settings(receiver)) { hearth in
            let client = try ServerClient(settings: Settings(environment: ["HEARTH_HOME": hearth.home]))
            // Until the source has its mark, nothing that happens is news.
            while try await hearth.application.notify.service?.store.place(of: "documents") == nil {
                try await Task.sleep(for: .milliseconds(5))
            }
            let added = try await client.json(
                .send(.post, "/documents", ["title": "Milk", "text": "The milk is in the fridge."]))
            let id = try #require(added["id"]?.string)
            while receiver.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            #expect(receiver.requests.first?.json["kind"] == "document.added")
            try await client.json(.send(.delete, "/documents/\(id)"))
            while receiver.requests.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            let forgotten = try #require(receiver.requests.last?.json)
            #expect(forgotten["kind"] == "document.forgotten" && forgotten["data"]?["document"]?.string == id)
            #expect(!receiver.requests.contains { $0.text.contains("fridge") || $0.text.contains("Milk") })
        }
    }

    @Test func aPreviewNeedsNoServerAndHidesSecrets() async throws {
        let receiver = try WebhookReceiver()
        let body: JSONValue = ["body": #"{"batch":"{{data.batch}}","to":"{{target}}"}"#, "events": "gate.*"]
        try await TemporaryFolder.useWaiting { folder in
            let environment = ["HEARTH_HOME": folder].merging(settings(receiver, body)) { _, own in own }
            let shown = try await RunningHearth.hearth(["notify", "test"], environment: environment)
            #expect(shown.status == .success, "\(shown.errors)")
            #expect(shown.output.contains("POST http://127.0.0.1:\(receiver.port)/…"))
            #expect(shown.output.contains(#""to":"home""#) && shown.output.contains("Authorization: Bearer …"))
            #expect(!shown.output.contains("s3cret") && !shown.output.contains("let-me-in"))
            let wrong = try await RunningHearth.hearth(
                ["notify", "test", "--event", "gate.dnoe"], environment: environment)
            #expect(wrong.errors.contains("gate.done"))
        }
        #expect(receiver.requests.isEmpty)
        let key = try await RunningHearth.hearth(["notify", "key"], environment: [:])
        #expect(key.output.hasPrefix("whsec_"))
    }

    @Test func mistakesOfTheFileAreNamedAndSecretsAreHidden() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let text = """
                notify:
                  targets:
                    - name: home
                      url: https://hooks.example/s3cret
                      events: [gate.done]
                      template: missing.mustache
                      hmac: topsecret
                """
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/hearth.yaml"))
            let environment = ["HEARTH_HOME": folder]
            let ending = try await RunningHearth.hearth(["notify", "test"], environment: environment)
            #expect(ending.status == .configuration)
            #expect(ending.errors.contains("notify.targets[0].template"))
            #expect(ending.errors.contains("notify.targets[0].hmac"))
            #expect(!ending.errors.contains("topsecret") && !ending.errors.contains("s3cret"))
            let doctor = try await RunningHearth.hearth(["doctor"], environment: environment)
            #expect(doctor.output.contains("notify.targets[0].hmac"))
            #expect(!doctor.output.contains("topsecret") && !doctor.output.contains("s3cret"))
            let start = await #expect(throws: HearthError.self) {
                _ = try await RunningHearth.assemble(home: folder)
            }
            #expect(start?.code == ErrorCode("settings-invalid") && start?.fields.count == 2)
        }
    }
}
