import Foundation

/// How decoders are started.
package struct DecoderConfiguration: Sendable {
    /// Path of `hearth-decoder`.
    package var program: String
    /// Variables that a decoder gets, on top of `inherited`.
    package var environment: [String: String]
    /// How many run at most, and as many again for what may take hours.
    package var limit: Int
    /// How long one that has nothing to do is kept.
    package var idle: Duration
    /// In place of the limit of each kind of request.
    package var timeLimit: Duration?

    package init(
        program: String = DecoderConfiguration.programBesideThis, environment: [String: String] = [:], limit: Int = 2,
        idle: Duration = .seconds(60), timeLimit: Duration? = nil
    ) {
        precondition(limit > 0)
        self.program = program
        self.environment = environment
        self.limit = limit
        self.idle = idle
        self.timeLimit = timeLimit
    }

    /// `hearth-decoder` in the folder of the running program, or what `HEARTH_DECODER` names.
    package static var programBesideThis: String {
        if let path = ProcessInfo.processInfo.environment["HEARTH_DECODER"], !path.isEmpty { return path }
        let link = "/proc/self/exe"
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "hearth-decoder").path
    }

    /// What a decoder may know of the environment of its parent. Not the token, not the key.
    private static let inherited = [
        "HOME", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "HEARTH_MODELS",
    ]

    /// Everything a decoder is started with.
    var fullEnvironment: [String] {
        var variables: [String: String] = [
            "LANG": "C.UTF-8", "TZ": "UTC",
            // One core per decoder: a pool of decoders is the parallelism. Few arenas keep the address space small.
            "OMP_THREAD_LIMIT": "1", "MALLOC_ARENA_MAX": "2",
            // A crash is reported by its signal; a trace of it would only cost time.
            "SWIFT_BACKTRACE": "enable=no",
        ]
        let own = ProcessInfo.processInfo.environment
        for name in Self.inherited { variables[name] = own[name] }
        variables.merge(environment) { _, last in last }
        return variables.map { "\($0.key)=\($0.value)" }
    }
}
