import Foundation
import HearthCore
import Testing

@testable import HearthCommands

@Suite struct SettingsTests {
    /// A home with this `hearth.yaml`.
    private func settings(
        file: String? = nil, environment: [String: String] = [:], options: [String: String] = [:]
    ) throws -> Settings {
        try TemporaryFolder.use { folder in
            if let file { try Data(file.utf8).write(to: URL(fileURLWithPath: folder + "/hearth.yaml")) }
            return try Settings(
                environment: environment.merging(["HEARTH_HOME": folder]) { own, _ in own }, options: options)
        }
    }

    private func problems(
        file: String? = nil, environment: [String: String] = [:], options: [String: String] = [:]
    ) -> [HearthError.Field] {
        do {
            _ = try settings(file: file, environment: environment, options: options)
            return []
        } catch let error as HearthError {
            #expect(error.code == .settingsInvalid)
            return error.fields
        } catch {
            Issue.record(error)
            return []
        }
    }

    @Test func defaultsHoldWhenNothingIsSaid() throws {
        let settings = try settings()
        #expect(settings.host == "127.0.0.1")
        #expect(settings.port == 8000)
        #expect(settings.token == nil)
        #expect(settings.uploadLimitBytes == 512 << 20)
        #expect(settings.rateLimitPerSecond == 0)
        #expect(settings.isLoopback)
        #expect(settings.inForce.dropFirst().allSatisfy { $0.source == .standard })
    }

    @Test func homeComesFromTheDataFolder() throws {
        #expect(try Settings(environment: ["XDG_DATA_HOME": "/srv/data"]).home == "/srv/data/hearth")
        #expect(try Settings(environment: ["HOME": "/home/mira"]).home == "/home/mira/.local/share/hearth")
        #expect(try Settings(environment: ["HOME": "/home/mira", "HEARTH_HOME": "~/h"]).home == "/home/mira/h")
        #expect(try Settings(environment: [:], options: ["home": "/a/../b/./c"]).home == "/b/c")
    }

    @Test func optionsCountMoreThanEnvironmentThanFile() throws {
        let file = "port: 1\nhost: 10.0.0.1\nlog: debug\n"
        let settings = try settings(
            file: file, environment: ["HEARTH_PORT": "2", "HEARTH_HOST": "10.0.0.2"], options: ["port": "3"])
        #expect(settings.port == 3)
        #expect(settings.host == "10.0.0.2")
        #expect(settings.log == "debug")
        let sources = Dictionary(uniqueKeysWithValues: settings.inForce.map { ($0.declaration.name, $0.source) })
        #expect(sources["port"] == .option)
        #expect(sources["host"] == .environment)
        #expect(sources["log"] == .file(line: 3))
        #expect(!settings.isLoopback)
    }

    @Test func emptyVariableSaysNothing() throws {
        #expect(try settings(environment: ["HEARTH_PORT": ""]).port == 8000)
    }

    @Test func sizesMayHaveUnits() throws {
        let settings = try settings(file: "body_limit_bytes: 64MiB\nupload_limit_bytes: 1.5 GiB\n")
        #expect(settings.bodyLimitBytes == 64 << 20)
        #expect(settings.uploadLimitBytes == 3 << 29)
    }

    @Test func listsAreYAMLListsOrCommas() throws {
        #expect(
            try settings(file: "allow_origins:\n  - https://a\n  - https://b\n").allowOrigins == [
                "https://a", "https://b",
            ])
        #expect(
            try settings(environment: ["HEARTH_ALLOW_ORIGINS": " https://a , https://b,"]).allowOrigins == [
                "https://a", "https://b",
            ])
    }

    @Test func pathsInTheFileAreRelativeToTheHome() throws {
        try TemporaryFolder.use { folder in
            try Data("tls_certificate: tls/a.crt\ntls_key: /etc/a.key\n".utf8)
                .write(to: URL(fileURLWithPath: folder + "/hearth.yaml"))
            let settings = try Settings(environment: ["HEARTH_HOME": folder])
            #expect(settings.tlsCertificate == folder + "/tls/a.crt")
            #expect(settings.tlsKey == "/etc/a.key")
        }
    }

    @Test func unknownKeyNamesItselfAndTheNearest() {
        let found = problems(file: "# ours\nprot: 9000\nHEARTH_HOTS: x\nbanana: 1\n")
        #expect(found.map(\.pointer) == ["prot (line 2)", "HEARTH_HOTS (line 3)", "banana (line 4)"])
        #expect(found[0].message.contains("`port`"))
        #expect(found[1].message.contains("`host`"))
        #expect(!found[2].message.contains("did you mean"))
    }

    @Test func valueOutOfRangeSaysTheRange() {
        #expect(
            problems(environment: ["HEARTH_PORT": "70000"]) == [
                .init(pointer: "HEARTH_PORT", message: "70000 is out of range; give 0 to 65535")
            ])
        #expect(problems(environment: ["HEARTH_PORT": "web"])[0].message.contains("0 to 65535"))
        #expect(problems(options: ["port": "-1"])[0].pointer == "--port")
        #expect(problems(file: "log: loud\n")[0].message.contains("trace, debug, info"))
        #expect(problems(file: "body_limit_bytes: 1 byte\n")[0].message.contains("1 KiB to 1 GiB"))
        #expect(problems(file: "time_zone: Mars/Olympus\n")[0].message.contains("Europe/Berlin"))
    }

    @Test func everyMistakeIsNamedAtOnce() {
        let found = problems(file: "port: -5\nlog: loud\nprot: 1\n", environment: ["HEARTH_THREADS": "many"])
        #expect(Set(found.map(\.pointer)) == ["port (line 1)", "log (line 2)", "prot (line 3)", "HEARTH_THREADS"])
    }

    @Test func secretsAreNeverShown() throws {
        let settings = try settings(environment: ["HEARTH_TOKEN": "very-secret-token-42"])
        #expect(settings.token == "very-secret-token-42")
        #expect(!settings.inForce.contains { $0.text.contains("secret") })
    }

    @Test func speechIsWrittenDownByAModelOrAServer() throws {
        let both = ["HEARTH_STT_FOLDER": "/m", "HEARTH_STT_URL": "http://127.0.0.1:1", "HEARTH_STT_MODEL": "m"]
        #expect(problems(environment: both)[0].pointer == "HEARTH_STT_FOLDER")
        let found = try settings(environment: ["HEARTH_STT_FOLDER": "/m", "PATH": "/usr/bin:relative:/opt/bin"])
        #expect(found.sttFolder == "/m")
        #expect(Array(found.sttProgramFolders.prefix(2)) == ["/usr/bin", "/opt/bin"])
        #expect(found.sttProgramFolders.last?.hasSuffix("/hearth/sherpa-onnx/bin") == true)
        let set = try settings(environment: ["HEARTH_STT_FOLDER": "/m", "HEARTH_STT_PROGRAMS": "/opt/sherpa"])
        #expect(set.sttProgramFolders == ["/opt/sherpa"])
    }

    @Test func certificateNeedsItsKey() {
        #expect(problems(environment: ["HEARTH_TLS_CERTIFICATE": "/a"])[0].pointer == "HEARTH_TLS_KEY")
        #expect(problems(environment: ["HEARTH_TLS_KEY": "/a"])[0].pointer == "HEARTH_TLS_CERTIFICATE")
    }

    @Test func homeCannotStandInItsOwnFile() {
        #expect(problems(file: "home: /elsewhere\n")[0].message.contains("HEARTH_HOME"))
    }

    @Test func brokenFileIsNamed() {
        for file in ["port: [1", "- a\n- b\n", "port:\n  deep: 1\n", "port: 1\nport: 2\n"] {
            #expect(throws: HearthError.self, "\(file)") { _ = try settings(file: file) }
        }
    }

    @Test func emptyFileAndEmptyValuesSayNothing() throws {
        #expect(try settings(file: "").port == 8000)
        #expect(try settings(file: "# nothing\n").port == 8000)
        #expect(try settings(file: "port:\n").port == 8000)
    }

    @Test func mistypedVariablesStopTheStart() throws {
        let error = #expect(throws: HearthError.self) {
            try settings(environment: ["HEARTH_PROT": "1", "HEARTH_UTTERLY_UNKNOWN": "2", "HOME": "/"])
        }
        #expect(error?.fields.map(\.pointer) == ["HEARTH_PROT", "HEARTH_UTTERLY_UNKNOWN"])
        #expect(error?.fields.first?.message == "is not a setting; did you mean `HEARTH_PORT`?")
        #expect(error?.fields.last?.message == "is not a setting; the reference page lists those there are")
        #expect(try settings(environment: ["HEARTH_FUZZ_SECONDS": "1", "HEARTHSTONE": "2"]).port == 8000)
    }

    @Test func everyDeclarationIsReadOnce() throws {
        let read = try settings().inForce.map(\.declaration)
        #expect(read.sorted { $0.name < $1.name } == Settings.all.sorted { $0.name < $1.name })
    }
}

@Suite struct NearestNameTests {
    @Test func findsSwapsDropsAndPrefixes() {
        let names = Settings.all.map(\.name)
        #expect(NearestName.of("HEARTH_QUEUE_ROW", among: names) == "queue_rows")
        #expect(NearestName.of("body-limit-bytes", among: names) == "body_limit_bytes")
        #expect(NearestName.of("zone", among: names) == nil)
        #expect(NearestName.distance(Array("ab"), Array("ba")) == 1)
        #expect(NearestName.distance(Array(""), Array("abc")) == 3)
        #expect(NearestName.distance(Array("kitten"), Array("sitting")) == 3)
    }
}
