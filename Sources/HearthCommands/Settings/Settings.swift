package import HearthCore
package import HearthIngest

/// Everything a person can decide about a Hearth, as it is in force: options over the environment over
/// `$HEARTH_HOME/hearth.yaml` over defaults.
package struct Settings: Sendable {
    /// Absolute.
    package var home: String
    package var host: String
    package var port: Int
    /// nil: no door for gRPC.
    package var grpcPort: Int?
    package var token: String?
    /// Name of a level of swift-log.
    package var log: String
    package var tlsCertificate: String?
    package var tlsKey: String?
    /// 0: one per processor core.
    package var threads: Int
    package var bodyLimitBytes: Int
    package var uploadLimitBytes: Int
    package var queueRows: Int
    package var maxConnections: Int
    /// Certificates that commands believe instead of the system's authorities.
    package var authority: String?
    /// 0: no limit.
    package var rateLimitPerSecond: Int
    /// IANA name; nil: the system's.
    package var timeZone: String?
    package var maintenanceInterval: Duration
    /// When segments are taken in, how fast, and how long they are kept.
    package var spool: SpoolSettings
    package var allowOrigins: [String]
    /// Folder of the shipped definitions; nil: beside the program.
    package var resources: String?

    /// Absolute.
    package var models: String
    package var embeddingModel: String
    /// int8 or fp32.
    package var embeddingPrecision: String
    /// Server of the language model; nil: answers are quoted.
    package var llmURL: String?
    package var llmModel: String?
    package var llmKey: String?
    /// Transcription server; nil: PocketSphinx writes down what is said.
    package var sttURL: String?
    package var sttModel: String?
    package var sttKey: String?
    /// Folder of a model of sherpa-onnx, absolute.
    package var sttFolder: String?
    /// Folders that its programs are looked for in.
    package var sttProgramFolders: [String]
    /// Where its programs are when nobody says otherwise.
    package var sttInstallFolder: String
    /// Tesseract's names; empty: eng.
    package var ocrLanguages: [String]
    /// nil: beside the program.
    package var decoder: String?
    package var fetchAllow: [String]
    /// The mapping that names targets of webhooks; see `notifyTargets`.
    package var notify: JSONValue?
    package var notifyKeep: Duration
    package var notifyReadingsInterval: Duration
    package var diskLowBytes: Int

    /// Where each value came from, in the order of `all`.
    package private(set) var inForce: [SettingInForce]

    /// Reads the settings in force.
    /// - Parameters:
    ///   - environment: The variables of the process.
    ///   - options: Values given on the command line, by name as in `hearth.yaml`.
    /// - Throws: `settings-invalid`, naming every setting that cannot be used and why.
    package init(environment: [String: String], options: [String: String] = [:]) throws(HearthError) {
        var reader = SettingsReader(environment: environment, options: options)
        home = reader.home()
        try reader.readFile(at: home + "/" + Self.fileName)
        host = reader.value(.host)
        port = reader.value(.port)
        grpcPort = reader.value(.grpcPort)
        token = reader.value(.token)
        log = reader.value(.log)
        tlsCertificate = reader.path(.tlsCertificate)
        tlsKey = reader.path(.tlsKey)
        authority = reader.path(.authority)
        threads = reader.value(.threads)
        bodyLimitBytes = reader.value(.bodyLimitBytes)
        uploadLimitBytes = reader.value(.uploadLimitBytes)
        queueRows = reader.value(.queueRows)
        maxConnections = reader.value(.maxConnections)
        rateLimitPerSecond = reader.value(.rateLimitPerSecond)
        timeZone = reader.value(.timeZone)
        maintenanceInterval = .seconds(reader.value(.maintenanceIntervalSeconds))
        spool = SpoolSettings()
        spool.minimumFiles = reader.value(.spoolMinFiles)
        spool.minimumBytes = reader.value(.spoolMinBytes)
        spool.maximumAge = .seconds(reader.value(.spoolMaxAgeSeconds))
        spool.readingsPerSecond = reader.value(.spoolRatePerSecond)
        spool.archiveKept = .seconds(reader.value(.spoolArchiveDays) * 86_400)
        notify = reader.value(.notify)
        notifyKeep = .seconds(reader.value(.notifyKeepDays) * 86_400)
        notifyReadingsInterval = .seconds(reader.value(.notifyReadingsSeconds))
        diskLowBytes = reader.value(.diskLowBytes)
        allowOrigins = reader.value(.allowOrigins)
        llmURL = reader.value(.llmURL)
        llmModel = reader.value(.llmModel)
        llmKey = reader.value(.llmKey)
        if (llmURL == nil) != (llmModel == nil) {
            let missing = llmURL == nil ? Setting.llmURL : Setting.llmModel
            reader.refuse(missing.declaration, "is missing; a language model needs its URL and its name")
        }
        sttURL = reader.value(.sttURL)
        sttModel = reader.value(.sttModel)
        sttKey = reader.value(.sttKey)
        if (sttURL == nil) != (sttModel == nil) {
            let missing = sttURL == nil ? Setting.sttURL : Setting.sttModel
            reader.refuse(missing.declaration, "is missing; a transcription server needs its URL and its model's name")
        }
        sttFolder = reader.path(.sttFolder)
        sttInstallFolder = SettingsReader.dataFolder(environment) + "/hearth/sherpa-onnx"
        sttProgramFolders =
            reader.path(.sttPrograms).map { [$0] }
            ?? (environment["PATH"] ?? "").split(separator: ":").filter { $0.hasPrefix("/") }.map(String.init)
            + [sttInstallFolder + "/bin"]
        if sttFolder != nil, sttURL != nil {
            reader.refuse(
                Setting.sttFolder.declaration,
                "is set beside HEARTH_STT_URL; either a model on this machine or a server writes down speech")
        }
        resources = reader.path(.resources)
        models = reader.path(.models) ?? SettingsReader.dataFolder(environment) + "/hearth/models"
        embeddingModel = reader.value(.embeddingModel)
        embeddingPrecision = reader.value(.embeddingPrecision)
        ocrLanguages = reader.value(.ocrLanguages)
        decoder = reader.path(.decoder)
        fetchAllow = reader.value(.fetchAllow)
        if (tlsCertificate == nil) != (tlsKey == nil) {
            let missing = tlsCertificate == nil ? Setting.tlsCertificate : Setting.tlsKey
            reader.refuse(missing.declaration, "is missing; TLS needs the certificate and its key")
        }
        reader.refuseUnknownVariables()
        try reader.finish()
        inForce = reader.inForce
    }

    /// Whether the token was given to this very run, and is not the home's own.
    package var isTokenOfEnvironment: Bool {
        inForce.contains { $0.declaration.name == "token" && ($0.source == .environment || $0.source == .option) }
    }

    package static let fileName = "hearth.yaml"

    /// Whether nothing but programs on this machine can reach the server.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
    }

    package var usesTLS: Bool { tlsCertificate != nil }
}

/// One setting as the doctor shows it.
package struct SettingInForce: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        case option
        case environment
        case file(line: Int)
        case standard
    }

    package var declaration: SettingDeclaration
    /// Hidden when the setting is a secret.
    package var text: String
    package var source: Source
}
