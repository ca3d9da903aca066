import HearthServer
import HearthVault

extension Settings {
    /// What the server needs to know of the settings.
    var server: ServerSettings {
        var server = ServerSettings()
        server.host = host
        server.port = port
        server.certificatePath = tlsCertificate
        server.privateKeyPath = tlsKey
        server.eventLoopThreads = threads > 0 ? threads : nil
        server.limits.connections = maxConnections
        server.allowedOrigins = Set(allowOrigins)
        server.home = home
        server.version = HearthVersion.current
        server.isDemo = DemoHome.isOne(home)
        if rateLimitPerSecond > 0 {
            let rate = RateSettings.Rate(perSecond: Double(rateLimitPerSecond), burst: Double(2 * rateLimitPerSecond))
            for role in Role.allCases { server.rates.perRole[role] = rate }
        }
        return server
    }
}

extension Settings {
    /// What `hearth-decoder` is told of them.
    var decoderEnvironment: [String: String] {
        ["HEARTH_MODELS": models]
    }
}
