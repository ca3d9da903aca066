package import HearthCore

/// What a picture is, upright.
package struct Picture: Sendable, Hashable {
    /// As in `PictureFormat`: `jpeg`, `png`, `webp`, …
    package var codec: String
    /// In pixels, after the orientation was undone.
    package var width: Int
    package var height: Int
    /// EXIF, 1 to 8; 1 is upright.
    package var orientation: Int
    /// 64-bit perceptual hash of the upright picture: pictures that look alike differ in few bits.
    package var perceptualHash: UInt64
    /// What the camera wrote: `make`, `model`, `taken_at`, `iso`, …
    package var exif: JSONValue
    /// JPEG, at most `MediaLimits.thumbnailEdge` along the longer edge.
    package var thumbnail: [UInt8]
    package var thumbnailWidth: Int
    package var thumbnailHeight: Int

    package init(
        codec: String, width: Int, height: Int, orientation: Int, perceptualHash: UInt64, exif: JSONValue,
        thumbnail: [UInt8], thumbnailWidth: Int, thumbnailHeight: Int
    ) {
        self.codec = codec
        self.width = width
        self.height = height
        self.orientation = orientation
        self.perceptualHash = perceptualHash
        self.exif = exif
        self.thumbnail = thumbnail
        self.thumbnailWidth = thumbnailWidth
        self.thumbnailHeight = thumbnailHeight
    }
}

/// Text found in a picture.
package struct RecognizedText: Sendable, Hashable {
    package struct Word: Sendable, Hashable {
        package var text: String
        /// In pixels of the upright picture, from its upper left corner.
        package var box: Box
        /// 0 to 1.
        package var confidence: Double
        /// From 0, over the whole picture.
        package var line: Int
        package var paragraph: Int
        package var block: Int

        package init(text: String, box: Box, confidence: Double, line: Int, paragraph: Int, block: Int) {
            self.text = text
            self.box = box
            self.confidence = confidence
            self.line = line
            self.paragraph = paragraph
            self.block = block
        }
    }

    package struct Box: Sendable, Hashable {
        package var left: Int
        package var top: Int
        package var right: Int
        package var bottom: Int

        package init(left: Int, top: Int, right: Int, bottom: Int) {
            self.left = left
            self.top = top
            self.right = right
            self.bottom = bottom
        }
    }

    /// In reading order.
    package var words: [Word]
    /// Tesseract's names, as in `eng+deu`.
    package var languages: [String]
    /// Degrees by which the picture was turned clockwise to read it: 0, 90, 180 or 270.
    package var rotation: Int
    /// Name and version of the reader.
    package var engine: String
    /// Why the text may not be all there is; nil: all of the picture was read.
    package var incomplete: String?

    package init(words: [Word], languages: [String], rotation: Int, engine: String, incomplete: String? = nil) {
        self.words = words
        self.languages = languages
        self.rotation = rotation
        self.engine = engine
        self.incomplete = incomplete
    }
}

extension Picture: WirePart {
    static var kind: String { "picture" }

    var members: [(String, JSONValue)] {
        [
            ("codec", .string(codec)), ("width", .integer(Int64(width))), ("height", .integer(Int64(height))),
            ("orientation", .integer(Int64(orientation))),
            ("perceptual_hash", .integer(Int64(bitPattern: perceptualHash))), ("exif", exif),
            ("thumbnail_width", .integer(Int64(thumbnailWidth))),
            ("thumbnail_height", .integer(Int64(thumbnailHeight))),
        ]
    }

    var attachment: [UInt8] { thumbnail }

    init(_ value: JSONValue, attachment: [UInt8]) throws(HearthError) {
        let edge = 1...MediaLimits.imageEdge
        self.init(
            codec: try WireValue.string(value, "codec"), width: try WireValue.integer(value, "width", in: edge),
            height: try WireValue.integer(value, "height", in: edge),
            orientation: try WireValue.integer(value, "orientation", in: 1...8),
            perceptualHash: UInt64(bitPattern: Int64(try WireValue.integer(value, "perceptual_hash"))),
            exif: value["exif"] ?? [:], thumbnail: attachment,
            thumbnailWidth: try WireValue.integer(value, "thumbnail_width", in: edge),
            thumbnailHeight: try WireValue.integer(value, "thumbnail_height", in: edge))
    }
}

extension RecognizedText: WirePart {
    static var kind: String { "text" }

    var members: [(String, JSONValue)] {
        [
            ("words", .array(words.map(\.wireForm))), ("languages", .array(languages.map { .string($0) })),
            ("rotation", .integer(Int64(rotation))), ("engine", .string(engine)),
            ("incomplete", WireValue.optional(incomplete)),
        ]
    }

    init(_ value: JSONValue, attachment: [UInt8]) throws(HearthError) {
        var words: [Word] = []
        for word in try WireValue.array(value, "words") { words.append(try Word(wire: word)) }
        let rotation = try WireValue.integer(value, "rotation")
        guard [0, 90, 180, 270].contains(rotation) else { throw .wire("a rotation that is no quarter of a turn") }
        self.init(
            words: words, languages: try WireValue.strings(value, "languages"), rotation: rotation,
            engine: try WireValue.string(value, "engine"),
            incomplete: value["incomplete"]?.string)
    }
}

extension RecognizedText.Word {
    /// A list, since there are thousands.
    fileprivate var wireForm: JSONValue {
        let numbers = [box.left, box.top, box.right, box.bottom, line, paragraph, block]
        return .array([.string(text), .real(confidence)] + numbers.map { .integer(Int64($0)) })
    }

    fileprivate init(wire value: JSONValue) throws(HearthError) {
        guard let text = value[0]?.string, let confidence = value[1]?.double, let list = value.array, list.count == 9
        else { throw .wire("a word in another form") }
        let numbers = list[2...].compactMap { $0.int64.map { Int($0) } }
        guard numbers.count == 7 else { throw .wire("a word without its place") }
        let far = MediaLimits.farthestPixel
        guard (0...1).contains(confidence), numbers[..<4].allSatisfy({ (-far...far).contains($0) }),
            numbers[4...].allSatisfy({ (0...far).contains($0) })
        else { throw .wire("a word outside of every picture") }
        self.init(
            text: text,
            box: RecognizedText.Box(left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3]),
            confidence: confidence, line: numbers[4], paragraph: numbers[5], block: numbers[6])
    }
}
