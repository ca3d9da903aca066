import HearthCore
import HearthVault
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// The commands' way to a running Hearth: its HTTP interface, as any other program uses it.
struct ServerClient: Sendable {
    let address: ServerAddress
    private let token: String?
    private let trust: Trust

    /// Whom to believe on the other side of TLS.
    enum Trust: Sendable {
        /// Whatever the system's certificate authorities vouch for.
        case authorities
        /// What the certificates of this file vouch for, the file's own among them.
        case authority(path: String)
        /// The certificate of the server on this machine, byte for byte. It is mostly of the household's own making and
        /// names the addresses that others call, not the loopback address that is dialled here.
        case certificate(path: String)
    }

    /// The token of a home goes to the server of that home alone; to another goes what `HEARTH_TOKEN` says.
    /// - Parameter needsToken: Whether a server elsewhere is not asked without a token.
    /// - Throws: `invalid-argument` for a `url` that is none, or that names a server for which there is no token, and what
    ///   the owner's token file is refused for.
    init(settings: Settings, url: String? = nil, needsToken: Bool = true) throws {
        if let url {
            guard let address = ServerAddress(url: url) else {
                throw HearthError(
                    .invalidArgument, "\(url) is not an address of a server.",
                    hint: "Write it as in http://127.0.0.1:8000 or https://hearth.example.")
            }
            self.address = address
            trust = settings.authority.map { .authority(path: $0) } ?? .authorities
        } else {
            let holder = HomeLock.holder(of: settings.home)
            address =
                holder?.address
                ?? ServerAddress(listening: settings.host, port: settings.port, usesTLS: settings.usesTLS)
            // A running server may have got its settings from variables that this command does not have.
            let certificate = holder?.certificate ?? settings.tlsCertificate
            trust = certificate.map { .certificate(path: $0) } ?? .authorities
        }
        let dialled = address
        if settings.isTokenOfEnvironment {
            token = settings.token
        } else if url == nil || Self.homeAddresses(settings).contains(where: { $0.isSameServer(as: dialled) }) {
            token = try settings.token ?? Self.ownerToken(home: settings.home)
        } else if needsToken {
            throw HearthError(
                .invalidArgument,
                "\(address) is not the server of \(settings.home), and no token for it is given.",
                hint: "Set HEARTH_TOKEN to a token of that server; that of the home is not sent elsewhere.")
        } else {
            token = nil
        }
    }

    /// Where the server of a home answers, or would.
    private static func homeAddresses(_ settings: Settings) -> [ServerAddress] {
        [ServerAddress(listening: settings.host, port: settings.port, usesTLS: settings.usesTLS)]
            + [HomeLock.holder(of: settings.home)?.address].compactMap { $0 }
    }

    init(address: ServerAddress, token: String?, trust: Trust = .authorities) {
        self.address = address
        self.token = token
        self.trust = trust
    }

    private static func ownerToken(home: String) throws(HearthError) -> String? {
        let path = home + "/keys/owner.token"
        guard let bytes = try LocalFile.bytesIfPresent(path, limit: 4096) else { return nil }
        return String(decoding: bytes, as: UTF8.self).trimmingSuffix(while: \.isWhitespace)
    }

    static let connectTimeout = TimeAmount.seconds(5)
    /// How long a server may say nothing while an answer is due.
    var answerTimeout = TimeAmount.seconds(120)

    /// Opens a connection for the time of `body`.
    func withConnection<Result>(
        _ body: (ServerConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await connect()
        do {
            return try await channel.executeThenClose { answers, requests in
                let connection = ServerConnection(
                    answers: answers, requests: requests, address: address, trust: trust, token: token,
                    close: { channel.channel.close(promise: nil) })
                return try await body(connection)
            }
        } catch let error as HearthError {
            throw error
        } catch let error as ChannelError where error == .alreadyClosed {
            throw HearthError(
                .serverUnreachable, "The connection to \(address) broke.", disposition: .retry, cause: error)
        }
    }

    private func connect() async throws(HearthError) -> ServerConnection.Channel {
        let (address, answerTimeout) = (address, answerTimeout)
        do {
            let tls = address.usesTLS ? try tlsContext() : nil
            let pinned = address.usesTLS ? try pinnedCertificate() : nil
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(Self.connectTimeout)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: address.host, port: address.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let tls { try pipeline.addHandler(Self.tlsHandler(tls, address, pinned: pinned)) }
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(IdleStateHandler(allTimeout: answerTimeout))
                        try pipeline.addHandler(SilenceHandler(limit: answerTimeout))
                        return try ServerConnection.Channel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as HearthError {
            throw error
        } catch {
            throw HearthError(
                .serverUnreachable, "No Hearth answers at \(address).",
                hint: "Start it with `hearth serve`, or name another with --url or --home.", disposition: .retry,
                cause: error)
        }
    }

    private func tlsContext() throws(HearthError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = ["http/1.1"]
        switch trust {
        case .authorities: break
        case .authority(let path):
            guard let certificates = try? NIOSSLCertificate.fromPEMFile(path), !certificates.isEmpty else {
                throw HearthError(
                    .settingsInvalid, "\(path), which names whom to trust, holds no certificate.",
                    hint: "Give --ca or HEARTH_CA a file with certificates in PEM form.")
            }
            configuration.trustRoots = .certificates(certificates)
        case .certificate:
            // Names are looked at even where a callback judges the certificate; here it is known as a whole.
            configuration.certificateVerification = .noHostnameVerification
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw HearthError(.settingsInvalid, "TLS cannot be set up on this machine.", cause: error)
        }
    }

    /// The only certificate to trust, where it is known.
    private func pinnedCertificate() throws(HearthError) -> NIOSSLCertificate? {
        guard case .certificate(let path) = trust else { return nil }
        guard let certificate = try? NIOSSLCertificate.fromPEMFile(path).first else {
            throw HearthError(
                .settingsInvalid, "\(path), the certificate of the server on this machine, cannot be read.",
                hint: "Run this as the user that runs Hearth, or name the server with --url and --ca.")
        }
        return certificate
    }

    private static func tlsHandler(
        _ context: NIOSSLContext, _ address: ServerAddress, pinned: NIOSSLCertificate?
    ) throws -> NIOSSLClientHandler {
        let isName = (try? SocketAddress(ipAddress: address.host, port: 0)) == nil
        let name = isName ? address.host : nil
        guard let pinned else { return try NIOSSLClientHandler(context: context, serverHostname: name) }
        return try NIOSSLClientHandler(context: context, serverHostname: name) { presented, promise in
            promise.succeed(presented.first == pinned ? .certificateVerified : .failed)
        }
    }

    // MARK: One request

    /// Sends one request on a connection of its own and reads the whole answer, whatever its status.
    func perform(_ call: HTTPCall) async throws -> HTTPAnswer {
        try await withConnection { try await $0.perform(call) }
    }

    /// Sends one request and reads its JSON answer; any other status than 2xx is thrown as the server explained it.
    @discardableResult
    func json(_ call: HTTPCall) async throws -> JSONValue {
        let answer = try await perform(call)
        return try JSONAnswer.value(answer, of: self)
    }
}

extension String {
    func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var text = self[...]
        while let last = text.last, predicate(last) { text.removeLast() }
        return String(text)
    }
}
