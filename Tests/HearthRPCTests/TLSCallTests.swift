import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import HearthProtocols
import HearthServer
import Testing

@testable import HearthRPC

@Suite struct TLSCallTests {
    @Test func certificateOfHTTPStandsBeforeThisDoorToo() async throws {
        let certificate = try TestCertificate()
        defer { certificate.remove() }
        try await RPCHousehold.with {
            $0.certificatePath = certificate.certificatePath
            $0.privateKeyPath = certificate.keyPath
        } _: { household in
            let security = HTTP2ClientTransport.Posix.TransportSecurity.tls {
                $0.trustRoots = .certificates([.file(path: certificate.certificatePath, format: .pem)])
                $0.serverCertificateVerification = .noHostnameVerification
            }
            let metadata = household.metadata(.phone)
            let answers = try await withGRPCClient(
                transport: try .http2NIOPosix(
                    target: .ipv4(address: "127.0.0.1", port: household.port), transportSecurity: security)
            ) { client in
                try await Ingestion_V1_IngestionService.Client(wrapping: client).sendReadings(metadata: metadata) {
                    try await $0.write(Sending.opening("accelerometer"))
                    try await $0.write(Sending.columns(1, from: 0, count: 3))
                }
            }
            #expect(answers.accepted == 3)
            // Without TLS nobody is answered.
            let options = Sending.options(timeout: .seconds(2))
            await #expect(throws: RPCError.self) {
                try await household.connected { client in
                    _ = try await Grpc_Health_V1_Health.Client(wrapping: client).check(.init(), options: options)
                }
            }
        }
    }

    @Test func certificateThatCannotBeReadKeepsTheDoorShut() async throws {
        await #expect(throws: (any Error).self) {
            try await RPCHousehold.with {
                $0.certificatePath = "/nowhere/certificate.pem"
                $0.privateKeyPath = "/nowhere/key.pem"
            } _: { _ in
                Issue.record("the door opened")
            }
        }
    }
}

/// A certificate that vouches for itself, made by the openssl program.
private struct TestCertificate {
    let certificatePath: String
    let keyPath: String
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "hearth-rpc-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificatePath = folder.appending(path: "certificate.pem").path
        keyPath = folder.appending(path: "key.pem").path
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "1", "-subj", "/CN=localhost", "-keyout", keyPath, "-out", certificatePath,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
