import CZlib
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

    /// FFmpeg writes whatever type the file gives a tag.
    @Test(arguments: ["1e30", "nan", "inf", "-inf", "1e19", "0", "-100", "1e300:1e-300"])
    func numbersThatNoCameraWritesAreLeftOut(_ text: String) {
        let summary = CameraTags(tags: ["ISOSpeedRatings": text, "Make": "Example"]).summary
        #expect(summary["iso"] == nil && summary["make"]?.string == "Example")
        let focal = CameraTags(tags: ["FocalLength": text]).summary["focal_mm"]?.double
        #expect(focal?.isFinite ?? true)
    }

    /// Two pixels: red that covers, and black that covers nothing.
    @Test func whatCanBeSeenThroughStandsOnWhite() throws {
        func raster(_ pixels: [UInt8], _ form: Raster.Form) throws -> Raster {
            try PictureDecoder(InputBytes(Self.png(pixels))).raster(width: 2, height: 1, form)
        }
        let painted = try raster([200, 0, 0, 255, 0, 0, 0, 0], .rgb)
        #expect(Array(painted.bytes.prefix(6)) == [200, 0, 0, 255, 255, 255])
        let gray = try raster([200, 0, 0, 255, 0, 0, 0, 0], .gray)
        #expect(gray.bytes[0] < 100 && gray.bytes[1] > 250)
        // Half of black is gray.
        #expect(try raster([0, 0, 0, 128, 0, 0, 0, 255], .rgb).bytes[0] == 127)
        // What covers all is as it was.
        #expect(try Array(raster([200, 0, 0, 255, 0, 0, 0, 255], .rgb).bytes.prefix(6)) == [200, 0, 0, 0, 0, 0])
    }

    /// One row of RGBA.
    private static func png(_ pixels: [UInt8]) -> [UInt8] {
        func big(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
            let body = Array(name.utf8) + data
            return big(UInt32(data.count)) + body + big(UInt32(crc32(0, body, UInt32(body.count))))
        }
        var packed = [UInt8](repeating: 0, count: 200)
        var count = UInt(packed.count)
        compress(&packed, &count, [0] + pixels, UInt(pixels.count + 1))
        return [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]
            + chunk("IHDR", big(UInt32(pixels.count / 4)) + big(1) + [8, 6, 0, 0, 0])
            + chunk("IDAT", Array(packed.prefix(Int(count)))) + chunk("IEND", [])
    }
}
