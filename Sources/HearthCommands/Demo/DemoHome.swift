import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// The folder of the made-up household. It bears a mark, so that nothing else is ever filled or removed by mistake.
struct DemoHome: Sendable {
    let path: String

    /// Holds the number of readings once all are in.
    private static let markName = "demo-household"

    /// Beside the real home.
    init(_ options: ServeOptions, _ context: CommandContext) throws {
        var overrides: [String: String] = [:]
        overrides["home"] = options.home
        path = try Settings(environment: context.environment, options: overrides).home + "-demo"
    }

    private var mark: String { path + "/" + Self.markName }

    var isMarked: Bool { Self.isOne(path) }

    /// Whether a folder holds a made-up household.
    static func isOne(_ home: String) -> Bool { LocalFile.isFile(home + "/" + markName) }

    /// The usual settings with this home; on a port of its own when the usual one is taken.
    func settings(_ context: CommandContext, overrides: [String: String]) throws -> Settings {
        var overrides = overrides
        overrides["home"] = path
        var settings = try Settings(environment: context.environment, options: overrides)
        if overrides["port"] == nil, PortProbe.state(host: settings.host, port: settings.port) == .taken {
            settings.port = 0
        }
        return settings
    }

    /// Readings in it; nil while it is not filled.
    func readings() throws(HearthError) -> Int? {
        guard let bytes = try LocalFile.bytesIfPresent(mark, limit: 64) else { return nil }
        return Int(String(decoding: bytes, as: UTF8.self))
    }

    func recordFilled(_ count: Int) throws(HearthError) { try writeMark(String(count)) }

    /// Makes the folder and its mark. What was filled only in part is begun anew.
    func prepare() throws(HearthError) {
        if try readings() != nil { return }
        if isMarked { _ = try remove() }
        guard LocalFile.names(in: path).isEmpty else {
            throw HearthError(
                .conflict, "\(path) holds something that is not a demo household.",
                hint: "Move it away, or name another place with --home.")
        }
        try LocalFile.makeFolder(path)
        try writeMark("")
    }

    private func writeMark(_ text: String) throws(HearthError) {
        let file = open(mark, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LocalFile.systemFailure("\(mark) cannot be written") }
        defer { close(file) }
        try Array(text.utf8).withUnsafeBufferPointer { (bytes) throws(HearthError) in
            _ = try LocalFile.write(UnsafeRawBufferPointer(bytes), to: file, name: mark)
        }
    }

    /// - Returns: whether there was one.
    /// - Throws: `conflict` when it is not a demo household, `home-in-use` when a server runs on it.
    func remove() throws(HearthError) -> Bool {
        guard LocalFile.exists(path) else { return false }
        guard isMarked else {
            throw HearthError(.conflict, "\(path) is not a demo household.", hint: "Nothing was removed.")
        }
        if let holder = HomeLock.holder(of: path) {
            throw HearthError(
                .homeInUse, "Process \(holder.process) serves \(path).",
                hint: "Stop it first, as with `kill \(holder.process)`.")
        }
        try LocalFile.remove(path)
        return true
    }
}
