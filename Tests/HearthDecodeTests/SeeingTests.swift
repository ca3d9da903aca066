import HearthCore
import HearthMedia
import Testing

@testable import HearthDecode

@Suite struct SeeingTests {
    /// 3 × 2, numbered from 1.
    private var numbered: Raster {
        var raster = Raster(width: 3, height: 2, .gray)
        for y in 0..<2 { for x in 0..<3 { raster.bytes[y * raster.stride + x] = UInt8(y * 3 + x + 1) } }
        return raster
    }

    private func pixels(_ raster: Raster) -> [[UInt8]] {
        (0..<raster.height).map { y in (0..<raster.width).map { raster.bytes[y * raster.stride + $0] } }
    }

    /// As the standard's table says, for each place of the first row and column.
    @Test(
        arguments: [
            (1, [[1, 2, 3], [4, 5, 6]]), (2, [[3, 2, 1], [6, 5, 4]]), (3, [[6, 5, 4], [3, 2, 1]]),
            (4, [[4, 5, 6], [1, 2, 3]]), (5, [[1, 4], [2, 5], [3, 6]]), (6, [[4, 1], [5, 2], [6, 3]]),
            (7, [[6, 3], [5, 2], [4, 1]]), (8, [[3, 6], [2, 5], [1, 4]]), (99, [[1, 2, 3], [4, 5, 6]]),
        ] as [(Int, [[UInt8]])]) func everyOrientationIsUndone(_ orientation: Int, _ expected: [[UInt8]])
    {
        #expect(pixels(numbered.upright(from: orientation)) == expected)
    }

    private func picture(_ seed: UInt64, brighter: Int = 0) -> Raster {
        var raster = Raster(width: 32, height: 32, .gray)
        let (a, b) = (Int(seed % 7) + 1, Int(seed / 7 % 5) + 1)
        for y in 0..<32 {
            for x in 0..<32 {
                raster.bytes[y * raster.stride + x] = UInt8(
                    min(255, (x * a * 3 + y * b * 5 + x * y / 4) % 200 + brighter))
            }
        }
        return raster
    }

    @Test func lookalikesHaveNearHashes() {
        let first = PerceptualHash.of(picture(3))
        #expect((first ^ PerceptualHash.of(picture(3, brighter: 20))).nonzeroBitCount <= 8)
        #expect((first ^ PerceptualHash.of(picture(33))).nonzeroBitCount > 8)
    }

    @Test func kindsAreToldByContent() {
        func kind(_ bytes: [UInt8]) -> PictureFormat? { bytes.withUnsafeBytes { try? PictureFormat(reading: $0) } }
        #expect(kind([0xFF, 0xD8, 0xFF, 0xE0]) == .jpeg)
        #expect(kind(Array("RIFF1234WEBP".utf8)) == .webp)
        #expect(kind(Array("RIFF1234WAVE".utf8)) == nil)
        #expect(kind(Array("GIF87a".utf8)) == .gif)
        #expect(kind(Array("ftypheic".utf8)) == nil)
        #expect(kind([]) == nil)
    }

    @Test(arguments: PictureFormat.allCases) func sizesOfHeadersCutAnywhereAreReadSafely(_ format: PictureFormat) {
        let bytes = (0..<64).map { UInt8($0 % 3 == 0 ? 0xFF : $0) }
        for count in 0...64 { _ = Array(bytes.prefix(count)).withUnsafeBytes { format.size($0) } }
        #expect([UInt8]().withUnsafeBytes { format.size($0) } == nil)
    }

    private static let lines = [
        "Notes from the parents evening", "The school trip leaves at seven", "Bring rain jackets and a lunch",
        "Mr Hale collects the forms", "The bus costs fourteen euros",
    ]

    /// Pages of many lines, whose way of lying Tesseract tells, and of few words, which are tried in every way.
    @Test(
        .enabled(if: TextReader.installed.contains("eng"), "tesseract-ocr-eng"), arguments: [2, 5], [0, 90, 180, 270])
    func aPageIsReadHoweverItLies(_ count: Int, _ degrees: Int) throws {
        let file = InputBytes()
        try PaintedText.picture(of: Array(Self.lines.prefix(count))).withUnsafeBytes { try file.append($0) }
        let picture = try PictureDecoder(file)
        let raster = try picture.raster(width: picture.width * 2, height: picture.height * 2, .gray)
        let page = try TextReader(["eng"]).read(raster.turned(clockwise: degrees))
        #expect(page.rotation == (360 - degrees) % 360)
        let text = PageLayout.laidOut(page.words, rotation: page.rotation).split(separator: "\n").map { line in
            line.split(separator: " ").joined(separator: " ")
        }
        #expect(text == Array(Self.lines.prefix(count)))
    }

    @Test func cameraTagsAreReadInFFmpegsForm() {
        let tags = CameraTags(tags: [
            "Orientation": "    6", "Make": "  Example ", "ExposureTime": "  1:250", "FNumber": "18:10",
            "DateTimeOriginal": "2024:05:01 10:11:12", "ISOSpeedRatings": "   100", "FocalLength": "1:0",
        ])
        #expect(tags.orientation == 6)
        #expect(tags.summary["taken_at"]?.string == "2024-05-01T10:11:12")
        #expect(tags.summary["exposure_seconds"]?.double == 0.004)
        #expect(tags.summary["aperture"]?.double == 1.8)
        #expect(tags.summary["iso"]?.int64 == 100)
        #expect(tags.summary["focal_mm"] == nil)
        #expect(CameraTags(tags: ["Orientation": "77"]).orientation == 1)
    }
}
