import HearthCore
import HearthIngest
import HearthStore

/// What `/spool` answers.
enum SpoolShapes {
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let totals = Shape.object(["accepted": count, "duplicates": count, "rejected": count])
    private static let failure = Shape.object(["code": Shape.text, "message": Shape.text])

    static let all: [(String, JSONValue)] = [
        ("Spool", spool), ("SpoolBatchSummary", summary), ("SpoolBatch", batch),
    ]

    private static let spool = Shape.object([
        "state": Shape.choice(SpoolOverview.State.allCases.map(\.rawValue)),
        "waiting": Shape.object([
            "files": count, "size_bytes": count, "oldest_seconds": Shape.optional(Shape.number),
        ]),
        "watched": Shape.flag,
        "ignored": Shape.object([
            "count": count,
            "names": Shape.array(
                Shape.object([
                    "name": Shape.text, "reason": Shape.choice(SpoolIgnored.Reason.allCases.map(\.rawValue)),
                ])),
        ]),
        "last_error": Shape.optional(
            Shape.object(["code": Shape.text, "message": Shape.text, "at": Shape.time])),
        "items": Shape.array(Shape.named("SpoolBatchSummary")), "next_cursor": Shape.optional(Shape.text),
    ])

    private static let summaryMembers: [(String, JSONValue)] = [
        ("batch", Shape.text), ("status", Shape.choice(SpoolBatch.Status.allCases.map(\.rawValue))),
        ("opened_at", Shape.time), ("finished_at", Shape.optional(Shape.time)), ("file_count", count),
        ("failed_count", count), ("size_bytes", count), ("readings", totals),
    ]

    private static let summary = object(summaryMembers)
    private static let batch = object(summaryMembers + [("files", Shape.array(file))])

    private static let file = Shape.object([
        "name": Shape.text, "size_bytes": count, "sha256": Shape.optional(Shape.text),
        "status": Shape.choice(["ingesting"] + SpoolOutcome.allCases.map(\.rawValue)), "readings": totals,
        "next": Shape.object(["frame": count, "offset": count]), "reason": Shape.optional(failure),
        "rejected": Shape.array(
            Shape.object([
                "frame": count, "offset": count, "reading": Shape.optional(count), "code": Shape.text,
                "message": Shape.text,
            ])),
    ])

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        [
            "type": "object", "properties": .members(members),
            "required": .array(members.map { .string($0.0) }),
        ]
    }
}
