import Foundation
import HearthCore
import Testing

@testable import HearthCommands

/// The commands against a server with a certificate as the TLS guide makes it.
@Suite struct CertificateTests {
    /// A household's authority and a server's certificate for `names`, as `docs/guides/tls.md` makes them.
    private struct Certificates {
        let authority: String
        let certificate: String
        let key: String

        init(in folder: String, names: String) throws {
            let script = """
                openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
                    -subj "/CN=Our household" -keyout authority.key -out authority.crt
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=hearth.lan" \
                    -keyout hearth.key -out hearth.csr
                printf 'subjectAltName=\(names)' >names
                openssl x509 -req -in hearth.csr -CA authority.crt -CAkey authority.key -CAcreateserial -days 1 \
                    -extfile names -out hearth.crt
                """
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-ec", script]
            shell.currentDirectoryURL = URL(fileURLWithPath: folder)
            shell.standardError = FileHandle.nullDevice
            try shell.run()
            shell.waitUntilExit()
            try #require(shell.terminationStatus == 0)
            (authority, certificate, key) = (folder + "/authority.crt", folder + "/hearth.crt", folder + "/hearth.key")
        }
    }

    private func use(
        names: String,
        _ body: @escaping @Sendable (RunningHearth, _ authority: String, _ certificate: String) async throws -> Void
    ) async throws {
        try await TemporaryFolder.useWaiting { folder in
            let made = try Certificates(in: folder, names: names)
            try await RunningHearth.use(
                environment: ["HEARTH_TLS_CERTIFICATE": made.certificate, "HEARTH_TLS_KEY": made.key]
            ) { try await body($0, made.authority, made.certificate) }
        }
    }

    @Test func commandsOnTheServersMachineKnowItsCertificate() async throws {
        try await use(names: "DNS:hearth.lan,IP:192.168.1.10") { hearth, authority, _ in
            #expect(hearth.address.description.hasPrefix("https://127.0.0.1:"))
            // The command has none of the server's variables.
            let status = try await hearth.hearth("status")
            #expect(status.status == .success, "\(status.errors)")
            let added = try await hearth.hearth("devices", "add", "Watch", "--kind", "watch")
            #expect(added.output.contains("a name that stands in the certificate"))
            let doctor = try await hearth.hearth("doctor", "--json")
            let server = doctor.json["checks"]?.array?.first { $0["check"] == "server" }
            #expect(server?["level"] == "ok", "\(doctor.output)")

            let url = hearth.address.description
            let other = try await hearth.hearth("status", "--url", url, "--ca", authority)
            #expect(other.status == .unavailable)
            #expect(other.errors.contains("does not name 127.0.0.1"), "\(other.errors)")
            let stray = try await hearth.hearth("status", "--ca", authority)
            #expect(stray.status == .usage)
            #expect(stray.errors.contains("--url"))
        }
    }

    @Test func aServerElsewhereIsReachedByAnAuthority() async throws {
        try await use(names: "DNS:localhost") { hearth, authority, _ in
            let url = "https://localhost:\(hearth.address.port)"
            let status = try await hearth.hearth("status", "--url", url, "--ca", authority)
            #expect(status.status == .success, "\(status.errors)")
            let byVariable = try await hearth.hearth("status", "--url", url, environment: ["HEARTH_CA": authority])
            #expect(byVariable.status == .success, "\(byVariable.errors)")
            let unknown = try await hearth.hearth("status", "--url", url)
            #expect(unknown.status == .unavailable)
            #expect(unknown.errors.contains("--ca FILE"), "\(unknown.errors)")

            let doctor = try await hearth.hearth("doctor", "--url", url, "--ca", authority, "--json")
            #expect(doctor.status == .success, "\(doctor.output)")
            #expect(doctor.json["checks"]?.array?.compactMap { $0["check"]?.string } == ["server", "token"])
            let refused = try await hearth.hearth(
                "doctor", "--url", url, "--ca", authority, "--json", environment: ["HEARTH_TOKEN": "wrong"])
            #expect(refused.status == .failure)
            #expect(refused.json["checks"]?[1]?["level"] == "fail")
        }
    }

    @Test func aRenewedCertificateAsksForARestart() async throws {
        try await use(names: "DNS:hearth.lan") { hearth, authority, certificate in
            try FileManager.default.removeItem(atPath: certificate)
            try FileManager.default.copyItem(atPath: authority, toPath: certificate)
            let status = try await hearth.hearth("status", "--json")
            #expect(status.status == .unavailable)
            #expect(status.json["ready"] == false)
            #expect(status.json["error"]?["hint"]?.string?.contains("Restart the server") == true, "\(status.output)")
            let doctor = try await hearth.hearth("doctor", "--json")
            let server = doctor.json["checks"]?.array?.first { $0["check"] == "server" }
            #expect(server?["fix"]?.string?.contains("Restart the server") == true, "\(doctor.output)")
        }
    }
}
