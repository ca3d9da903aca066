import Foundation
import HearthCore
import Testing

@testable import HearthCommands

/// `hearth vault` and `hearth audit` against a whole server.
@Suite struct VaultCommandTests {
    private func readings(_ count: Int) -> String {
        let start = Int(Date().timeIntervalSince1970) - 4000
        return (0..<count).map {
            #"{"timestamp":\#(start + $0),"latitude":\#(47 + Double($0) / 8),"longitude":7.5,"accuracy":\#($0)}"# + "\n"
        }.joined()
    }

    private func client(_ hearth: RunningHearth, token: String? = nil) throws -> ServerClient {
        var environment = ["HEARTH_HOME": hearth.home]
        environment["HEARTH_TOKEN"] = token
        return try ServerClient(settings: Settings(environment: environment))
    }

    @Test func peopleSeeValuesAndDevicesSeeTokens() async throws {
        try await RunningHearth.use { hearth in
            let phone = try await hearth.addDevice("Anna's phone", kind: "phone")
            let sent = try await hearth.hearth("send", "gps", "--device", phone.id, input: readings(10))
            #expect(sent.status == .success)
            let owner = try client(hearth)
            let device = try client(hearth, token: phone.token)
            let seen = try await owner.json(.get("/streams/gps", [("order", "asc")]))["items"]?.array ?? []
            let latitudes = seen.compactMap { $0["latitude"]?.double }
            let expected = (0..<10).map { 47 + Double($0) / 8 }
            #expect(latitudes == expected)
            let askedFor = try await owner.json(.get("/streams/gps", [("resolve", "false")]))
            let usual = try await device.json(.get("/streams/gps"))
            for page in [askedFor, usual] {
                let items = page["items"]?.array ?? []
                #expect(items.count == 10)
                #expect(items.allSatisfy { $0["latitude"]?.string?.hasPrefix("tok_") == true })
                #expect(items.allSatisfy { $0["accuracy"]?.double != nil })
            }
            let refused = try await device.perform(.get("/streams/gps", [("resolve", "true")]))
            #expect(refused.status == 403)
            let query: [(String, String?)] = [("bucket", "all"), ("field", "latitude,accuracy"), ("fn", "avg,count")]
            let sums = try await owner.json(.get("/streams/gps/aggregate", query))["items"]?.array?.first
            #expect(sums?["latitude"] == ["avg": 47.5625, "count": 10])
            let hidden = try await device.json(.get("/streams/gps/aggregate", query))["items"]?.array?.first
            #expect(hidden?["latitude"] == ["avg": nil, "count": 0])
            #expect(hidden?["accuracy"] == ["avg": 4.5, "count": 10])
            let one = try #require(seen.first?["id"]?.string)
            let single = try await owner.json(.get("/streams/gps/\(one)"))
            #expect(single["latitude"]?.double == 47)
        }
    }

    @Test func theLogTellsWhoLooked() async throws {
        try await RunningHearth.use { hearth in
            let phone = try await hearth.addDevice("Anna's phone", kind: "phone")
            _ = try await hearth.hearth("send", "gps", "--device", phone.id, input: readings(3))
            _ = try await hearth.hearth("streams", "read", "gps")
            let listed = try await hearth.hearth("audit", "list", "--json")
            let looks = listed.json.array?.filter { $0["action"] == "resolve" } ?? []
            #expect(looks.count == 1)
            #expect(looks.first?["role"] == "owner" && looks.first?["tokens"] == 6)
            #expect(looks.first?["fields"] == ["latitude", "longitude"])
            let shown = try await hearth.hearth("audit")
            #expect(shown.output.contains("gps: latitude, longitude"))
            let verified = try await hearth.hearth("audit", "verify")
            #expect(verified.status == .success && verified.output.contains("The log is whole"))
        }
    }

    @Test func aRotationKeepsEveryValue() async throws {
        try await RunningHearth.use { hearth in
            let phone = try await hearth.addDevice("Anna's phone", kind: "phone")
            _ = try await hearth.hearth("send", "gps", "--device", phone.id, input: readings(1200))
            let before = try await hearth.hearth("streams", "read", "gps", "--ndjson", "--limit", "5000").output
            let rotated = try await hearth.hearth("vault", "rotate", "--json")
            #expect(rotated.json == ["epoch": 2])
            while true {
                let vault = try await hearth.hearth("vault", "--json").json
                if vault["epochs"] == 1 { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            let after = try await hearth.hearth("streams", "read", "gps", "--ndjson", "--limit", "5000").output
            #expect(before.split(separator: "\n").count == 1200)
            #expect(after == before)
            let shown = try await hearth.hearth("vault").output
            #expect(shown.contains("Epoch 2") && shown.contains("latitude") && !shown.contains("sealing"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: hearth.home + "/keys").contains("vault-2.key"))
            #expect(!FileManager.default.fileExists(atPath: hearth.home + "/keys/vault-1.key"))
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
}
