/// The file that says what an index is and which of the files beside it count.
struct IndexHeader: Hashable {
    /// Of the layout of all files; a program reads only its own.
    static let format: UInt32 = 2
    static let name = "header"
    private static let magic: UInt32 = 0x5844_4948  // "HIDX"
    private static let maximumByteCount = 4096

    var model: String
    var dimension: Int
    /// Part of the names of the files that count; compaction writes the next one.
    var generation: UInt32

    enum Reading {
        case missing
        case header(IndexHeader)
        /// Of another version of the layout.
        case foreign(format: UInt32)
        case damaged
    }

    static func read(in folder: IndexFolder) throws -> Reading {
        guard try folder.names().contains(name) else { return .missing }
        return parse(try IndexFile(folder.file(name)).contents(limit: maximumByteCount))
    }

    static func parse(_ bytes: [UInt8]) -> Reading {
        guard bytes.count >= 12 else { return .damaged }
        var reader = ByteReader(bytes.dropLast(4))
        var end = ByteReader(bytes.suffix(4))
        guard end.integer(UInt32.self) == checksum(bytes.dropLast(4)), reader.integer(UInt32.self) == magic,
            let format = reader.integer(UInt32.self)
        else { return .damaged }
        guard format == Self.format else { return .foreign(format: format) }
        guard let dimension = reader.integer(UInt32.self), let generation = reader.integer(UInt32.self),
            let model = reader.text(), reader.isAtEnd
        else { return .damaged }
        return .header(IndexHeader(model: model, dimension: Int(dimension), generation: generation))
    }

    func write(in folder: IndexFolder) throws {
        var bytes: [UInt8] = []
        bytes.append(little: Self.magic)
        bytes.append(little: Self.format)
        bytes.append(little: UInt32(dimension))
        bytes.append(little: generation)
        bytes.append(little: UInt16(model.utf8.count))
        bytes += Array(model.utf8)
        bytes.append(little: checksum(bytes))
        try folder.replace(Self.name) { try $0.write(bytes, at: 0) }
    }
}
