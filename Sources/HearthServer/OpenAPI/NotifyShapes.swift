import HearthCore
import HearthIngest
import HearthNotify
import HearthStore

/// What `/notify` and `/gate` answer.
enum NotifyShapes {
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let failure = Shape.object(["code": Shape.text, "message": Shape.text])
    private static let kind = Shape.choice(EventKind.all.map(\.text))

    static let all: [(String, JSONValue)] = [
        ("Notify", Shape.object(["targets": Shape.array(target), "kinds": Shape.array(kind)])),
        ("Delivery", delivery), ("Event", event),
        ("WebhookTest", Shape.object(["delivered": Shape.flag, "error": Shape.optional(failure)])),
        ("Gate", gate),
    ]

    private static let target = Shape.object([
        "name": Shape.text, "host": Shape.text, "events": Shape.array(Shape.text),
        "circuit": Shape.choice(CircuitBreaker.State.allCases.map(\.rawValue)),
        "held_seconds": Shape.optional(Shape.number), "pending": count, "delivered": count, "dead": count,
        "oldest_pending_at": Shape.optional(Shape.time), "last_delivered_at": Shape.optional(Shape.time),
        "last_error": Shape.optional(
            Shape.object(["code": Shape.text, "message": Shape.text, "at": Shape.optional(Shape.time)])),
    ])

    private static let delivery = Shape.object([
        "number": count, "target": Shape.text, "state": Shape.choice(Delivery.State.allCases.map(\.rawValue)),
        "event": Shape.named("Event"), "attempts": count, "since": Shape.time, "next_at": Shape.optional(Shape.time),
        "last_tried_at": Shape.optional(Shape.time), "error": Shape.optional(failure),
    ])

    private static let event = Shape.object(
        ["id": Shape.id, "kind": kind, "order": Shape.text, "time": Shape.time, "data": ["type": "object"]],
        required: ["id", "kind", "time", "data"])

    private static let gate = Shape.object([
        "state": Shape.choice(SpoolOverview.State.allCases.map(\.rawValue)),
        "waiting": Shape.object(["files": count, "size_bytes": count]),
        "latest": Shape.optional(
            Shape.object([
                "batch": Shape.text, "status": Shape.choice(SpoolBatch.Status.allCases.map(\.rawValue)),
                "opened_at": Shape.time, "finished_at": Shape.optional(Shape.time),
            ])),
    ])
}
