import Foundation
import HearthCore
import HearthIngest
import HearthVault
import Testing

@testable import HearthCommands

/// The commands against a whole server.
@Suite struct EndToEndTests {
    private func line(_ device: String, _ number: Int, bpm: Int = 60) -> String {
        let time = Timestamp(seconds: Double(Int(Date().timeIntervalSince1970) - 4000 + number))
        return #"{"stream":"heartrate","device_id":"\#(device)","timestamp":"\#(time)","bpm":\#(bpm)}"# + "\n"
    }

    @Test func devicesComeAndGo() async throws {
        try await RunningHearth.use { hearth in
            #expect(try await hearth.hearth("devices").output.contains("no device yet"))
            let added = try await hearth.hearth(
                "devices", "add", "Mira's watch", "--kind", "watch", "--platform", "wear-os")
            #expect(added.status == .success)
            #expect(added.output.contains("token   hearth_"))
            #expect(added.output.contains("ws://127.0.0.1:"))
            #expect(added.output.contains("curl"))
            let other = try await hearth.addDevice("Phone", kind: "phone")
            let list = try await hearth.hearth("devices", "list")
            #expect(list.output.contains("Mira's watch") && list.output.contains(other.id))
            #expect(try await hearth.hearth("devices", "list", "--json").json.array?.count == 2)
            #expect(try await hearth.hearth("devices", "show", "phone").output.contains(other.id))
            #expect(try await hearth.hearth("devices", "rename", "Phone", "Old phone").status == .success)
            #expect(
                try await hearth.hearth("devices", "remove", String(other.id.suffix(36)), "--json").json["removed"]
                    == true)
            #expect(try await hearth.hearth("devices", "list", "--json").json.array?.count == 1)
            #expect(try await hearth.hearth("devices", "list", "--all").output.contains("removed"))
            #expect(try await hearth.hearth("devices", "restore", "old phone").status == .success)
            #expect(try await hearth.hearth("devices", "list", "--json").json.array?.count == 2)
            let missing = try await hearth.hearth("devices", "show", "Old fone")
            #expect(missing.status == .noInput)
            #expect(missing.errors.contains("Did you mean Old phone?"))
        }
    }

    @Test func lastSeenGoesByTheServersClock() async throws {
        try await RunningHearth.use { hearth in
            let device = try await hearth.addDevice("Watch").id
            let ahead = Timestamp(seconds: Date().timeIntervalSince1970 + 1800)
            let reading =
                #"{"stream":"heartrate","device_id":"\#(device)","timestamp":"\#(ahead)","bpm":60}"# + "\n"
            #expect(try await hearth.hearth("send", input: reading).status == .success)
            let list = try await hearth.hearth("devices", "list")
            #expect(!list.output.contains("in 29 min") && !list.output.contains("in 30 min"), "\(list.output)")
            let seen = try await hearth.hearth("devices", "list", "--json").json[0]?["last_seen"]?.string
            #expect(try #require(seen.flatMap { Timestamp($0) }) < ahead)
        }
    }

    @Test func statusOfNothingIsStillJSON() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let ending = try await RunningHearth.hearth(
                ["status", "--json"], environment: ["HEARTH_HOME": folder + "/home", "HEARTH_PORT": "1"])
            #expect(ending.status == .unavailable)
            #expect(ending.json["ready"] == false)
            #expect(ending.json["error"]?["code"] == "server-unreachable")
        }
    }

    @Test func tokensOpenWhatTheyAreFor() async throws {
        try await RunningHearth.use { hearth in
            let device = try await hearth.addDevice("Watch")
            let made = try await hearth.hearth(
                "tokens", "create", "Reader", "--role", "service", "--streams", "steps", "--expires", "90d", "--json"
            ).json
            let secret = try #require(made["token"]?.string)
            #expect(made["expires_at"]?.string != nil)
            let list = try await hearth.hearth("tokens", "list")
            #expect(list.output.contains("Reader") && list.output.contains("steps") && !list.output.contains(secret))
            let confined = ["HEARTH_TOKEN": secret]
            #expect(try await hearth.hearth("streams", "read", "steps", environment: confined).status == .success)
            #expect(try await hearth.hearth("streams", "read", "gps", environment: confined).status == .noPermission)
            #expect(try await hearth.hearth("devices", "list", environment: confined).status == .noPermission)
            #expect(try await hearth.hearth("tokens", "revoke", "reader").status == .success)
            #expect(try await hearth.hearth("streams", "read", "steps", environment: confined).status == .noPermission)
            #expect(try await !hearth.hearth("tokens", "list").output.contains("Reader"))
            #expect(try await hearth.hearth("tokens", "list", "--all").output.contains("revoked"))
            #expect(try await hearth.hearth("tokens", "revoke", "reader").status == .noInput)
            #expect(try await hearth.hearth("tokens", "create", "x", "--role", "device").status == .usage)
            let own = ["HEARTH_TOKEN": device.token]
            let sent = try await hearth.hearth("send", input: line(device.id, 1), environment: own)
            #expect(sent.status == .success)
        }
    }

    @Test func sendingStoresGoodReadingsAndNamesBadOnes() async throws {
        try await RunningHearth.use { hearth in
            let device = try await hearth.addDevice("Watch").id
            let good = (0..<2400).map { line(device, $0) }.joined()
            let input = good + "not json\n" + line(device, 2400, bpm: 999) + "\n" + line(device, 0)
            let first = try await hearth.hearth("send", "--json", "--gzip", "--format", "ndjson", input: input)
            #expect(first.status == .data)
            #expect(first.json["accepted"] == 2400)
            #expect(first.json["duplicates"] == 1)
            #expect(first.json["rejected"]?.array?.map { $0["line"] } == [2401, 2402])
            #expect(first.json["rejected"]?[1]?["errors"]?[0]?["pointer"] == "/bpm")
            let second = try await hearth.hearth("send", input: good)
            #expect(second.status == .success)
            #expect(second.output.contains("0 readings stored, 2,400 known already"))
        }
    }

    @Test func sendingTakesArraysEnvelopesAndDefaults() async throws {
        try await RunningHearth.use { hearth in
            let device = try await hearth.addDevice("Watch").id
            let time = SystemTime().now() - .seconds(60)
            let array = #"[{"timestamp":"\#(time)","bpm":60},{"timestamp":"\#(time)","bpm":61}]"#
            let plain = try await hearth.hearth(
                "send", "-", "--device", "watch", "--stream", "heartrate", "--format", "json", "--json", input: array)
            #expect(plain.json["accepted"] == 2)
            let envelope =
                #"{"device_id":"\#(device)","stream":"steps","readings":[{"timestamp":"\#(time)","steps":3}]}"#
            #expect(
                try await hearth.hearth("send", "--format", "json", "--json", input: envelope).json["accepted"] == 1)
            let folder = try TemporaryFolder.make()
            let refused = try await hearth.hearth(
                "send", "--device", "watch", "--stream", "steps", "--rejected", folder + "/r.ndjson",
                input: #"{"steps":1}"#)
            #expect(refused.status == .data)
            #expect(refused.errors.contains("line 1: /timestamp"))
            #expect(try String(contentsOfFile: folder + "/r.ndjson", encoding: .utf8) == "{\"steps\":1}\n")
            #expect(try await hearth.hearth("send", folder + "/none.json").status == .noInput)
        }
    }

    @Test func readingsComeBackInEveryForm() async throws {
        try await RunningHearth.use { hearth in
            let device = try await hearth.addDevice("Watch").id
            _ = try await hearth.hearth("send", input: (0..<50).map { line(device, $0, bpm: 50 + $0) }.joined())
            let table = try await hearth.hearth("streams", "read", "heartrate")
            #expect(table.output.split(separator: "\n").count == 21)
            #expect(table.output.contains("TIMESTAMP") && table.output.contains("BPM"))
            let all = try await hearth.hearth("streams", "read", "heart_rate", "--limit", "0", "--json").json
            #expect(all.array?.count == 50)
            #expect(all[0]?["bpm"] == 99)
            let lines = try await hearth.hearth(
                "streams", "read", "heartrate", "--ndjson", "--oldest-first", "--device", "watch")
            #expect(lines.output.split(separator: "\n").count == 50)
            #expect(try JSONValue(parsing: String(lines.output.prefix { $0 != "\n" }))["bpm"] == 50)
            let csv = try await hearth.hearth("streams", "read", "heartrate", "--csv", "--limit", "3")
            #expect(csv.output.split(whereSeparator: \.isNewline).count == 4)
            #expect(
                try await hearth.hearth("streams", "read", "heartrate", "--from", "1m").errors.contains(
                    "no such readings"))
            #expect(try await hearth.hearth("streams", "read", "heartrate", "--csv", "--json").status == .usage)
            #expect(try await hearth.hearth("streams", "read", "hartrate").status == .noInput)
            #expect(try await hearth.hearth("streams", "read", "heartrate", "--from", "soon").status == .usage)

            let sums = try await hearth.hearth("streams", "aggregate", "heartrate", "--field", "bpm", "--bucket", "all")
            #expect(sums.output.contains("BPM.AVG") && sums.output.contains("74.5"))
            let rows = try await hearth.hearth(
                "streams", "aggregate", "heartrate", "--field", "bpm", "--fn", "max", "--bucket", "all", "--csv")
            #expect(rows.output.split(separator: "\n").last?.hasSuffix(",99") == true)

            #expect(try await hearth.hearth("streams").output.contains("heartrate"))
            #expect(try await (hearth.hearth("streams", "list", "--json").json.array?.count ?? 0) >= 26)
            #expect(try await hearth.hearth("streams", "show", "wifi").output.contains("(private)"))
        }
    }

    @Test func exportIsWholeOrNotThere() async throws {
        try await RunningHearth.use { hearth in
            let device = try await hearth.addDevice("Watch").id
            _ = try await hearth.hearth("send", input: (0..<300).map { line(device, $0) }.joined())
            let folder = try TemporaryFolder.make()
            let archive = try await hearth.hearth("export", folder + "/all.zip")
            #expect(archive.status == .success)
            #expect(FileManager.default.fileExists(atPath: folder + "/all.zip"))
            let unpacked = try await hearth.hearth("export", folder + "/all", "--json")
            #expect((unpacked.json["files"]?.int64 ?? 0) > 1)
            let readings = try String(contentsOfFile: folder + "/all/streams/heartrate.ndjson", encoding: .utf8)
            #expect(readings.split(separator: "\n").count == 300)
            #expect(try await hearth.hearth("export", folder + "/all.zip").status == .cannotCreate)
            #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder)) == ["all.zip", "all"])
        }
    }

    @Test func statusAndDoctorSeeTheServer() async throws {
        try await RunningHearth.use { hearth in
            let device = try await hearth.addDevice("Watch").id
            _ = try await hearth.hearth("send", input: line(device, 1))
            let status = try await hearth.hearth("status")
            #expect(status.status == .success, "\(status.output) \(status.errors)")
            #expect(status.output.contains("is ready") && status.output.contains("1 in 1 streams of 1 devices"))
            let report = try await hearth.hearth("status", "--json").json
            #expect(report["ready"] == true)
            #expect(report["readings"] == 1)
            #expect(report["queue_rows"] == 0)
            #expect(report["process"]?.int64 == Int64(getpid()))
            let doctor = try await hearth.hearth("doctor", "--json")
            #expect(doctor.status == .success, "\(doctor.output)")
            let server = doctor.json["checks"]?.array?.first { $0["check"] == "server" }
            #expect(server?["message"]?.string?.contains("is ready at") == true)
            #expect(!doctor.output.contains(hearth.application.ownerToken.token.secret))
        }
    }

    @Test func secondServerOnTheHomeIsRefused() async throws {
        try await RunningHearth.use { hearth in
            let refusal = try await #require(throws: HearthError.self) {
                _ = try await RunningHearth.assemble(home: hearth.home)
            }
            #expect(refusal.code == .homeInUse)
            #expect(refusal.message.contains("process \(getpid())"))
            #expect(refusal.message.contains(hearth.address.description))
        }
    }

    @Test func takenPortSaysWhoHasIt() async throws {
        try await RunningHearth.use { hearth in
            try await TemporaryFolder.useWaiting { folder in
                let second = try await RunningHearth.assemble(
                    home: folder + "/other", environment: ["HEARTH_PORT": String(hearth.address.port)])
                let refusal = try await #require(throws: HearthError.self) {
                    try await second.run(while: { _ in Issue.record("two servers on one port") })
                }
                #expect(refusal.code == .addressInUse)
                #expect(refusal.message.contains("Another Hearth"))
            }
        }
    }

    @Test func ownerTokenIsMadeOnce() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let home = folder + "/home"
            let first = try await RunningHearth.assemble(home: home)
            #expect(first.isFirstStart && first.ownerToken.isNew)
            try await first.close()
            let second = try await RunningHearth.assemble(home: home)
            #expect(!second.isFirstStart && !second.ownerToken.isNew)
            #expect(second.ownerToken.token.secret == first.ownerToken.token.secret)
            #expect(second.owner == first.owner)
            try await second.close()
            for path in ["", "/keys", "/keys/owner.token", "/keys/household.key", "/hearth.lock"] {
                #expect((LocalFile.permissions(home + path) ?? 0o777) & 0o077 == 0, "\(path)")
            }
        }
    }

    @Test func nobodyThereIsSaidPlainly() async throws {
        try await TemporaryFolder.useWaiting { folder in
            // A port on which nobody listens: it was free a moment ago.
            let ending = try await RunningHearth.hearth(
                ["status"], environment: ["HEARTH_HOME": folder, "HEARTH_PORT": "1"])
            #expect(ending.status == .unavailable)
            #expect(ending.errors.contains("No Hearth answers at http://127.0.0.1:1"))
            #expect(ending.errors.contains("hearth serve"))
        }
    }

    @Test func wrongTokenIsSaidPlainly() async throws {
        try await RunningHearth.use { hearth in
            let ending = try await hearth.hearth(
                "devices", environment: ["HEARTH_TOKEN": "a-wrong-token-of-some-length"])
            #expect(ending.status == .noPermission)
        }
    }

    @Test func commandLinesThatAreWrongAreRefused() async throws {
        for arguments in [["nonsense"], ["devices", "add"], ["send", "--parallel", "0"], ["streams", "read"]] {
            let ending = try await RunningHearth.hearth(arguments, environment: [:])
            #expect(ending.status == .usage, "\(arguments)")
            #expect(!ending.errors.isEmpty && ending.output.isEmpty)
        }
        #expect(
            try await RunningHearth.hearth(["--version"], environment: [:]).output
                == "hearth \(HearthVersion.current)\n")
        for shell in ["bash", "zsh", "fish"] {
            #expect(try await RunningHearth.hearth(["completions", shell], environment: [:]).output.contains("hearth"))
        }
        let flag = try await RunningHearth.hearth(["--generate-completion-script", "bash"], environment: [:])
        #expect(flag.status == .success && flag.output.contains("_hearth"))
    }

    @Test func demoHouseholdIsBelievableAndCanBeWiped() async throws {
        try await TemporaryFolder.useWaiting { folder in
            let environment = ["HEARTH_HOME": folder + "/home", "HEARTH_PORT": "0"]
            let filled = try await RunningHearth.hearth(["demo", "--no-serve", "--json"], environment: environment)
            #expect(filled.status == .success, "\(filled.errors)")
            let count = filled.json["readings"]?.int64 ?? 0
            #expect(count > 30_000)
            let again = try await RunningHearth.hearth(["demo", "--no-serve", "--json"], environment: environment)
            #expect(again.json["readings"]?.int64 == count)
            #expect(!LocalFile.exists(folder + "/home"))
            #expect(try await RunningHearth.hearth(["demo", "--wipe"], environment: environment).status == .success)
            #expect(!LocalFile.exists(folder + "/home-demo"))
            try LocalFile.makeFolder(folder + "/home-demo/precious")
            #expect(try await RunningHearth.hearth(["demo", "--wipe"], environment: environment).status == .data)
            #expect(try await RunningHearth.hearth(["demo", "--no-serve"], environment: environment).status == .data)
            #expect(LocalFile.exists(folder + "/home-demo/precious"))
        }
    }
}
