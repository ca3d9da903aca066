import HearthCore

/// What the doctor found out about one thing.
struct Finding: Sendable, Hashable {
    enum Level: String, Sendable, Comparable {
        case ok, warn, fail

        static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warn: 1
            case .fail: 2
            }
        }

        var mark: String {
            switch self {
            case .ok: "✓"
            case .warn: "!"
            case .fail: "✗"
            }
        }

        var style: Style {
            switch self {
            case .ok: .green
            case .warn: .yellow
            case .fail: .red
            }
        }
    }

    var subject: String
    var level: Level
    var message: String
    /// What to do about it.
    var fix: String?

    static func ok(_ subject: String, _ message: String) -> Finding {
        Finding(subject: subject, level: .ok, message: message)
    }

    static func warn(_ subject: String, _ message: String, fix: String) -> Finding {
        Finding(subject: subject, level: .warn, message: message, fix: fix)
    }

    static func fail(_ subject: String, _ message: String, fix: String) -> Finding {
        Finding(subject: subject, level: .fail, message: message, fix: fix)
    }

    static func fail(_ subject: String, _ error: HearthError) -> Finding {
        Finding(subject: subject, level: .fail, message: error.message, fix: error.hint)
    }

    var json: JSONValue {
        [
            "check": .string(subject), "level": .string(level.rawValue), "message": .string(message),
            "fix": fix.map { .string($0) } ?? nil,
        ]
    }
}
