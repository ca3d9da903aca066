package import HearthCore

/// The numbers that bound the spool, in one place.
package struct SpoolLimits: Sendable, Hashable {
    /// Bytes of one frame. With what its parsed form takes, about six times as much, it bounds the memory of a segment
    /// of any size.
    package var frameBytes = 16 << 20
    /// Files of one batch; further ones wait for the next.
    package var batchFiles = 1000
    /// Readings of one transaction while nobody else stores any.
    package var portionReadings = 10_000
    /// Readings of one transaction while devices send: a live reading waits for one such transaction at most, some 3 ms.
    package var liveReadings = 1000
    /// Bytes of frames of one transaction, where readings are large.
    package var portionBytes = 8 << 20
    /// Bytes read from a file at once.
    package var readBytes = 256 << 10
    /// Names told of files that are left in `incoming/`.
    package var toldNames = 100
    /// How long a live reading makes the spool step back.
    package var livePatience = Duration.seconds(1)
    /// Pause after a portion, as a multiple of the time it took, while devices send.
    package var livePause = 3
    /// Time between two looks at the folder where the system tells of new files, which it may forget to.
    package var watchedPoll = Duration.seconds(30)
    /// The same where it does not tell.
    package var unwatchedPoll = Duration.seconds(2)
    /// Wait after a failure that may pass: a full disk, a folder without permission.
    package var retryDelay = Duration.seconds(5)
    /// Time between two sweeps of the archive.
    package var sweepInterval = Duration.seconds(3600)

    package init() {}
}

/// What a person decides about the spool.
package struct SpoolSettings: Sendable, Hashable {
    /// The gate opens for so many files,
    package var minimumFiles = 8
    /// or so many bytes,
    package var minimumBytes = 1 << 20
    /// or when a file has waited so long.
    package var maximumAge = Duration.seconds(10)
    /// Readings per second at most; 0: as fast as it goes.
    package var readingsPerSecond = 0
    /// How long segments that are stored stay in `archive/`, and their manifests with them.
    package var archiveKept = Duration.seconds(30 * 86_400)

    package init() {}
}
