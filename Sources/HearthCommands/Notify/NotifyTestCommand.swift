import ArgumentParser
import HearthCore
import HearthIngest
import HearthNotify
import HearthStore

struct NotifyTestCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Show what a target would get of a made-up event, or send it.",
        discussion: """
            Without --send nothing leaves this machine and no server is needed: settings and templates are read as they are \
            now. With --send the running server sends it, once.
            """)

    @Argument(help: "The target's name; all of them without one.")
    var target: String?

    @Option(help: ArgumentHelp("Kind of the event; the first one that the target wants without it.", valueName: "kind"))
    var event: String?

    @Flag(help: "Send it.")
    var send = false

    @OptionGroup var connection: ClientOptions

    func run(in context: CommandContext) async throws {
        if let event, !EventKind.all.contains(EventKind(event)) {
            let nearest = NearestName.of(event, among: EventKind.all.map(\.text)).map { "Did you mean \($0)? " } ?? ""
            throw HearthError(
                .invalidArgument, "There are no events of the kind \(event).",
                hint: nearest + "Kinds are \(EventKind.all.map(\.text).joined(separator: ", ")).")
        }
        if send { return try await sendAll(context) }
        guard connection.url == nil else {
            throw HearthError(
                .invalidArgument, "Templates are tried on this machine; --url names another.",
                hint: "Add --send to have that server send one.")
        }
        let targets = try chosen(context)
        let now = context.time.now()
        var previews: [JSONValue] = []
        for target in targets {
            guard
                let sample = EventSamples.sample(for: target, kind: event.map { EventKind($0) }, at: now)
            else { continue }
            let webhook = try Webhook(sample, to: target, at: now, hidesSecrets: true)
            if connection.json {
                previews.append(Self.json(webhook, target, sample))
            } else {
                try show(webhook, target, sample, in: context)
            }
        }
        if connection.json { try context.output.line(JSONValue.array(previews).prettyText) }
    }

    private func chosen(_ context: CommandContext) throws -> [NotifyTarget] {
        let all = try connection.settings(context).notifyTargets()
        guard let target else {
            guard !all.isEmpty else {
                throw HearthError(
                    .notFound, "The settings name no targets.", hint: "docs/guides/notifications.md tells how to.")
            }
            return all
        }
        guard let found = all.first(where: { $0.name == target }) else {
            throw HearthError(
                .notFound, "The settings have no target \(target).",
                hint: all.isEmpty ? nil : "There are \(all.map(\.name).joined(separator: ", ")).")
        }
        return [found]
    }

    private func show(
        _ webhook: Webhook, _ target: NotifyTarget, _ sample: LifecycleEvent, in context: CommandContext
    ) throws {
        let output = context.output
        try output.line(output.styled("\(sample.kind) for \(target.name)", .bold))
        try output.line("POST \(webhook.url)")
        for header in webhook.headers { try output.line("\(header.name): \(header.value)") }
        try output.line()
        try output.line(String(decoding: webhook.body, as: UTF8.self))
        if let event, !target.subscription.wants(EventKind(event)) {
            try output.line(output.styled("\(target.name) does not want events of this kind.", .yellow))
        }
        try output.line()
    }

    private static func json(_ webhook: Webhook, _ target: NotifyTarget, _ sample: LifecycleEvent) -> JSONValue {
        [
            "target": .string(target.name), "kind": .string(sample.kind.text), "method": "POST",
            "url": .string(webhook.url),
            "headers": .array(
                webhook.headers.map { ["name": .string($0.name), "value": .string($0.value)] }),
            "body": .string(String(decoding: webhook.body, as: UTF8.self)),
            "wanted": .bool(target.subscription.wants(sample.kind)),
        ]
    }

    private func sendAll(_ context: CommandContext) async throws {
        let client = try connection.client(context)
        var names = [target].compactMap { $0 }
        if names.isEmpty {
            names = try await client.json(.get("/notify"))["targets"]?.array?.compactMap { $0["name"]?.string } ?? []
        }
        var answers: [JSONValue] = []
        var isWell = true
        for name in names {
            let body: JSONValue = event.map { ["kind": .string($0)] } ?? [:]
            let answer = try await client.json(
                .send(.post, "/notify/targets/\(PercentEncoding.encode(name))/test", body))
            let isDelivered = answer["delivered"]?.bool == true
            isWell = isWell && isDelivered
            answers.append(
                (["target": .string(name)] as JSONValue).adding("delivered", .bool(isDelivered)).adding(
                    "error", answer["error"] ?? .null))
            guard !connection.json else { continue }
            try context.output.line(
                isDelivered ? "\(name) took it." : "\(name): \(answer["error"]?["message"]?.string ?? "")")
        }
        if connection.json { try context.output.line(JSONValue.array(answers).prettyText) }
        if !isWell { throw CheckFailed(status: .failure) }
    }
}
