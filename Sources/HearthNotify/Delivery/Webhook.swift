package import HearthCore
package import HearthStore

/// One request to a target, as it goes out.
package struct Webhook: Sendable, Hashable {
    package var url: String
    package var headers: [NotifyTarget.Header]
    package var body: [UInt8]

    /// - Parameters:
    ///   - now: Of this try; what is signed holds it, so that a target can refuse what somebody replays.
    ///   - hidesSecrets: For people: what only the target may know is left out.
    /// - Throws: `too-large` for a body over the limit.
    package init(
        _ event: LifecycleEvent, to target: NotifyTarget, at now: Timestamp, hidesSecrets: Bool = false
    ) throws(HearthError) {
        let text = target.template.render(event, for: target.name)
        guard text.utf8.count <= EventTemplate.maximumBodyBytes else {
            throw HearthError(
                .tooLarge, "The body for \(target.name) is larger than \(EventTemplate.maximumBodyBytes) bytes.",
                hint: "Let its template take less of the event.")
        }
        body = Array(text.utf8)
        let body = body
        let id = event.id.description
        let second = now.microseconds.floorDivided(by: 1_000_000)
        url = hidesSecrets ? Self.shown(target.url) : target.url
        headers = [
            .init(name: "Content-Type", value: target.contentType),
            .init(name: "User-Agent", value: "Hearth (notifier)"),
            .init(name: "Idempotency-Key", value: id),
            .init(name: "webhook-id", value: id),
            .init(name: "webhook-timestamp", value: String(second)),
        ]
        if !target.keys.isEmpty {
            let signatures = target.keys.map {
                hidesSecrets ? "v1,…" : $0.signature(id: id, second: second, body: body)
            }
            headers.append(.init(name: "webhook-signature", value: signatures.joined(separator: " ")))
        }
        if let bearer = target.bearer {
            headers.append(.init(name: "Authorization", value: hidesSecrets ? "Bearer …" : "Bearer \(bearer)"))
        }
        headers += target.headers.map { hidesSecrets ? .init(name: $0.name, value: "…") : $0 }
    }

    /// Scheme and host: addresses of webhooks hold secrets in their paths.
    package static func shown(_ url: String) -> String {
        guard let scheme = url.ranges(of: "://").first else { return "…" }
        let rest = url[scheme.upperBound...]
        guard let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return url }
        return rest[end...] == "/" ? url : url[..<end] + "/…"
    }
}
