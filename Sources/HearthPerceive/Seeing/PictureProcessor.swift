package import HearthCore
package import HearthMedia
package import HearthPipeline
package import HearthStore
package import HearthVault
import OrderedCollections

/// Looks at photos and screenshots: what they are, which look alike, what is written in them. Secrets are masked before
/// anything is stored.
package struct PictureProcessor: Processor {
    package static let described = "media_image_described"
    package static let extracted = "media_text_ocr_extracted"

    package let name = "see"
    package let summary = "Reads the text in pictures, makes thumbnails, and groups pictures that look alike"
    package let inputs = ["image", "screenshot"]
    package let outputs = [PictureProcessor.described, PictureProcessor.extracted]
    package let batchLimit = 1
    package var stepLimit: Duration { .seconds(180) }

    private let decoder: DecoderClient
    private let blobs: BlobStore
    private let groups: LookalikeGroups
    private let languages: [String]

    /// - Parameter languages: Tesseract's names, as in `eng`.
    package init(
        decoder: DecoderClient, blobs: BlobStore, groups: LookalikeGroups, languages: [String] = ["eng"]
    ) {
        self.decoder = decoder
        self.blobs = blobs
        self.groups = groups
        self.languages = languages
    }

    package func attempts(after error: HearthError) -> Int? { MediaLimits.attempts(after: error) }

    package func process(_ batch: ReadingBatch) async throws -> ProcessorResult {
        var result = ProcessorResult()
        for row in 0..<batch.count {
            do {
                result.readings += try await readings(MediaFile(batch, row: row))
            } catch {
                result.failures.append(ReadingFailure(row: row, error: try MediaFault.judged(error)))
            }
        }
        return result
    }

    private func readings(_ file: MediaFile) async throws -> [DerivedReading] {
        var readings: [DerivedReading] = []
        try await decoder.answer(.see(SeeOptions(languages: languages)), file.input(from: blobs)) { event in
            switch event {
            case .picture(let picture): readings.append(try await description(file, picture))
            case .text(let text): if let reading = self.text(file, text) { readings.append(reading) }
            default: break
            }
        }
        return readings
    }

    private func description(_ file: MediaFile, _ picture: Picture) async throws -> DerivedReading {
        let thumbnail = try await Blocking.run { [blobs] in
            let writer = try blobs.makeWriter(maximumSize: MediaLimits.answerPartBytes)
            try writer.append(picture.thumbnail)
            return try writer.finish()
        }
        let group = try await groups.group(
            of: picture.perceptualHash, blob: file.blob, head: file.head, source: file.stream)
        let payload: JSONValue = [
            "blob": .string(thumbnail.sha256), "source_blob": .string(file.blob), "format": .string(picture.codec),
            "width": .integer(Int64(picture.width)), "height": .integer(Int64(picture.height)),
            "orientation": .integer(Int64(picture.orientation)),
            "thumbnail_width": .integer(Int64(picture.thumbnailWidth)),
            "thumbnail_height": .integer(Int64(picture.thumbnailHeight)),
            "perceptual_hash": .string(LookalikeGroups.text(picture.perceptualHash)), "group": .string(group),
            "camera": picture.exif,
        ]
        return DerivedReading(
            stream: Self.described, timestamp: file.head.timestamp, payload: payload, sourceRow: file.row, ordinal: 0)
    }

    /// Nil when nothing is written there.
    private func text(_ file: MediaFile, _ text: RecognizedText) -> DerivedReading? {
        // Masked in the order in which it is read: the label and its secret may stand in two columns.
        let (words, masked) = SensitiveText.masked(PageLayout.readAcross(text.words, rotation: text.rotation))
        let content = PageLayout.text(words)
        guard content.contains(where: { !$0.isWhitespace }) else { return nil }
        let letters = words.reduce(0) { $0 + $1.text.count }
        let sure = words.reduce(0) { $0 + $1.confidence * Double($1.text.count) } / Double(max(1, letters))
        var payload: OrderedDictionary<String, JSONValue> = [
            "source_blob": .string(file.blob), "text": .string(content),
            "layout_text": .string(PageLayout.laidOut(words, rotation: text.rotation)),
            "words": .array(words.map(\.payload)),
            "languages": .array(text.languages.map { .string($0) }), "rotation": .integer(Int64(text.rotation)),
            "confidence": .real(min(1, sure)), "masked": .integer(Int64(masked)), "engine": .string(text.engine),
        ]
        if let incomplete = text.incomplete { payload["incomplete"] = .string(incomplete) }
        return DerivedReading(
            stream: Self.extracted, timestamp: file.head.timestamp, payload: .object(payload), sourceRow: file.row,
            ordinal: 0)
    }
}

extension RecognizedText.Word {
    fileprivate var payload: JSONValue {
        [
            "text": .string(text),
            "box": .array([box.left, box.top, box.right, box.bottom].map { .integer(Int64($0)) }),
            "confidence": .real(confidence), "line": .integer(Int64(line)),
        ]
    }
}
