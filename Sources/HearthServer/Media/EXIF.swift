import HearthCore

/// What Hearth reads of a camera's EXIF block (CIPA DC-008, which is a TIFF file of its own). The block comes from
/// outside: offsets may point anywhere and counts may be huge, so every access is checked, directories are bounded and
/// none is visited twice. A field that cannot be read is missing, never an error.
struct EXIF: Equatable {
    /// 1…8; 1 is upright.
    var orientation: Int?
    var make: String?
    var model: String?
    /// Decimal degrees, both or none.
    var latitude: Double?
    var longitude: Double?
    /// Metres, negative below the sea.
    var altitude: Double?
    var taken: Taken?

    /// When the picture was taken, as the camera's clock said.
    struct Taken: Equatable {
        /// Clock time, as if it were UTC.
        var clock: Timestamp
        /// Minutes east of UTC; nil where the camera did not know.
        var offsetMinutes: Int?
    }

    /// Entries of one directory; real ones have fewer than a hundred.
    private static let directoryLimit = 512
    /// Bytes of a text field.
    private static let textLimit = 200

    init(orientation: Int) { self.orientation = orientation }

    /// Nil when the block is not EXIF at all.
    init?(_ block: ArraySlice<UInt8>) {
        guard let reader = TIFFReader(block) else { return nil }
        let main = reader.directory(at: reader.firstDirectory, limit: Self.directoryLimit)
        make = reader.text(main[0x010f], limit: Self.textLimit)
        model = reader.text(main[0x0110], limit: Self.textLimit)
        orientation = reader.integer(main[0x0112]).flatMap { (1...8).contains($0) ? $0 : nil }
        var photo: [Int: TIFFReader.Entry] = [:]
        if let offset = reader.integer(main[0x8769]) {
            photo = reader.directory(at: offset, limit: Self.directoryLimit)
        }
        var position: [Int: TIFFReader.Entry] = [:]
        if let offset = reader.integer(main[0x8825]) {
            position = reader.directory(at: offset, limit: Self.directoryLimit)
        }
        readPosition(position, reader)
        taken = Self.taken(main, photo, position, reader)
    }

    private mutating func readPosition(_ entries: [Int: TIFFReader.Entry], _ reader: TIFFReader) {
        guard let north = Self.degrees(entries[2], reader), let east = Self.degrees(entries[4], reader),
            let northReference = reader.text(entries[1], limit: 2),
            let eastReference = reader.text(entries[3], limit: 2)
        else { return }
        let latitude = northReference.uppercased() == "S" ? -north : north
        let longitude = eastReference.uppercased() == "W" ? -east : east
        // Cameras without a fix write zeros.
        guard abs(latitude) <= 90, abs(longitude) <= 180, latitude != 0 || longitude != 0 else { return }
        (self.latitude, self.longitude) = (latitude, longitude)
        if let metres = reader.rationals(entries[6], count: 1)?.first, metres <= 100_000 {
            let signed = reader.integer(entries[5]) == 1 ? -metres : metres
            if signed >= -12_000 { altitude = signed }
        }
    }

    /// Degrees, minutes and seconds.
    private static func degrees(_ entry: TIFFReader.Entry?, _ reader: TIFFReader) -> Double? {
        guard let parts = reader.rationals(entry, count: 3) else { return nil }
        return parts[0] + parts[1] / 60 + parts[2] / 3600
    }

    private static func taken(
        _ main: [Int: TIFFReader.Entry], _ photo: [Int: TIFFReader.Entry], _ position: [Int: TIFFReader.Entry],
        _ reader: TIFFReader
    ) -> Taken? {
        let original = reader.text(photo[0x9003], limit: 20) ?? reader.text(photo[0x9004], limit: 20)
        if let clock = (original ?? reader.text(main[0x0132], limit: 20)).flatMap(clock) {
            let offset = reader.text(photo[0x9011], limit: 7) ?? reader.text(photo[0x9010], limit: 7)
            return Taken(clock: clock, offsetMinutes: offset.flatMap(offsetMinutes))
        }
        // Satellites know UTC.
        guard let day = reader.text(position[0x1d], limit: 11), let time = reader.rationals(position[7], count: 3),
            time[0] < 24, time[1] < 60, time[2] < 61, let start = clock(day + " 00:00:00")
        else { return nil }
        let microseconds = (time[0] * 3600 + time[1] * 60 + time[2]) * 1_000_000
        return Taken(clock: Timestamp(microseconds: start.microseconds + Int64(microseconds)), offsetMinutes: 0)
    }

    /// `YYYY:MM:DD HH:MM:SS`; cameras without a clock write zeros or spaces, which are no date.
    private static func clock(_ text: String) -> Timestamp? {
        var bytes = Array(text.utf8.prefix(19))
        guard bytes.count == 19, bytes[4] == bytes[7], bytes[4] == UInt8(ascii: ":") || bytes[4] == UInt8(ascii: "-")
        else { return nil }
        bytes[4] = UInt8(ascii: "-")
        bytes[7] = UInt8(ascii: "-")
        bytes.append(UInt8(ascii: "Z"))
        guard let time = bytes.withUnsafeBufferPointer({ Timestamp(utf8: $0) }),
            time.microseconds > -2_208_988_800_000_000
        else { return nil }
        return time
    }

    /// `+HH:MM`.
    private static func offsetMinutes(_ text: String) -> Int? {
        let parts = text.dropFirst().split(separator: ":")
        guard let sign = text.first, sign == "+" || sign == "-", parts.count == 2, let hours = Int(parts[0]),
            let minutes = Int(parts[1]), (0..<24).contains(hours), (0..<60).contains(minutes)
        else { return nil }
        return (hours * 60 + minutes) * (sign == "-" ? -1 : 1)
    }
}
