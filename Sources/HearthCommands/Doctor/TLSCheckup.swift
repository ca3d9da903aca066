import HearthCore
import NIOSSL

/// Looks at the certificate and key as the server will use them.
struct TLSCheckup {
    let settings: Settings
    let now: Timestamp

    func findings() -> [Finding] {
        guard let certificate = settings.tlsCertificate, let key = settings.tlsKey else { return [] }
        for (path, variable) in [(certificate, "HEARTH_TLS_CERTIFICATE"), (key, "HEARTH_TLS_KEY")]
        where !LocalFile.isFile(path) {
            return [.fail("TLS", "there is no file \(path)", fix: "correct \(variable)")]
        }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate)
            guard let leaf = chain.first else {
                return [.fail("TLS", "\(certificate) holds no certificate", fix: "put the chain there in PEM form")]
            }
            let configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            // Fails when the two do not belong together.
            _ = try NIOSSLContext(configuration: configuration)
            return [validity(of: leaf)] + (isExposed(key) ? [exposed(key)] : [])
        } catch {
            return [
                .fail(
                    "TLS", "the certificate and its key cannot be used: \(error)",
                    fix: "both are PEM files, the certificate of this host first, and belong together")
            ]
        }
    }

    private func validity(of certificate: NIOSSLCertificate) -> Finding {
        let end = Timestamp(seconds: Double(certificate.notValidAfter))
        let start = Timestamp(seconds: Double(certificate.notValidBefore))
        if end <= now {
            return .fail("TLS", "the certificate ended \(Quantity.age(of: end, at: now))", fix: "renew it")
        }
        if start > now {
            return .fail("TLS", "the certificate begins \(Quantity.age(of: start, at: now))", fix: "check the clock")
        }
        if end < now + .seconds(14 * 86_400) {
            return .warn(
                "TLS", "the certificate ends \(Quantity.age(of: end, at: now))", fix: "renew it and restart Hearth")
        }
        return .ok("TLS", "the certificate and its key fit, until \(end.description.prefix(10))")
    }

    private func isExposed(_ path: String) -> Bool { (LocalFile.permissions(path) ?? 0) & 0o077 != 0 }

    private func exposed(_ path: String) -> Finding {
        .warn("TLS", "other users of this machine can read \(path)", fix: "chmod 600 \(path)")
    }
}
