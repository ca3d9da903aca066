import HearthCore
import HearthStore

/// What `/vault` and `/audit` answer.
enum VaultShapes {
    private static let count: JSONValue = ["type": "integer", "minimum": 0]

    static let all: [(String, JSONValue)] = [
        ("Vault", vault), ("VaultRotation", Shape.object(["epoch": count])), ("AuditRecord", record),
        ("AuditVerification", verification), ("VaultQuestion", question), ("VaultResolution", resolution),
    ]

    private static let question: JSONValue = [
        "type": "object",
        "properties": [
            "stream": Shape.text,
            "tokens": [
                "type": "array", "items": ["type": "string", "pattern": "^tok_[0-9a-f]{16}$"],
                "minItems": .integer(Int64(VaultQuestion.counts.lowerBound)),
                "maxItems": .integer(Int64(VaultQuestion.counts.upperBound)),
            ],
            "purpose": [
                "type": "string", "description": "What the audit log says",
                "maxLength": .integer(Int64(VaultQuestion.purposeLengths.upperBound)),
            ],
        ],
        "required": ["stream", "tokens"], "additionalProperties": false,
    ]

    private static let resolution = Shape.object([
        "items": Shape.array(
            Shape.object([
                "token": Shape.text, "field": Shape.optional(Shape.text), "person_id": Shape.optional(Shape.id),
                "value": ["description": "Null where the vault has none"],
            ]))
    ])

    private static let vault = Shape.object([
        "epoch": count, "epoch_started_at": Shape.optional(Shape.time), "epochs": count, "values": count,
        "identities": count, "keys": count, "size_bytes": count,
        "fields": Shape.array(
            Shape.object([
                "stream": Shape.text, "field": Shape.text,
                "state": Shape.choice(VaultField.State.allCases.map(\.rawValue)),
            ])),
        "rewriting": Shape.optional(
            Shape.object([
                "started_at": Shape.time, "readings": count, "changed": count, "blocked_by": Shape.array(Shape.text),
            ])),
        "minted": count, "opened": count, "missing": count,
    ])

    private static let record: JSONValue = [
        "type": "object",
        "properties": [
            "sequence": count, "at": Shape.time,
            "action": Shape.choice(["resolve", "identities", "rotate", "settle", "erase", "damaged"]),
            "role": Shape.optional(Shape.text), "principal": Shape.optional(Shape.id),
            "person": Shape.optional(Shape.id), "purpose": Shape.optional(Shape.text),
            "request": Shape.optional(Shape.text), "hash": Shape.text,
        ],
        "required": ["sequence", "at", "action", "role", "principal", "person", "purpose", "request", "hash"],
    ]

    private static let verification = Shape.object([
        "intact": Shape.flag, "records": count, "first": Shape.optional(count), "last": Shape.optional(count),
        "dropped": count,
        "problem": Shape.optional(Shape.object(["sequence": count, "message": Shape.text])),
    ])
}
