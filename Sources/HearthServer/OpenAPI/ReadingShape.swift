import HearthCore
import HearthSchema
import OrderedCollections

/// What `/openapi.json` says of readings: taken from the stream definitions, which are what admission checks against.
enum ReadingShape {
    /// The name of a stream's component schema.
    static func name(_ stream: StreamDefinition) -> String { "\(stream.name.capitalizedParts)Reading" }

    static func reading(_ stream: StreamDefinition) -> JSONValue { Shape.named(name(stream)) }

    /// Schema documents carry members that mean nothing inside of another document, and an `$id` would make their
    /// references relative to a place that is not there.
    static func component(_ stream: StreamDefinition) -> JSONValue {
        var members: [(String, JSONValue)] = []
        for (name, value) in stream.document.object ?? [:]
        where name != "$schema" && name != "$id" && !name.hasPrefix("x-") {
            members.append((name, value))
        }
        members.append(("example", example(stream)))
        return .members(members)
    }

    static func example(_ stream: StreamDefinition) -> JSONValue {
        var example = JSONValue.members([("device_id", deviceExample), ("timestamp", "2026-11-21T08:00:00+01:00")])
        for (name, value) in stream.example.object ?? [:] { example.set(name, value) }
        return example
    }

    private static let deviceExample: JSONValue = "01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60"

    static let batchExample: JSONValue = [
        "device_id": deviceExample,
        "readings": [
            ["stream": "heartrate", "timestamp": "2026-11-21T08:00:00+01:00", "bpm": 62],
            ["stream": "power", "timestamp": "2026-11-21T08:00:01+01:00", "battery_level": 81],
        ],
    ]

    // MARK: Uploads

    /// What the file itself tells; nobody sends it.
    private static let derived: Set<String> = ["blob", "size_bytes"]

    private static func property(_ stream: StreamDefinition, _ name: String) -> JSONValue {
        stream.document["properties"]?[name] ?? [:]
    }

    /// The object that carries a file in `data`.
    static func upload(_ stream: StreamDefinition) -> JSONValue {
        var properties: [(String, JSONValue)] = [
            ("device_id", Shape.id), ("timestamp", ["type": ["string", "number"]]), ("id", Shape.text(1...200)),
            ("data", ["type": "string", "contentEncoding": "base64"]),
        ]
        for field in stream.fields where !derived.contains(field.name) {
            properties.append((field.name, property(stream, field.name)))
        }
        return [
            "type": "object", "properties": .members(properties), "required": ["timestamp", "data"],
        ]
    }

    /// The same, without the file, for the query.
    static func parameters(_ stream: StreamDefinition) -> [RouteParameter] {
        var parameters = [
            RouteParameter("device_id", "The device that made it; not needed with a device's own token", Shape.id),
            RouteParameter(
                "timestamp", "When it was made: RFC 3339, or seconds or milliseconds since 1970", Shape.text),
            RouteParameter(
                "id", "The sender's own name for it; the same name again is the same reading", Shape.text(1...200)),
        ]
        for field in stream.fields where !derived.contains(field.name) && field.type != .json {
            let schema = property(stream, field.name)
            parameters.append(RouteParameter(field.name, schema["description"]?.string ?? "", schema))
        }
        return parameters
    }
}
