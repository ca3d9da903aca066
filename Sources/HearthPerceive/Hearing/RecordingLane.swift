/// Which recordings a processor works. Short and long ones have processors of their own, side by side: a memo of seconds does
/// not wait until the hours of speech are written down that came before it. Which of the two a recording belongs to
/// follows from its reading alone, so that each is worked by one of them, also after a crash and in a run again.
package enum RecordingLane: Sendable, Hashable, CaseIterable {
    case short, long

    /// Seconds of a memo.
    static let longestShort = 60.0
    /// Bytes of a memo whose length nobody knows: 16 seconds of MP3 at 128 kbit/s, two minutes of Opus at 16 kbit/s.
    static let largestShort: Int64 = 256 << 10

    /// What the names of its processors end with.
    var ending: String { self == .long ? "-long" : "" }

    func takes(_ file: MediaFile) -> Bool { (self == .long) == Self.isLong(file) }

    private static func isLong(_ file: MediaFile) -> Bool {
        if let seconds = file.double("duration_seconds") { return seconds > longestShort }
        return file.integer("size_bytes") ?? 0 > largestShort
    }
}
