import HearthCore

// Every setting there is. The order is the order of the reference page and of `hearth doctor`.

extension Setting where Value == String {
    static var home: Setting {
        var setting = text(
            "home", "$XDG_DATA_HOME/hearth, else ~/.local/share/hearth",
            help: "Folder that holds everything Hearth keeps: databases, originals, keys, `hearth.yaml`.")
        setting.declaration.form = "folder"
        setting.declaration.isAllowedInFile = false
        return setting
    }

    static var host: Setting {
        text(
            "host", "127.0.0.1",
            help:
                "Address to listen on. Other than a loopback address, Hearth can be reached from the network: set a TLS "
                + "certificate too.")
    }

    static var log: Setting {
        choice(
            "log", "info", of: ["trace", "debug", "info", "notice", "warning", "error", "critical"],
            help: "The least important level that is logged.")
    }

    static var embeddingModel: Setting {
        text(
            "embedding_model", "all-minilm-l6-v2",
            help: "Folder below the models whose BERT-family model gives texts their meaning, for search and answers.")
    }

    static var embeddingPrecision: Setting {
        choice(
            "embedding_precision", "int8", of: ["int8", "fp32"],
            help: "Arithmetic of that model: `int8` is several times faster, `fp32` a little finer.")
    }
}

extension Setting where Value == Int {
    static var port: Setting {
        integer(
            "port", 8000, in: 0...65_535, help: "TCP port to listen on; 0 lets the system choose a free one.")
    }

    static var threads: Setting {
        integer(
            "threads", 0, in: 0...256, help: "Threads that serve connections; 0 is one per processor core.")
    }

    static var bodyLimitBytes: Setting {
        bytes(
            "body_limit_bytes", 32 << 20, in: 1 << 10...1 << 30,
            help: "Largest request body, but for uploads. A larger one is answered with 413.")
    }

    static var uploadLimitBytes: Setting {
        bytes(
            "upload_limit_bytes", 512 << 20, in: 1 << 10...1 << 40,
            help: "Largest uploaded file. Uploads are never held whole in memory.")
    }

    static var queueRows: Setting {
        integer(
            "queue_rows", 200_000, in: 1000...10_000_000,
            help: "Readings that may wait to be stored. When more come, callers get 429 with Retry-After.")
    }

    static var maxConnections: Setting {
        integer(
            "max_connections", 4096, in: 1...1_000_000, help: "Connections open at once; further ones get 503.")
    }

    static var rateLimitPerSecond: Setting {
        integer(
            "rate_limit_per_second", 0, in: 0...1_000_000,
            help: "Requests and socket messages of one token per second, the owner's too; 0: generous limits built in."
        )
    }

    static var spoolMinFiles: Setting {
        integer(
            "spool_min_files", 8, in: 1...100_000,
            help: "Segments in `spool/incoming` that are taken in at once, however small.")
    }

    static var spoolMinBytes: Setting {
        bytes(
            "spool_min_bytes", 1 << 20, in: 1...1 << 40,
            help: "Size of the segments in `spool/incoming` that are taken in at once, however few.")
    }

    static var spoolMaxAgeSeconds: Setting {
        integer(
            "spool_max_age_seconds", 10, in: 0...86_400, unit: "seconds",
            help: "How long a segment waits in `spool/incoming` at most; 0 takes each in as it comes.")
    }

    static var spoolRatePerSecond: Setting {
        integer(
            "spool_rate_per_second", 0, in: 0...10_000_000,
            help: "Readings per second that are taken from segments at most; 0 is as fast as it goes, beside devices.")
    }

    static var spoolArchiveDays: Setting {
        integer(
            "spool_archive_days", 30, in: 0...36_500, unit: "days",
            help: "How long segments that are stored stay in `spool/archive`. Failed ones stay until they are retried.")
    }

    static var notifyKeepDays: Setting {
        integer(
            "notify_keep_days", 30, in: 1...3650, unit: "days",
            help: "How long events are kept after every target has them or they were given up.")
    }

    static var notifyReadingsSeconds: Setting {
        integer(
            "notify_readings_seconds", 60, in: 1...86_400, unit: "seconds",
            help: "Time between two events `readings.stored` of one stream.")
    }

    static var diskLowBytes: Setting {
        bytes(
            "disk_low_bytes", 1 << 30, in: 64 << 20...1 << 50,
            help: "Free space below which the event `disk.low` is told.")
    }

    static var maintenanceIntervalSeconds: Setting {
        integer(
            "maintenance_interval_seconds", 3600, in: 10...604_800, unit: "seconds",
            help: "Time between two runs of retention and compression.")
    }
}

extension Setting where Value == Int? {
    static var grpcPort: Setting {
        optionalInteger(
            "grpc_port", in: 0...65_535, initial: "no gRPC",
            help: "TCP port for gRPC, customarily 50051, at the same address and with the same TLS; 0 lets the system "
                + "choose a free one.")
    }
}

extension Setting where Value == String? {
    static var token: Setting {
        optionalText(
            "token", form: "text", range: "at least 16 characters", initial: "made at the first start", isSecret: true,
            help: "The owner's token. When it is not set, Hearth makes one and keeps it in `keys/owner.token`.")
    }

    static var tlsCertificate: Setting {
        optionalText(
            "tls_certificate", form: "file", initial: "no TLS",
            help: "Certificate chain in PEM form; needs the key too.")
    }

    static var tlsKey: Setting {
        optionalText(
            "tls_key", form: "file", initial: "no TLS", help: "Private key of the certificate in PEM form.")
    }

    static var authority: Setting {
        optionalText(
            "ca", form: "file", initial: "the system's authorities",
            help:
                "Certificates in PEM form that commands trust for a server named by `--url`: its authority's, or its own."
        )
    }

    static var timeZone: Setting {
        optionalText(
            "time_zone", form: "text", range: "an IANA name", initial: "the system's time zone",
            help: "Time zone that the owner gets at the first start; every day boundary uses the person's own."
        ) { text throws(UnusableValue) in
            guard SystemTimeZone.exists(text) else {
                throw UnusableValue(
                    message: "`\(text)` is not a time zone of this system; write one as in Europe/Berlin")
            }
        }
    }

    static var models: Setting {
        optionalText(
            "models", form: "folder", initial: "`hearth/models` in $XDG_DATA_HOME, else in ~/.local/share",
            help: "Folder of installed models. `scripts/models` fills it.")
    }

    static var llmURL: Setting {
        optionalText(
            "llm_url", form: "URL", initial: "answers are made of quotes",
            help: "Base address of an OpenAI-compatible server that writes answers, as in `http://127.0.0.1:11434/v1`.")
    }

    static var llmModel: Setting {
        optionalText(
            "llm_model", initial: "none", help: "Name of the model that it is asked for; needed with its address.")
    }

    static var llmKey: Setting {
        optionalText("llm_key", initial: "none", isSecret: true, help: "Key for that server.")
    }

    static var sttURL: Setting {
        optionalText(
            "stt_url", form: "URL", initial: "PocketSphinx writes down what is said",
            help: "Base address of an OpenAI-compatible server that writes down what is said in recordings, as in "
                + "`http://127.0.0.1:8080/v1`.")
    }

    static var sttModel: Setting {
        optionalText(
            "stt_model", initial: "none", help: "Name of the model that it is asked for; needed with its address.")
    }

    static var sttKey: Setting {
        optionalText("stt_key", initial: "none", isSecret: true, help: "Key for that server.")
    }

    static var sttFolder: Setting {
        optionalText(
            "stt_folder", form: "folder", initial: "PocketSphinx writes down what is said",
            help:
                "Folder of a model for sherpa-onnx, which writes down what is said in recordings on this machine; in place "
                + "of a server's address.")
    }

    static var sttPrograms: Setting {
        optionalText(
            "stt_programs", form: "folder",
            initial: "the `PATH`, then `hearth/sherpa-onnx/bin` in $XDG_DATA_HOME, else in ~/.local/share",
            help: "Folder of the programs of sherpa-onnx.")
    }

    static var decoder: Setting {
        optionalText(
            "decoder", form: "file", initial: "`hearth-decoder` beside the program",
            help: "Program that reads files of strangers in a process of its own.")
    }

    static var resources: Setting {
        var setting = optionalText(
            "resources", form: "folder", initial: "beside the program",
            help: "Folder with the stream definitions that Hearth ships, for a program moved away from its own.")
        setting.declaration.isAllowedInFile = false
        return setting
    }
}

extension Setting where Value == JSONValue? {
    static var notify: Setting {
        mapping(
            "notify", initial: "no webhooks",
            help: "Targets of [webhooks](../guides/notifications.md). In the environment as JSON or YAML.",
            show: { value in
                let targets = value["targets"]?.array ?? []
                let names = targets.map { $0["name"]?.string ?? "?" }.joined(separator: ", ")
                return targets.isEmpty ? "no targets" : "targets \(names) (addresses and secrets hidden)"
            })
    }
}

extension Setting where Value == [String] {
    static var allowOrigins: Setting {
        list(
            "allow_origins", initial: "none",
            help: "Web origins besides Hearth's own whose pages may open sockets and use the console's cookie, as in "
                + "`https://home.example`.")
    }

    static var fetchAllow: Setting {
        list(
            "fetch_allow", initial: "none",
            help:
                "Hosts, addresses or networks (CIDR) that pages may be fetched from, and webhooks sent to, although they are private."
        )
    }

    static var ocrLanguages: Setting {
        list(
            "ocr_languages", initial: "eng",
            help: "Tesseract's names of the languages that text in pictures is read in, as in `eng,deu`.")
    }
}

extension Settings {
    /// Every setting, declared once. `Settings.init` reads each of them; a test compares the two.
    package static let all: [SettingDeclaration] = [
        Setting<String>.home.declaration, Setting<String>.host.declaration, Setting<Int>.port.declaration,
        Setting<Int?>.grpcPort.declaration,
        Setting<String?>.token.declaration, Setting<String>.log.declaration,
        Setting<String?>.tlsCertificate.declaration, Setting<String?>.tlsKey.declaration,
        Setting<String?>.authority.declaration,
        Setting<Int>.threads.declaration, Setting<Int>.bodyLimitBytes.declaration,
        Setting<Int>.uploadLimitBytes.declaration, Setting<Int>.queueRows.declaration,
        Setting<Int>.maxConnections.declaration, Setting<Int>.rateLimitPerSecond.declaration,
        Setting<String?>.timeZone.declaration, Setting<Int>.maintenanceIntervalSeconds.declaration,
        Setting<Int>.spoolMinFiles.declaration, Setting<Int>.spoolMinBytes.declaration,
        Setting<Int>.spoolMaxAgeSeconds.declaration, Setting<Int>.spoolRatePerSecond.declaration,
        Setting<Int>.spoolArchiveDays.declaration, Setting<JSONValue?>.notify.declaration,
        Setting<Int>.notifyKeepDays.declaration, Setting<Int>.notifyReadingsSeconds.declaration,
        Setting<Int>.diskLowBytes.declaration,
        Setting<[String]>.allowOrigins.declaration, Setting<String?>.resources.declaration,
        Setting<String?>.models.declaration, Setting<String>.embeddingModel.declaration,
        Setting<String>.embeddingPrecision.declaration, Setting<String?>.llmURL.declaration,
        Setting<String?>.llmModel.declaration, Setting<String?>.llmKey.declaration,
        Setting<String?>.sttURL.declaration, Setting<String?>.sttModel.declaration,
        Setting<String?>.sttKey.declaration, Setting<String?>.sttFolder.declaration,
        Setting<String?>.sttPrograms.declaration,
        Setting<[String]>.ocrLanguages.declaration, Setting<String?>.decoder.declaration,
        Setting<[String]>.fetchAllow.declaration,
    ]
}
