import HearthCore

/// What `/processors` answers.
enum ProcessorShapes {
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let timeOrNull = Shape.optional(Shape.time)

    static let all: [(String, JSONValue)] = [
        ("Processor", processor), ("ProcessorRun", Shape.object(["from": timeOrNull], required: [], others: false)),
        ("DeadLetter", deadLetter),
    ]

    private static let processor = Shape.object([
        "name": Shape.text, "summary": Shape.text,
        "state": Shape.choice(["idle", "working", "retrying", "elsewhere", "blocked", "stopped"]),
        "inputs": Shape.array(
            Shape.object(["stream": Shape.text, "cursor": Shape.optional(Shape.text), "lag": count])),
        "outputs": Shape.array(Shape.text), "lag": count, "lag_is_cut": Shape.flag, "lag_seconds": Shape.number,
        "rate_per_second": Shape.number, "worked": count, "failed": count, "failed_steps": count,
        "dead_letters": count,
        "last_error": Shape.optional(Shape.object(["code": Shape.text, "message": Shape.text, "at": Shape.time])),
        "run": Shape.optional(
            Shape.object([
                "from": Shape.time, "requested_at": Shape.time, "worked": count, "stream": Shape.optional(Shape.text),
                "at": timeOrNull,
            ])),
    ])

    private static let deadLetter = Shape.object([
        "id": Shape.id, "stream": Shape.text, "reading_id": Shape.id, "timestamp": Shape.time, "device_id": Shape.id,
        "person_id": Shape.id, "code": Shape.text, "message": Shape.text, "attempts": count,
        "first_failed_at": Shape.time, "last_failed_at": Shape.time, "replay_requested": Shape.flag,
    ])
}
