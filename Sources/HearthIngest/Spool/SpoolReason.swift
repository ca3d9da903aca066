import HearthCore
import HearthStore

/// The file beside a failed segment that says what went wrong, for programs: see `docs/formats/spool.md`.
enum SpoolReason {
    static func json(_ file: SpoolFile, of tag: String, rejects: [SpoolReject]) -> [UInt8] {
        let listed = rejects.map { reject -> JSONValue in
            [
                "frame": .integer(Int64(reject.frame)), "offset": .integer(Int64(reject.offset)),
                "reading": reject.reading.map { .integer(Int64($0)) } ?? .null, "code": .string(reject.code.text),
                "message": .string(reject.message),
            ]
        }
        let value: JSONValue = [
            "batch": .string(tag), "file": .string(file.name), "size_bytes": .integer(Int64(file.size)),
            "sha256": file.sha256.map { .string($0) } ?? .null,
            "code": .string(file.failure?.code.text ?? ""), "message": .string(file.failure?.message ?? ""),
            "readings": [
                "accepted": .integer(Int64(file.totals.accepted)),
                "duplicates": .integer(Int64(file.totals.duplicates)),
                "rejected": .integer(Int64(file.totals.rejected)),
            ],
            "next": ["frame": .integer(Int64(file.place.frame)), "offset": .integer(Int64(file.place.offset))],
            "rejected": .array(listed),
        ]
        return Array((value.prettyText + "\n").utf8)
    }
}
