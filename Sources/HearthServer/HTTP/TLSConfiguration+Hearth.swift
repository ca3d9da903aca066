package import HearthCore
package import NIOSSL

extension TLSConfiguration {
    /// TLS 1.3 alone, with the certificate and key of the settings; nil when there are none.
    ///
    /// - Throws: `.unusableCertificate`.
    ///
    /// - Parameter protocols: What is spoken, as ALPN names it.
    package static func server(
        _ settings: ServerSettings, protocols: [String] = ["http/1.1"]
    ) throws(HearthError) -> TLSConfiguration? {
        guard settings.certificatePath != nil || settings.privateKeyPath != nil else { return nil }
        guard let certificatePath = settings.certificatePath, let keyPath = settings.privateKeyPath else {
            throw HearthError(
                .unusableCertificate, "For TLS, a certificate and its private key are needed; one of them is not set.",
                hint: "Set both, or none.")
        }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificatePath)
            let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv13
            configuration.applicationProtocols = protocols
            // A key that does not fit its certificate is found here rather than with the first visitor.
            _ = try NIOSSLContext(configuration: configuration)
            return configuration
        } catch {
            throw HearthError(
                .unusableCertificate, "The certificate \(certificatePath) cannot be used with the key \(keyPath).",
                hint: "Both are PEM files; the key belongs to the first certificate.", cause: error)
        }
    }
}

extension ErrorCode {
    /// The certificate or private key for TLS cannot be read, or they do not belong together.
    package static let unusableCertificate = ErrorCode("unusable-certificate")
}
