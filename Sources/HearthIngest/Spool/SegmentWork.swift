import HearthCore
import HearthStore

/// What comes next of a segment.
enum SegmentStep: Sendable {
    /// Readings to be stored together.
    case portion(SpoolPortion, rejectedByStream: [String?: Int])
    /// The end, or the place from which on nothing can be read.
    case end(SpoolFailure?)
}

/// Turns a segment into portions of admitted readings. Every call blocks.
final class SegmentWork: @unchecked Sendable {  // One queue works with it, one call after the other.
    private let reader: SegmentReader
    private let admission: Admission
    private let source: Admission.Source
    private let limits: SpoolLimits
    private let file: SpoolFileNumber
    private let size: Int
    private var sha256: String?
    /// Behind what was given out.
    private var place: SpoolPlace
    /// A frame of which readings are left.
    private var current: SegmentFrame?
    private var end: SegmentStep?

    /// Bytes worked by one call of those that a stop should not have to wait for.
    private static let stride = 64 << 20

    /// - Parameter path: Where the file lies.
    init(
        _ entry: SpoolFile, _ file: SpoolFileNumber, path: String, admission: Admission, source: Admission.Source,
        limits: SpoolLimits
    ) throws(SegmentFailure) {
        reader = try SegmentReader(path: path, name: entry.name, limits: limits, ingest: admission.limits)
        self.admission = admission
        self.source = source
        self.limits = limits
        self.file = file
        size = entry.size
        sha256 = entry.sha256
        place = entry.place
    }

    /// Finds out the digest of the whole file.
    /// - Returns: nil: not yet, call again.
    func measure() throws(SegmentFailure) -> String? {
        if let sha256 { return sha256 }
        guard try reader.size() == size else {
            throw SegmentFailure(.segmentChanged, "It was written to after it was taken in.")
        }
        sha256 = try reader.measure(upTo: Self.stride)
        return sha256
    }

    /// Goes to where the work was left.
    /// - Returns: false: not yet, call again.
    func approach() throws(SegmentFailure) -> Bool { try reader.skip(to: place, upTo: Self.stride) }

    /// - Parameter count: Readings of the portion, at most.
    func next(readings count: Int) -> SegmentStep {
        if let end { return end }
        var harvest = Harvest(room: count)
        let from = place
        var bytes = 0
        while end == nil, harvest.room > 0, bytes < limits.portionBytes {
            do throws(SegmentFailure) {
                if current == nil {
                    current = try reader.next()
                    bytes += current?.length ?? 0
                }
                if let frame = current { take(frame, &harvest) } else { end = try conclusion() }
            } catch {
                end = .end(
                    SpoolFailure(
                        error.code, "\(error.message) (frame \(reader.frame), byte \(reader.offset))"))
            }
        }
        if let end, place == from { return end }
        return .portion(
            SpoolPortion(
                file: file, from: from, to: place, batches: harvest.draft.batches, rejectedCount: harvest.rejected,
                rejects: harvest.rejects), rejectedByStream: harvest.rejectedByStream)
    }

    private func conclusion() throws(SegmentFailure) -> SegmentStep {
        guard reader.digestText == sha256 else {
            throw SegmentFailure(.segmentChanged, "It was written to after it was taken in.")
        }
        guard reader.frame > 0 else { throw SegmentFailure(.segmentEmpty, "It holds no frame.") }
        return .end(nil)
    }

    /// Admits the readings of a frame that are left, as far as there is room.
    private func take(_ frame: SegmentFrame, _ harvest: inout Harvest) {
        let isWhole: Bool
        switch frame.document {
        case .failure(let error):
            harvest.refuse(frame, HearthError(error, in: "The frame"))
            isWhole = true
        case .success(let document): isWhole = document.withRoot { take($0, of: frame, &harvest) }
        }
        guard isWhole else { return }
        current = nil
        place = SpoolPlace(offset: reader.offset, frame: reader.frame)
    }

    /// - Returns: whether all of the frame is done.
    private func take(_ root: JSONReference, of frame: SegmentFrame, _ harvest: inout Harvest) -> Bool {
        guard root.kind == .object else {
            harvest.refuse(frame, .invalid([.init(pointer: "", message: "is not a map")], stream: nil))
            return true
        }
        guard let readings = root["readings"] else {
            harvest.admit(root, number: 0, of: frame, source, admission)
            return true
        }
        guard readings.kind == .array else {
            harvest.refuse(frame, .invalid([.init(pointer: "/readings", message: "is not a list")], stream: nil))
            return true
        }
        var source = source
        do throws(HearthError) {
            try source.adopt(root, admission.registry)
        } catch {
            harvest.refuse(frame, error, readings: readings.count)
            return true
        }
        for (number, item) in readings.elements.enumerated() where number >= place.reading {
            guard harvest.room > 0 else {
                place.reading = number
                return false
            }
            harvest.admit(item, number: number, of: frame, source, admission)
        }
        return true
    }
}

/// What a portion gathers.
private struct Harvest {
    var draft = Draft()
    /// Readings that it may still take.
    var room: Int
    var rejected = 0
    var rejects: [SpoolReject] = []
    var rejectedByStream: [String?: Int] = [:]

    init(room: Int) { self.room = room }

    mutating func admit(
        _ item: JSONReference, number: Int, of frame: SegmentFrame, _ source: Admission.Source, _ admission: Admission
    ) {
        let known = draft.rejected.count
        admission.admit(item, index: number, source: source, into: &draft)
        room -= 1
        guard draft.rejected.count > known, let rejection = draft.rejected.last else { return }
        note(rejection.error, stream: rejection.stream, reading: number, of: frame, count: 1)
    }

    /// Refuses a frame as a whole.
    mutating func refuse(_ frame: SegmentFrame, _ error: HearthError, readings: Int = 1) {
        note(error, stream: nil, reading: nil, of: frame, count: max(1, readings))
        room -= 1
    }

    private mutating func note(
        _ error: HearthError, stream: String?, reading: Int?, of frame: SegmentFrame, count: Int
    ) {
        rejected += count
        rejectedByStream[stream, default: 0] += count
        guard rejects.count < SpoolStoreLimits.listedRejects else { return }
        rejects.append(
            SpoolReject(
                frame: frame.number, offset: frame.offset, reading: reading, code: error.code, message: error.message))
    }
}
