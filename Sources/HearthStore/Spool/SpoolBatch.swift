package import HearthCore

/// One opening of the spool's gate: the files that were taken in together, and what became of them. The row that keeps it
/// is the ingestion manifest.
package struct SpoolBatch: Sendable, Hashable {
    /// Names the batch and its folders. Tags sort by the time at which their gate opened.
    package var tag: String
    package var openedAt: Timestamp
    /// nil: under way.
    package var finishedAt: Timestamp?
    /// In the order in which they are taken in; the position of a file is its number.
    package var files: [SpoolFile]

    package init(tag: String, openedAt: Timestamp, finishedAt: Timestamp? = nil, files: [SpoolFile] = []) {
        self.tag = tag
        self.openedAt = openedAt
        self.finishedAt = finishedAt
        self.files = files
    }

    /// What a person is told.
    package enum Status: String, Sendable, CaseIterable {
        case ingesting
        /// Every reading of every file is stored.
        case done
        /// At least one file lies in `failed/`.
        case failed
    }

    package var status: Status {
        if finishedAt == nil { return .ingesting }
        return files.contains { $0.outcome == .failed } ? .failed : .done
    }

    package var totals: SpoolTotals { files.reduce(into: SpoolTotals()) { $0 += $1.totals } }
}

/// A segment of a batch.
package struct SpoolFile: Sendable, Hashable {
    /// As it was called in `incoming/`.
    package var name: String
    /// Bytes on disk when it was taken in.
    package var size: Int
    /// Of its bytes on disk, hexadecimal; nil before its turn came.
    package var sha256: String?
    /// Where the next reading begins: everything before it is stored or refused, and counted.
    package var place: SpoolPlace
    package var totals: SpoolTotals
    /// nil: not all of it was worked yet.
    package var outcome: SpoolOutcome?
    /// Why not all of it is stored.
    package var failure: SpoolFailure?

    package init(
        name: String, size: Int, sha256: String? = nil, place: SpoolPlace = SpoolPlace(),
        totals: SpoolTotals = SpoolTotals(), outcome: SpoolOutcome? = nil, failure: SpoolFailure? = nil
    ) {
        self.name = name
        self.size = size
        self.sha256 = sha256
        self.place = place
        self.totals = totals
        self.outcome = outcome
        self.failure = failure
    }
}

/// A place in a segment.
package struct SpoolPlace: Sendable, Hashable {
    /// Bytes before the frame, after decompression.
    package var offset: Int
    /// Frames before it.
    package var frame: Int
    /// Readings of the frame before it.
    package var reading: Int

    package init(offset: Int = 0, frame: Int = 0, reading: Int = 0) {
        self.offset = offset
        self.frame = frame
        self.reading = reading
    }
}

/// What became of readings.
package struct SpoolTotals: Sendable, Hashable {
    package var accepted: Int
    /// Were stored before, by whatever door.
    package var duplicates: Int
    /// A frame that cannot be read counts as one.
    package var rejected: Int

    package init(accepted: Int = 0, duplicates: Int = 0, rejected: Int = 0) {
        self.accepted = accepted
        self.duplicates = duplicates
        self.rejected = rejected
    }

    package static func += (left: inout SpoolTotals, right: SpoolTotals) {
        left.accepted += right.accepted
        left.duplicates += right.duplicates
        left.rejected += right.rejected
    }
}

package enum SpoolOutcome: String, Sendable, CaseIterable {
    /// Every reading is stored; the file belongs into `archive/`.
    case stored
    /// Some or all of it is not stored; the file belongs into `failed/`.
    case failed
    /// Failed before, and lies in `failed/` no more: it was put into `incoming/` again, or deleted.
    case withdrawn
}

/// Why a file failed.
package struct SpoolFailure: Sendable, Hashable {
    package var code: ErrorCode
    package var message: String

    package init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// A reading or frame that was not taken, and where it stands.
package struct SpoolReject: Sendable, Hashable {
    /// Number of the frame in its segment, from 0.
    package var frame: Int
    /// Bytes before the frame, after decompression.
    package var offset: Int
    /// Number of the reading in its frame, from 0; nil: the frame as a whole.
    package var reading: Int?
    package var code: ErrorCode
    package var message: String

    package init(frame: Int, offset: Int, reading: Int?, code: ErrorCode, message: String) {
        self.frame = frame
        self.offset = offset
        self.reading = reading
        self.code = code
        self.message = message
    }
}
