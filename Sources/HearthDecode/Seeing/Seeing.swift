import HearthCore
import HearthMedia

/// Looks at pictures: what they are, what they look like, what is written in them.
final class Seeing {
    /// Small print is read better when it is larger: a picture with fewer pixels is enlarged for reading.
    private static let comfortablePixels = 1_500_000
    /// The reader of the languages asked for last.
    private var reader: TextReader?

    func see(_ file: InputBytes, _ options: SeeOptions, _ emit: (DecoderEvent) throws -> Void) throws {
        let picture = try PictureDecoder(file)
        let tags = CameraTags(tags: picture.tags)
        let orientation = tags.orientation
        let isTurned = orientation >= 5
        let (width, height) = isTurned ? (picture.height, picture.width) : (picture.width, picture.height)
        let scale = min(1, Double(MediaLimits.thumbnailEdge) / Double(max(width, height)))
        let small = try picture.raster(
            width: max(1, Int((Double(picture.width) * scale).rounded())),
            height: max(1, Int((Double(picture.height) * scale).rounded())), .rgb
        ).upright(from: orientation)
        let hash = try picture.raster(width: PerceptualHash.edge, height: PerceptualHash.edge, .gray)
        try emit(
            .picture(
                Picture(
                    codec: picture.format.rawValue, width: width, height: height, orientation: orientation,
                    perceptualHash: PerceptualHash.of(hash.upright(from: orientation)), exif: tags.summary,
                    thumbnail: try ThumbnailEncoder.jpeg(small), thumbnailWidth: small.width,
                    thumbnailHeight: small.height)))
        if options.readsText {
            try emit(.text(try read(picture, orientation, options)))
        }
    }

    private func read(_ picture: PictureDecoder, _ orientation: Int, _ options: SeeOptions) throws -> RecognizedText {
        let pixels = Double(picture.width * picture.height)
        let scale =
            pixels > Double(MediaLimits.textPixels)
            ? (Double(MediaLimits.textPixels) / pixels).squareRoot()
            : pixels < Double(Self.comfortablePixels) ? 2 : 1
        let raster = try picture.raster(
            width: max(1, Int(Double(picture.width) * scale)), height: max(1, Int(Double(picture.height) * scale)),
            .gray
        ).upright(from: orientation)
        let reader = try reader(options.languages)
        var page = reader.read(raster)
        for index in page.words.indices { page.words[index].box.scale(by: 1 / scale) }
        var doubts: [String] = []
        if scale < 1 { doubts.append("it was scaled down to \(MediaLimits.textPixels / 1_000_000) megapixels") }
        if !page.isComplete { doubts.append("it holds more text than is read of one picture") }
        if picture.isDamaged { doubts.append("a part of it is damaged") }
        let missing = options.languages.filter { !reader.languages.contains($0) }
        if !missing.isEmpty { doubts.append("languages not installed: \(missing.joined(separator: ", "))") }
        return RecognizedText(
            words: page.words, languages: reader.languages, rotation: page.rotation, engine: TextReader.version,
            incomplete: doubts.isEmpty ? nil : doubts.joined(separator: "; "))
    }

    private func reader(_ languages: [String]) throws -> TextReader {
        if let reader, reader.languages == languages { return reader }
        let made = try TextReader(languages)
        reader = made
        return made
    }
}
