import HTTPTypes
import HearthCore
import HearthIngest
import HearthNotify
import HearthStore
import HearthVault
import Hummingbird

/// `/notify`: webhooks, and what became of them.
struct NotifyRoutes {
    private let notifier: NotifyService?
    private let limits: IngestLimits

    init(_ dependencies: ServerDependencies) {
        notifier = dependencies.notifier
        limits = dependencies.ingest.limits
    }

    private static let tag = "Webhooks"
    private static let delivery = Shape.named("Delivery")

    var routes: [Route] {
        [
            Route(
                .get, "/notify", "getNotify", tag: Self.tag, "The targets of webhooks and how each stands",
                detail: "Secrets and addresses beyond the host are never shown. For the owner.",
                answers: [.json(Shape.named("Notify"), "The targets, in the order of the settings")],
                handler: overview),
            Route(
                .get, "/notify/deliveries", "listDeliveries", tag: Self.tag, "Events on their way, newest first",
                detail: "For the owner. `cursor` is the number of the last delivery of the page before.",
                parameters: [
                    RouteParameter("target", "Of this target only", Shape.text),
                    RouteParameter(
                        "state", "In this state only", Shape.choice(Delivery.State.allCases.map(\.rawValue))),
                    RouteParameter("limit", "How many at most", Shape.integer(1...1000, default: 100)),
                    RouteParameter("cursor", "Where to go on: `next_cursor` of the page before", Shape.text),
                ],
                answers: [.json(Shape.page(of: Self.delivery), "The deliveries")], handler: list),
            Route(
                .post, "/notify/deliveries/{number}/replay", "replayDelivery", tag: Self.tag,
                "Deliver again what was given up",
                detail: "It goes out at once, as if it were new, with the same id. For the owner.",
                answers: [RouteAnswer(202, "It will go out")], handler: replay),
            Route(
                .delete, "/notify/deliveries/{number}", "discardDelivery", tag: Self.tag,
                "Throw away what was given up", detail: "For the owner.",
                answers: [RouteAnswer(204, "It is gone")], handler: discard),
            Route(
                .post, "/notify/replay", "replayDeliveries", tag: Self.tag, "Deliver again all that was given up",
                detail: "Of one target or of all. For the owner.",
                body: RouteBody(
                    "Which",
                    [
                        RouteContent(
                            "application/json",
                            Shape.object(["target": Shape.optional(Shape.text)], required: [], others: false),
                            example: ["target": "home-assistant"])
                    ], isRequired: false),
                answers: [.json(202, Shape.object(["replayed": Shape.integer]), "How many will go out")],
                handler: replayAll),
            Route(
                .post, "/notify/targets/{name}/test", "testTarget", tag: Self.tag,
                "Send a made-up event to a target, once and at once",
                detail: """
                    `kind` chooses the event; without it, it is the first kind that the target wants. For the owner.
                    """,
                body: RouteBody(
                    "Which event",
                    [
                        RouteContent(
                            "application/json",
                            Shape.object(["kind": Shape.optional(Shape.text)], required: [], others: false),
                            example: ["kind": "gate.done"])
                    ], isRequired: false),
                answers: [.json(Shape.named("WebhookTest"), "What became of it")], handler: test),
        ]
    }

    private func target(_ context: ServerContext) throws(HearthError) -> NotifyService {
        try context.require(.administrate)
        guard let notifier else {
            throw HearthError(
                .notFound, "This server has no targets for webhooks.", hint: "Name them in hearth.yaml, under notify.")
        }
        return notifier
    }

    private func number(_ context: ServerContext) throws(HearthError) -> Int64 {
        guard let number = Int64(try context.pathText("number")), number > 0 else {
            throw HearthError(
                .malformedRequest, "The number in the path is none.",
                fields: [.init(pointer: "{number}", message: "is not a whole number above 0")])
        }
        return number
    }

    /// A member of a small body that may be missing, as may the body.
    private func member(_ name: String, of request: Request, _ what: String) async throws -> String? {
        guard request.headers[.contentType] != nil || request.headers[.contentLength].map({ $0 != "0" }) ?? false
        else { return nil }
        return try await request.document(limits).withRoot { root throws(HearthError) in
            var reader = try MemberReader(root)
            let text = reader.text(name, 1...64)
            try reader.check(what)
            return text
        }
    }

    // MARK: Handlers

    @Sendable private func overview(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.administrate)
        let targets = try await notifier?.overview() ?? []
        return .json([
            "targets": .array(targets.map(\.json)), "kinds": .array(EventKind.all.map { .string($0.text) }),
        ])
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let notifier = try target(context)
        let limit = try request.queryInteger("limit", in: 1...1000) ?? 100
        var filter = DeliveryFilter(target: request.query("target"))
        if let text = request.query("state") {
            guard let state = Delivery.State(rawValue: text) else {
                throw HearthError(
                    .malformedRequest, "There is no state \(text.prefix(32)).",
                    fields: [
                        .init(
                            pointer: "?state",
                            message: "is none of \(Delivery.State.allCases.map(\.rawValue).joined(separator: ", "))")
                    ])
            }
            filter.state = state
        }
        var position: Int64?
        if let cursor = request.query("cursor") {
            guard let number = Int64(cursor) else {
                throw HearthError(
                    .malformedRequest, "The cursor is none of this list.",
                    fields: [.init(pointer: "?cursor", message: "is not a number")])
            }
            position = number
        }
        let found = try await notifier.deliveries(filter, before: position, limit: limit + 1)
        let next = found.count > limit ? JSONValue.string(String(found[limit - 1].number)) : .null
        return .json(["items": .array(found.prefix(limit).map(\.json)), "next_cursor": next])
    }

    @Sendable private func replay(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await target(context).replay(number(context))
        return Response(status: .accepted)
    }

    @Sendable private func discard(_ request: Request, _ context: ServerContext) async throws -> Response {
        try await target(context).discard(number(context))
        return .noContent()
    }

    @Sendable private func replayAll(_ request: Request, _ context: ServerContext) async throws -> Response {
        let notifier = try target(context)
        let name = try await member("target", of: request, "The replay")
        return .json(["replayed": .integer(Int64(try await notifier.replayAll(target: name)))], status: .accepted)
    }

    @Sendable private func test(_ request: Request, _ context: ServerContext) async throws -> Response {
        let notifier = try target(context)
        let kind = try await member("kind", of: request, "The test")
        let verdict = try await notifier.test(target: context.pathText("name"), kind: kind.map { EventKind($0) })
        return .json(verdict.json)
    }
}

extension TargetOverview {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "host": .string(host), "events": .array(patterns.map { .string($0.text) }),
            "circuit": .string(circuit.rawValue), "held_seconds": hold.map { .real($0.inSeconds) } ?? .null,
            "pending": .integer(Int64(counts.pending)), "delivered": .integer(Int64(counts.delivered)),
            "dead": .integer(Int64(counts.dead)),
            "oldest_pending_at": counts.oldest.map { .string($0.description) } ?? .null,
            "last_delivered_at": statistics.lastDeliveredAt.map { .string($0.description) } ?? .null,
            "last_error": statistics.lastFailure.map { failure in
                [
                    "code": .string(failure.code.text), "message": .string(failure.message),
                    "at": statistics.lastFailedAt.map { .string($0.description) } ?? .null,
                ]
            } ?? .null,
        ]
    }
}

extension Delivery {
    fileprivate var json: JSONValue {
        [
            "number": .integer(number), "target": .string(target), "state": .string(state.rawValue),
            "event": event.json, "attempts": .integer(Int64(attempts)), "since": .string(since.description),
            "next_at": state == .pending ? .string(due.description) : .null,
            "last_tried_at": lastTriedAt.map { .string($0.description) } ?? .null,
            "error": failure.map { ["code": .string($0.code.text), "message": .string($0.message)] } ?? .null,
        ]
    }
}

extension WebhookVerdict {
    fileprivate var json: JSONValue {
        switch meaning {
        case .delivered: ["delivered": true, "error": nil]
        case .retry(let failure), .dead(let failure):
            [
                "delivered": false,
                "error": ["code": .string(failure.code.text), "message": .string(failure.message)],
            ]
        }
    }
}
