/// A moment, as each reading of it: seconds of the wall clock since 1970-01-01T00:00.
struct Moment: Sendable, Hashable {
    var readings: [Int]
}

/// From one moment to another, as each reading of it.
struct Stretch: Sendable, Hashable {
    struct Bounds: Sendable, Hashable {
        /// Seconds of the wall clock; nil is open.
        var start: Int?
        var end: Int?
    }

    var readings: [Bounds]
    var modifier = Modifier.none
}
