import Foundation
import HearthCore
import Testing

@testable import HearthCommands

/// `hearth vault` and `hearth audit` against a whole server.
@Suite struct VaultCommandTests {
    private func readings(_ count: Int) -> String {
        let start = Int(Date().timeIntervalSince1970) - 4000
        return (0..<count).map {
            #"{"timestamp":\#(start + $0),"ssid":"Planted Network \#($0 % 3)","ip_address":"fd00::planted:\#($0)","#
                + #""signal_strength":-\#(40 + $0 % 50)}"# + "\n"
        }.joined()
    }

    private func client(_ hearth: RunningHearth, token: String? = nil) throws -> ServerClient {
        var environment = ["HEARTH_HOME": hearth.home]
        environment["HEARTH_TOKEN"] = token
        return try ServerClient(settings: Settings(environment: environment))
    }

    private func send(_ count: Int, from device: String, to hearth: RunningHearth) async throws {
        let sent = try await hearth.hearth("send", "--stream", "wifi", "--device", device, input: readings(count))
        #expect(sent.status == .success, "\(sent.errors)")
    }

    @Test func theOwnerAndTheDeviceReadBackWhatWasSent() async throws {
        try await RunningHearth.use { hearth in
            let phone = try await hearth.addDevice("Anna's phone", kind: "phone")
            try await send(10, from: phone.id, to: hearth)
            let owner = try client(hearth)
            let device = try client(hearth, token: phone.token)
            for client in [owner, device] {
                let items = try await client.json(.get("/streams/wifi", [("order", "asc")]))["items"]?.array ?? []
                #expect(items.map { $0["ssid"]?.string } == (0..<10).map { "Planted Network \($0 % 3)" })
                #expect(items.map { $0["ip_address"]?.string } == (0..<10).map { "fd00::planted:\($0)" })
                let one = try #require(items.first?["id"]?.string)
                let single = try await client.json(.get("/streams/wifi/\(one)"))
                #expect(single["ssid"]?.string == "Planted Network 0")
            }
            let hidden = try await owner.json(.get("/streams/wifi", [("resolve", "false")]))["items"]?.array ?? []
            #expect(hidden.count == 10)
            #expect(hidden.allSatisfy { $0["ip_address"]?.string?.hasPrefix("tok_") == true })
            #expect(hidden.allSatisfy { $0["signal_strength"]?.double != nil })
            // Networks can be told apart without knowing them; addresses cannot.
            #expect(Set(hidden.map { $0["ssid"]?.string }).count == 3)
            #expect(Set(hidden.map { $0["ip_address"]?.string }).count == 10)
        }
    }

    @Test func tokensAreOpenedOneByOne() async throws {
        try await RunningHearth.use { hearth in
            let phone = try await hearth.addDevice("Anna's phone", kind: "phone")
            try await send(3, from: phone.id, to: hearth)
            let page = try await client(hearth).json(
                .get("/streams/wifi", [("resolve", "false"), ("order", "asc"), ("limit", "1")]))
            let hidden = try #require(page["items"]?.array?.first)
            let (network, address) = (
                try #require(hidden["ssid"]?.string), try #require(hidden["ip_address"]?.string)
            )
            let shown = try await hearth.hearth(
                "vault", "resolve", "wifi", network, address, "--purpose", "a lost phone", "--json")
            #expect(shown.status == .success)
            #expect(shown.json["items"]?.array?.map { $0["value"] } == ["Planted Network 0", "fd00::planted:0"])
            #expect(shown.json["items"]?.array?.map { $0["field"] } == ["ssid", "ip_address"])
            let table = try await hearth.hearth("vault", "resolve", "wifi", network)
            #expect(table.output.contains("Planted Network 0"))
            let unknown = try await hearth.hearth("vault", "resolve", "wifi", "tok_2000000000000001")
            #expect(unknown.status == .failure && unknown.output.contains("nothing for it"))
            let wrong = try await hearth.hearth("vault", "resolve", "wifi", "Planted")
            #expect(wrong.status == .data && wrong.errors.contains("holds what is no token: Planted"))
            let log = try await hearth.hearth("audit", "list", "--json").json.array ?? []
            let asked = log.filter { $0["purpose"] == "POST /vault/resolution: a lost phone" }
            #expect(asked.count == 1)
            #expect(asked.first?["fields"] == ["ip_address", "ssid"] && asked.first?["tokens"] == 2)
            let refused = try await client(hearth, token: phone.token).perform(
                .send(.post, "/vault/resolution", ["stream": "wifi", "tokens": [.string(network)]]))
            #expect(refused.status == 403)
        }
    }

    @Test func theLogTellsWhoLooked() async throws {
        try await RunningHearth.use { hearth in
            let phone = try await hearth.addDevice("Anna's phone", kind: "phone")
            try await send(300, from: phone.id, to: hearth)
            _ = try await hearth.hearth("streams", "read", "wifi", "--ndjson", "--limit", "1000")
            let listed = try await hearth.hearth("audit", "list", "--json")
            let looks = listed.json.array?.filter { $0["action"] == "resolve" } ?? []
            // Not one for each reading.
            #expect(looks.count == 1)
            #expect(looks.first?["role"] == "owner" && looks.first?["tokens"] == 600)
            #expect(looks.first?["fields"] == ["ip_address", "ssid"])
            let shown = try await hearth.hearth("audit")
            #expect(shown.output.contains("wifi: ip_address, ssid"))
            for verb in [["audit", "verify"], ["vault", "verify"]] {
                let verified = try await RunningHearth.hearth(verb, environment: ["HEARTH_HOME": hearth.home])
                #expect(verified.status == .success && verified.output.contains("The log is whole"))
            }
        }
    }

    @Test func aRotationKeepsEveryValue() async throws {
        try await RunningHearth.use { hearth in
            let phone = try await hearth.addDevice("Anna's phone", kind: "phone")
            try await send(1200, from: phone.id, to: hearth)
            let before = try await hearth.hearth("streams", "read", "wifi", "--ndjson", "--limit", "5000").output
            let rotated = try await hearth.hearth("vault", "rotate", "--json")
            #expect(rotated.json == ["epoch": 2])
            while true {
                let vault = try await hearth.hearth("vault", "--json").json
                if vault["epochs"] == 1 { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            let after = try await hearth.hearth("streams", "read", "wifi", "--ndjson", "--limit", "5000").output
            #expect(before.split(separator: "\n").count == 1200)
            #expect(after == before)
            let shown = try await hearth.hearth("vault").output
            #expect(shown.contains("Epoch 2") && shown.contains("ssid") && !shown.contains("sealing"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: hearth.home + "/keys").contains("vault-2.key"))
            #expect(!FileManager.default.fileExists(atPath: hearth.home + "/keys/vault-1.key"))
        }
    }

    @Test func nothingBesideTheVaultSaysWhoLivesHere() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let home = folder + "/home"
            try await Self.run(home) { hearth in
                let phone = try await hearth.addDevice("Planted Phone", kind: "phone")
                try await send(50, from: phone.id, to: hearth)
                let owner = try client(hearth)
                let titles: JSONValue = [
                    "device_id": .string(phone.id), "stream": "app_focus",
                    "readings": [
                        [
                            "timestamp": .integer(Int64(Date().timeIntervalSince1970) - 60), "app": "browser",
                            "title": "Planted Title", "url": "https://planted.example/",
                        ]
                    ],
                ]
                let sent = try await owner.json(.send(.post, "/sensor/batch", titles))
                #expect(sent["accepted"] == 1, "\(sent)")
                _ = try await owner.json(
                    .send(.post, "/devices", ["name": "Planted Watch", "kind": "watch", "metadata": ["of": "Planted"]]))
                // While it runs, when the newest of everything is in the logs of the databases.
                #expect(try Self.finds("lanted", in: home).isEmpty)
            }
            #expect(try Self.finds("lanted", in: home).isEmpty)
            // The needle is there at all, and the vault has no value in clear.
            try await Self.run(home) { hearth in
                let devices = try await hearth.hearth("devices", "--json").output
                #expect(devices.contains("Planted Watch") && devices.contains("Planted Phone"))
                let read = try await hearth.hearth("streams", "read", "wifi").output
                #expect(read.contains("Planted Network 1"))
            }
            #expect(try Self.finds("lanted", in: home, includingVault: true).isEmpty)
        }
    }

    @Test func aFlippedByteOfTheLogIsFoundAndNamed() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let home = folder + "/home"
            let sequence = try await Self.sequences { found in
                try await Self.run(home) { hearth in
                    let phone = try await hearth.addDevice("Anna's phone", kind: "phone")
                    try await send(3, from: phone.id, to: hearth)
                    for purpose in ["first", "planted", "last"] {
                        _ = try await hearth.hearth(
                            "vault", "resolve", "wifi", "tok_2000000000000001", "--purpose", purpose)
                    }
                    let log = try await hearth.hearth("audit", "list", "--json").json.array ?? []
                    let record = log.first { $0["purpose"]?.string?.hasSuffix("planted") == true }
                    found.yield(try #require(record?["sequence"]?.int64))
                }
            }
            let path = home + "/vault.db"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let place = try #require(bytes.range(of: Data(": planted".utf8)))
            bytes[place.upperBound - 1] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            try await Self.run(home) { hearth in
                let verified = try await hearth.hearth("vault", "verify")
                #expect(verified.status == .failure)
                #expect(verified.output.contains("broken at record \(sequence): the record was changed"))
                let listed = try await hearth.hearth("audit", "list")
                #expect(listed.status == .success)
            }
        }
    }

    @Test func aWrongSecretStopsTheStart() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let (home, other) = (folder + "/home", folder + "/other")
            try await RunningHearth.assemble(home: home).close()
            try await RunningHearth.assemble(home: other).close()
            let key = "/keys/vault-1.key"
            let own = try Data(contentsOf: URL(fileURLWithPath: home + key))
            // In place, so that the file keeps its mode.
            func put(_ data: Data) throws {
                let file = try FileHandle(forWritingTo: URL(fileURLWithPath: home + key))
                try file.truncate(atOffset: 0)
                try file.write(contentsOf: data)
                try file.close()
            }
            try put(Data(contentsOf: URL(fileURLWithPath: other + key)))
            let failure = await #expect(throws: HearthError.self) {
                try await RunningHearth.assemble(home: home).close()
            }
            #expect(failure?.code == ErrorCode("key-malformed"))
            #expect(failure?.message == "keys/vault-1.key is not the secret that vault.db was sealed with.")
            try put(own)
            try await RunningHearth.assemble(home: home).close()
        }
    }

    @Test func aVaultThatIsGoneStopsTheStart() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let home = folder + "/home"
            try await RunningHearth.assemble(home: home).close()
            let doctor = try await RunningHearth.hearth(["doctor", "--json"], environment: ["HEARTH_HOME": home])
            let checks = doctor.json["checks"]?.array?.map(\.text).filter { $0.contains("\"vault\"") } ?? []
            #expect(checks.count == 1 && checks[0].contains("epoch 1"))
            for name in try FileManager.default.contentsOfDirectory(atPath: home) where name.hasPrefix("vault.db") {
                try FileManager.default.removeItem(atPath: home + "/" + name)
            }
            let failure = await #expect(throws: HearthError.self) {
                try await RunningHearth.assemble(home: home).close()
            }
            #expect(failure?.message.contains("vault") == true)
        }
    }

    // MARK: Homes that outlive their server

    private static func run(
        _ home: String, _ body: @escaping @Sendable (RunningHearth) async throws -> Void
    ) async throws {
        let application = try await RunningHearth.assemble(home: home)
        try await application.run(while: { address in
            try await body(RunningHearth(home: home, address: #require(address), application: application))
        })
    }

    /// The first value that `body` yields.
    private static func sequences(
        _ body: (AsyncStream<Int64>.Continuation) async throws -> Void
    ) async throws -> Int64 {
        let (values, continuation) = AsyncStream<Int64>.makeStream()
        try await body(continuation)
        continuation.finish()
        let first = await values.first { _ in true }
        return try #require(first)
    }

    /// Files below a home that hold `text`, those of the vault left out.
    private static func finds(_ text: String, in home: String, includingVault: Bool = false) throws -> [String] {
        let names = FileManager.default.enumerator(atPath: home)?.allObjects as? [String] ?? []
        let looked = names.filter { includingVault || !$0.hasPrefix("vault.db") }
        #expect(looked.contains("streams.db") && looked.contains("hearth.db"))
        return looked.filter { name in
            let bytes = FileManager.default.contents(atPath: home + "/" + name)
            return bytes?.range(of: Data(text.utf8)) != nil
        }
    }
}
