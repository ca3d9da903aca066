import HearthCore
import HearthSchema

/// The schemas that routes name, in `components/schemas` of `/openapi.json`.
enum ComponentSchemas {
    /// By name, in order.
    static func all(_ streams: [StreamDefinition]) -> [(String, JSONValue)] {
        fixed + ProcessorShapes.all + SpoolShapes.all + VaultShapes.all + NotifyShapes.all
            + streams.map { (ReadingShape.name($0), ReadingShape.component($0)) }
    }

    private static let field = Shape.object(["pointer": Shape.text, "message": Shape.text])
    private static let flags = Shape.array(Shape.choice(["clock_skew", "late"]))
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let timeOrNull = Shape.optional(Shape.time)

    private static let fixed: [(String, JSONValue)] = [
        (
            "Problem",
            Shape.object(
                [
                    "type": ["type": "string", "format": "uri"], "title": Shape.text, "status": Shape.integer,
                    "detail": Shape.text, "code": Shape.text, "errors": Shape.array(field), "hint": Shape.text,
                ], required: ["type", "title", "status", "detail", "code"])
        ),
        ("Device", device), ("DeviceDraft", deviceDraft), ("DeviceChange", deviceChange),
        ("DeviceActivity", activity), ("Token", token), ("TokenDraft", tokenDraft), ("NewToken", newToken),
        ("Reading", reading), ("Batch", batch), ("Receipt", receipt), ("BatchReport", report),
        ("UploadReceipt", uploadReceipt), ("StoredReading", stored), ("Stream", stream), ("Aggregates", aggregates),
        ("AppUsage", appUsage), ("AppUsageSummary", appUsageSummary), ("DailyAppUsage", dailyAppUsage),
        ("AppSession", session), ("Person", person), ("Erasure", erasure),
        ("Readiness", readiness), ("DocumentSource", source), ("DocumentHead", head), ("Document", document),
        ("DocumentDraft", documentDraft), ("DocumentReceipt", documentReceipt), ("Citation", citation),
        ("Question", question), ("Answer", answer), ("Conversation", conversation), ("Turn", turn), ("Gap", gap),
        ("SearchAnswer", searchAnswer), ("Timeline", timeline),
    ]

    // MARK: Devices and tokens

    private static let device = Shape.object(
        [
            "id": Shape.id, "person_id": Shape.id, "name": Shape.text, "kind": Shape.text,
            "platform": Shape.optional(Shape.text), "metadata": ["type": "object"], "created_at": Shape.time,
            "updated_at": Shape.time, "deleted": Shape.flag, "deleted_at": Shape.time,
        ], required: ["id", "person_id", "name", "kind", "platform", "metadata", "created_at", "updated_at", "deleted"])

    private static let deviceDraft = Shape.object(
        [
            "id": Shape.id, "person_id": Shape.id, "name": Shape.text(DeviceDraft.nameLengths),
            "kind": Shape.text(DeviceDraft.kindLengths),
            "platform": Shape.optional(Shape.text(DeviceDraft.kindLengths)),
            "metadata": ["type": "object"],
        ], required: ["name", "kind"], others: false)

    private static let deviceChange = Shape.object(
        [
            "name": Shape.text(DeviceDraft.nameLengths), "kind": Shape.text(DeviceDraft.kindLengths),
            "platform": Shape.optional(Shape.text(DeviceDraft.kindLengths)), "metadata": ["type": "object"],
            "deleted": Shape.flag,
        ], required: [], others: false)

    private static let activity = Shape.object([
        "device_id": Shape.id, "name": Shape.text, "kind": Shape.text, "readings": count, "first_seen": timeOrNull,
        "last_seen": timeOrNull, "last_received_at": timeOrNull,
        "streams": Shape.array(
            Shape.object([
                "stream": Shape.text, "count": count, "first": Shape.time, "last": Shape.time,
                "last_received_at": Shape.time,
            ])),
    ])

    private static let tokenMembers: KeyValuePairs<String, JSONValue> = [
        "id": Shape.id, "name": Shape.text, "role": Shape.text, "person_id": Shape.id,
        "device_id": Shape.optional(Shape.id), "streams": Shape.optional(Shape.array(Shape.text)),
        "created_at": Shape.time, "expires_at": timeOrNull, "revoked_at": timeOrNull,
    ]

    private static let token = Shape.object(tokenMembers)

    private static let newToken: JSONValue = [
        "allOf": [Shape.named("Token"), Shape.object(["token": Shape.text])]
    ]

    private static let tokenDraft = Shape.object(
        [
            "name": Shape.text(TokenDraft.nameLengths), "role": Shape.choice(TokenDraft.roles),
            "person_id": Shape.id, "device_id": Shape.id, "streams": Shape.array(Shape.text), "expires_at": Shape.time,
        ], required: ["name", "role"], others: false)

    private static let person = Shape.object([
        "id": Shape.id, "name": Shape.text, "time_zone": Shape.text, "created_at": Shape.time,
    ])

    private static let erasure = Shape.object([
        "readings": count, "files": count, "documents": count, "turns": count, "segments": count,
    ])

    private static let readiness = Shape.object([
        "status": Shape.choice(["ready", "unavailable"]),
        "checks": [
            "type": "object",
            "additionalProperties": Shape.object(
                [
                    "status": Shape.choice(["ok", "failed"]), "ms": Shape.number, "code": Shape.text,
                    "detail": Shape.text,
                ], required: ["status", "ms"]),
        ],
    ])

    // MARK: Readings

    private static let reading = Shape.object(
        [
            "device_id": Shape.id, "timestamp": ["type": ["string", "number"]], "id": Shape.text(1...200),
            "stream": Shape.text, "type": Shape.text,
        ], required: ["timestamp"])

    private static let batch: JSONValue = [
        "anyOf": [
            Shape.array(Shape.named("Reading")),
            Shape.object(
                ["device_id": Shape.id, "stream": Shape.text, "readings": Shape.array(Shape.named("Reading"))],
                required: ["readings"]),
        ]
    ]

    private static let receipt = Shape.object(
        [
            "id": Shape.id, "stream": Shape.text, "received_at": Shape.time, "flags": flags,
            "duplicate": ["const": true],
        ], required: ["id", "stream"])

    private static let report = Shape.object(
        [
            "accepted": count, "duplicates": count,
            "rejected": Shape.array(
                Shape.object(["index": count, "code": Shape.text, "detail": Shape.text, "errors": Shape.array(field)])),
            "duplicate_items": Shape.array(Shape.object(["index": count, "id": Shape.id])),
        ], required: ["accepted", "duplicates", "rejected"])

    private static let uploadReceipt: JSONValue = [
        "allOf": [
            Shape.named("Receipt"),
            Shape.object(
                [
                    "blob": ["type": "string", "pattern": "^[0-9a-f]{64}$"], "href": Shape.text, "format": Shape.text,
                    "size_bytes": count, "sample_rate": Shape.integer, "channels": Shape.integer,
                    "duration_seconds": Shape.number, "width": Shape.integer, "height": Shape.integer,
                    "file_id": Shape.id, "chunks": Shape.array(["type": "object"]),
                ], required: ["blob", "href", "format", "size_bytes"]),
        ]
    ]

    private static let stored = Shape.object(
        [
            "id": Shape.id, "device_id": Shape.id, "timestamp": Shape.time, "received_at": Shape.time, "flags": flags,
        ], required: ["id", "device_id", "timestamp", "received_at"])

    private static let stream = Shape.object([
        "stream": Shape.text, "title": Shape.text, "description": Shape.text, "version": Shape.integer,
        "path": Shape.text, "aliases": Shape.array(Shape.text), "device_kinds": Shape.array(Shape.text),
        "retention_days": Shape.optional(Shape.integer), "schema": Shape.text, "count": count, "devices": count,
        "first": timeOrNull, "last": timeOrNull, "last_received_at": timeOrNull,
    ])

    private static let aggregates = Shape.object([
        "stream": Shape.text, "bucket": Shape.text, "time_zone": Shape.text,
        "items": Shape.array(Shape.object(["start": Shape.time, "readings": count])), "next_cursor": ["type": "null"],
    ])

    // MARK: Apps

    private static let appUsage = Shape.object(
        [
            "package_name": Shape.text, "app_name": Shape.text, "total_foreground_time_ms": count,
            "launch_count": count, "last_time_used": timeOrNull,
            "share": ["type": "number", "minimum": 0, "maximum": 1],
        ], required: ["package_name", "total_foreground_time_ms", "launch_count", "last_time_used", "share"])

    private static let appUsageSummary = Shape.object([
        "total_foreground_time_ms": count, "items": Shape.array(Shape.named("AppUsage")),
        "next_cursor": ["type": "null"],
    ])

    private static let dailyAppUsage = Shape.object([
        "time_zone": Shape.text,
        "items": Shape.array(
            Shape.object([
                "date": ["type": "string", "format": "date"], "total_foreground_time_ms": count,
                "apps": Shape.array(Shape.named("AppUsage")),
            ])), "next_cursor": ["type": "null"],
    ])

    private static let session = Shape.object(
        [
            "device_id": Shape.id, "app_identifier": Shape.text, "app_name": Shape.text, "event_type": Shape.text,
            "since": Shape.time,
        ], required: ["device_id", "app_identifier", "event_type", "since"])

    // MARK: Library

    private static let source = Shape.object(
        [
            "name": Shape.text, "key": Shape.text, "url": Shape.text, "blob": Shape.text, "stream": Shape.text,
            "record_id": Shape.id, "device_id": Shape.id,
        ], required: ["name", "key"])

    private static let head = Shape.object([
        "id": Shape.id, "kind": Shape.text, "title": Shape.text, "summary": Shape.text,
        "language": Shape.optional(Shape.text), "source": Shape.named("DocumentSource"), "timestamp": Shape.time,
        "received_at": Shape.time, "version": Shape.integer, "passages": count, "metadata": ["type": "object"],
    ])

    private static let document = Shape.object([
        "id": Shape.id, "kind": Shape.text, "title": Shape.text, "text": Shape.text,
        "language": Shape.optional(Shape.text), "source": Shape.named("DocumentSource"), "timestamp": Shape.time,
        "received_at": Shape.time, "version": Shape.integer, "current_version": Shape.integer,
        "metadata": ["type": "object"],
        "links": Shape.array(Shape.text),
        "passages": Shape.array(
            Shape.object(
                [
                    "id": Shape.id, "index": count, "start": count, "end": count, "text": Shape.text,
                    "spoken": Shape.object(["from_seconds": Shape.number, "to_seconds": Shape.number]),
                ], required: ["id", "index", "start", "end", "text"])),
    ])

    private static let documentDraft = Shape.object(
        [
            "title": Shape.text(1...500), "text": Shape.text, "html": Shape.text, "url": Shape.text(1...2048),
            "source": Shape.text(1...64), "key": Shape.text(1...2048), "timestamp": Shape.time,
            "metadata": ["type": "object"],
        ], required: [], others: false)

    private static let documentReceipt = Shape.object(
        [
            "id": Shape.id, "passages": count,
            "documents": Shape.array(
                Shape.object([
                    "id": Shape.id, "version": Shape.integer, "passages": count,
                    "change": Shape.choice(["new", "new_version", "unchanged"]),
                ])), "incomplete": Shape.array(Shape.text), "reading": Shape.flag,
        ], required: ["documents", "incomplete"])

    // MARK: Questions

    private static let share: JSONValue = ["type": "number", "minimum": 0, "maximum": 1]

    private static let citation = Shape.object([
        "passage_id": Shape.id, "document_id": Shape.id, "title": Shape.text, "start": count, "end": count,
        "quote": Shape.text,
    ])

    private static let question = Shape.object(
        [
            "query": Shape.text, "session": Shape.id, "stream": Shape.flag, "from": Shape.time, "to": Shape.time,
            "source": Shape.array(Shape.text), "kind": Shape.array(Shape.text),
        ], required: ["query"], others: false)

    private static let answer = Shape.object([
        "answer": Shape.text, "confidence": share, "answered": Shape.flag, "cite_ids": Shape.array(Shape.id),
        "citations": Shape.array(Shape.named("Citation")), "nearest": Shape.array(Shape.named("Citation")),
        "author": Shape.text, "notice": Shape.optional(Shape.text), "session": Shape.id, "turn_id": Shape.id,
    ])

    private static let conversation = Shape.object([
        "id": Shape.id, "title": Shape.text, "started_at": Shape.time, "last_at": Shape.time, "turns": count,
    ])

    private static let turn = Shape.object([
        "turn_id": Shape.id, "session": Shape.id, "timestamp": Shape.time, "query": Shape.text, "answer": Shape.text,
        "confidence": share, "answered": Shape.flag, "cite_ids": Shape.array(Shape.id),
        "citations": Shape.array(Shape.named("Citation")), "nearest": Shape.array(Shape.named("Citation")),
        "author": Shape.optional(Shape.text), "notice": Shape.optional(Shape.text),
    ])

    private static let gap = Shape.object([
        "id": Shape.id, "question": Shape.text, "opened_at": Shape.time, "count": count, "confidence": share,
    ])

    private static let searchAnswer = Shape.object([
        "hits": Shape.array(
            Shape.object([
                "document_id": Shape.id, "passage_id": Shape.id, "title": Shape.text, "text": Shape.text,
                "score": Shape.number, "kind": Shape.text, "source": Shape.text, "timestamp": Shape.time,
            ])), "mode": Shape.choice(["hybrid", "dense", "text"]), "took_ms": Shape.number,
    ])

    private static let timeline = Shape.object([
        "documents": Shape.array(Shape.named("DocumentHead")),
        "streams": Shape.array(Shape.object(["stream": Shape.text, "title": Shape.text, "count": count])),
        "nearest": timeOrNull,
    ])
}
