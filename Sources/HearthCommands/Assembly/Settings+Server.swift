import Foundation
import HearthCore
import HearthInference
import HearthMedia
import HearthModelServers
import HearthPerceive
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
    /// How `hearth-decoder` is started, and what it is told of them.
    var decoderConfiguration: DecoderConfiguration {
        DecoderConfiguration(
            program: decoder ?? DecoderConfiguration.programBesideThis, environment: ["HEARTH_MODELS": models])
    }

    /// Loads nothing yet.
    /// - Throws: `model-unavailable`, `malformed-model`, `unsupported-model`.
    var embedder: DeferredEmbedder {
        get throws {
            try DeferredEmbedder(
                library: ModelLibrary(folder: URL(fileURLWithPath: models)), model: embeddingModel,
                precision: embeddingPrecision == "fp32" ? .float32 : .int8,
                threads: ProcessInfo.processInfo.activeProcessorCount)
        }
    }

    /// What writes down recordings in place of PocketSphinx.
    var transcriber: (any RemoteTranscriber)? {
        get throws(HearthError) {
            if let sherpa { return SherpaTranscriber(sherpa) }
            return try transcriptionEndpoint.map { TranscriptionClient(endpoint: $0) }
        }
    }

    /// Nil: no model is set.
    var sherpa: SherpaConfiguration? {
        sttFolder.map {
            SherpaConfiguration(folder: $0, programFolders: sttProgramFolders, installFolder: sttInstallFolder)
        }
    }

    /// The server that writes down recordings; nil: none is set.
    var transcriptionEndpoint: ModelServerEndpoint? {
        get throws(HearthError) {
            guard let sttURL else { return nil }
            let timeout = ModelServerEndpoint.transcriptionTimeout
            return try ModelServerEndpoint(
                .transcription, base: sttURL, model: sttModel ?? "", key: sttKey, timeout: timeout, silence: timeout)
        }
    }
}
