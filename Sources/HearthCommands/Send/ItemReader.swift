import HearthCore

/// Reads items from a file or pipe, a megabyte at a time. Blocks.
struct ItemReader {
    /// One line or value may not be longer.
    static let itemLimit = 16 << 20
    private static let chunk = 1 << 20

    private let descriptor: Int32
    private let name: String
    private let format: ItemFormat
    /// Bytes read so far.
    private(set) var bytesRead = 0
    private var isAtEnd = false
    private var ready: [SendItem] = []
    private var position = 0
    private(set) var refused: [RefusedItem] = []

    // The state of each form.
    private var splitter = JSONSplitter()
    private var buffer: [UInt8] = []
    private var place = 0

    init(descriptor: Int32, name: String, format: ItemFormat) {
        self.descriptor = descriptor
        self.name = name
        self.format = format
    }

    /// The next item, nil at the end. Items that are not JSON go to `refused`.
    mutating func next() throws(HearthError) -> SendItem? {
        while position == ready.count {
            ready.removeAll(keepingCapacity: true)
            position = 0
            guard !isAtEnd else { return nil }
            try fill()
        }
        position += 1
        return ready[position - 1]
    }

    mutating func takeRefused() -> [RefusedItem] {
        defer { refused = [] }
        return refused
    }

    private mutating func fill() throws(HearthError) {
        let bytes = try LocalFile.read(from: descriptor, upTo: Self.chunk, name: name)
        bytesRead += bytes.count
        isAtEnd = bytes.isEmpty
        switch format {
        case .json: fillJSON(bytes)
        case .ndjson: fillLines(bytes)
        case .msgpack: fillMessagePack(bytes)
        }
        let pending = format == .json ? splitter.pendingCount : buffer.count
        guard pending <= Self.itemLimit else {
            throw HearthError(
                .inputUnreadable, "\(name) has an item of more than \(ByteCount.text(Self.itemLimit)).",
                hint: "Check the form of the file; --format names it.")
        }
    }

    private mutating func fillJSON(_ bytes: [UInt8]) {
        splitter.feed(bytes)
        if isAtEnd { splitter.finish() }
        for item in splitter.take() { accept(item.text, at: item.line) }
    }

    private mutating func fillLines(_ bytes: [UInt8]) {
        buffer += bytes
        var start = 0
        while let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
            acceptLine(start, end)
            start = end + 1
        }
        if isAtEnd, start < buffer.count {
            acceptLine(start, buffer.count)
            start = buffer.count
        }
        buffer.removeFirst(start)
    }

    private mutating func acceptLine(_ start: Int, _ end: Int) {
        place += 1
        let line = buffer[start..<end]
        guard line.contains(where: { $0 > 0x20 }) else { return }
        accept(Array(line), at: place)
    }

    private mutating func fillMessagePack(_ bytes: [UInt8]) {
        buffer += bytes
        var offset = 0
        while offset < buffer.count {
            do throws(JSONError) {
                var next = offset
                let document = try buffer.withUnsafeBufferPointer { (bytes) throws(JSONError) in
                    try JSONDocument.nextMessagePack(in: UnsafeRawBufferPointer(bytes), at: &next, options: .strict)
                }
                place += 1
                offset = next
                accept(document, text: nil, at: place)
            } catch {
                if error.reason == .unexpectedEnd, !isAtEnd { break }
                // Behind a value that cannot be read nothing says where the next one begins.
                refuse(place + 1, "\(error); nothing after it could be read", [])
                offset = buffer.count
                isAtEnd = true
            }
        }
        buffer.removeFirst(offset)
    }

    private mutating func accept(_ text: [UInt8], at place: Int) {
        do throws(JSONError) {
            accept(try JSONDocument(parsing: text, options: .strict), text: text, at: place)
        } catch {
            refuse(place, "\(error)", text)
        }
    }

    /// Takes one value: a reading, an array of readings, or an object that holds `readings` with what they share.
    private mutating func accept(_ document: JSONDocument, text: [UInt8]?, at place: Int) {
        document.withRoot { root in
            let list = root.kind == .array ? root : root["readings"]
            guard let list, list.kind == .array else {
                return ready.append(SendItem(json: text ?? Self.text(of: root), place: place))
            }
            let device = root["device_id"]?.string
            let stream = root["stream"]?.string
            for element in list.elements {
                ready.append(SendItem(json: Self.text(of: element), place: place, device: device, stream: stream))
            }
        }
    }

    private static func text(of value: JSONReference) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return writer.bytes
    }

    private mutating func refuse(_ place: Int, _ message: String, _ text: [UInt8]) {
        refused.append(
            RefusedItem(place: place, problems: [HearthError.Field(pointer: "", message: message)], json: text))
    }
}
