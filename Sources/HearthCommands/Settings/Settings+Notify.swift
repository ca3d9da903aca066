import HearthCore
import HearthFetch
import HearthNotify

extension Settings {
    /// Where Hearth may fetch from and send to.
    /// - Throws: `invalid-value`.
    var fetchPolicy: FetchPolicy {
        get throws(HearthError) { try FetchPolicy(allowing: fetchAllow.joined(separator: ",")) }
    }

    /// The targets of webhooks, with their templates read and tried.
    /// - Throws: `settings-invalid`, naming everything that is wrong with them.
    func notifyTargets() throws(HearthError) -> [NotifyTarget] {
        guard let notify else { return [] }
        let home = home
        let configuration = NotifyConfiguration(notify, policy: try fetchPolicy) { name throws(HearthError) in
            let path = FilePathText.absolute(name, relativeTo: home, environment: [:])
            guard let bytes = try LocalFile.bytesIfPresent(path, limit: EventTemplate.maximumBytes) else {
                throw HearthError(.inputMissing, "There is no file \(path).")
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw HearthError(.inputUnreadable, "\(path) is not UTF-8.")
            }
            return text
        }
        let problems = configuration.problems
        guard problems.isEmpty else {
            throw HearthError(
                .settingsInvalid,
                problems.count == 1
                    ? "A target of webhooks cannot be used." : "Targets of webhooks have \(problems.count) mistakes.",
                hint: "Correct `notify` in \(Self.fileName); docs/guides/notifications.md explains it.",
                fields: problems)
        }
        return configuration.targets
    }
}
