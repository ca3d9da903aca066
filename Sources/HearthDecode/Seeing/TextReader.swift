import CTesseract
import HearthCore
import HearthMedia

/// Reads text in pictures with Tesseract. One per set of languages; not for several threads.
final class TextReader {
    /// After this much time what was read so far is the answer, of each try.
    private static let tryTime = Duration.seconds(25)
    /// Of all tries; the decoder is given up after 60 seconds.
    private static let wholeTime = Duration.seconds(45)
    /// A page read with less confidence than this may stand on its side or its head. Clear print is read with 0.76 and
    /// more, the same upside down with 0.50 to 0.60.
    private static let doubtfulConfidence = 0.75
    /// Of what the upright page weighs, that a turned one must weigh where its orientation is known.
    private static let turnedShare = 0.9
    /// By how much a turned page must be surer than the upright one, where its orientation is only tried.
    private static let turnedGain = 1.25
    /// What Tesseract must be sure of, before the page is turned (its own scale; 15 is very sure).
    private static let turningConfidence: Float = 1.5
    /// Words below this are scratches and borders.
    private static let wordConfidence = 0.25

    let languages: [String]
    private let handle: OpaquePointer

    /// - Throws: `capability-missing` when none of the languages is installed.
    init(_ wanted: [String]) throws {
        let installed = Set(Self.installed)
        languages = wanted.filter { installed.contains($0) }
        guard !languages.isEmpty, let handle = TessBaseAPICreate() else {
            throw HearthError(
                .capabilityMissing, "Tesseract does not have the languages \(wanted.joined(separator: ", ")).",
                hint: "apt install tesseract-ocr-\(wanted.first ?? "eng")", disposition: .retry)
        }
        self.handle = handle
        guard TessBaseAPIInit3(handle, nil, languages.joined(separator: "+")) == 0 else {
            throw HearthError(
                .capabilityMissing, "The language files of Tesseract cannot be read.",
                hint: "apt install --reinstall tesseract-ocr-\(languages[0])", disposition: .retry)
        }
        TessBaseAPISetVariable(handle, "debug_file", "/dev/null")
        TessBaseAPISetPageSegMode(handle, PSM_AUTO)
    }

    deinit { TessBaseAPIDelete(handle) }

    static var version: String { "tesseract/\(String(cString: TessVersion()))" }

    /// Languages that are installed, without those that tell only how a page lies.
    static var installed: [String] {
        guard let handle = TessBaseAPICreate() else { return [] }
        defer { TessBaseAPIDelete(handle) }
        // Which languages there are is known once the place of their files is, and any of them tells it.
        guard TessBaseAPIInit3(handle, nil, "eng") == 0 || TessBaseAPIInit3(handle, nil, "osd") == 0,
            let names = TessBaseAPIGetAvailableLanguagesAsVector(handle)
        else { return [] }
        defer { TessDeleteTextArray(names) }
        var languages: [String] = []
        var index = 0
        while let name = names[index] {
            languages.append(String(cString: name))
            index += 1
        }
        return languages.filter { $0 != "osd" && $0 != "equ" }.sorted()
    }

    struct Page {
        var words: [RecognizedText.Word] = []
        var rotation = 0
        var isComplete = true

        /// Weighted by the letters of the words.
        var confidence: Double {
            let letters = words.reduce(0) { $0 + $1.text.count }
            return letters == 0 ? 0 : words.reduce(0) { $0 + $1.confidence * Double($1.text.count) } / Double(letters)
        }

        /// Whether most of it was read from lines that run up or down.
        var isOnItsSide: Bool {
            let long = words.filter { $0.text.count >= 4 }
            return !long.isEmpty
                && long.count { $0.box.bottom - $0.box.top > $0.box.right - $0.box.left } * 2 > long.count
        }

        var weight: Double { words.reduce(0) { $0 + $1.confidence * Double($1.text.count) } }
    }

    /// - Parameter raster: gray. Boxes in the answer are in its pixels, however it had to be turned.
    func read(_ raster: Raster) -> Page {
        let end = ContinuousClock.now + Self.wholeTime
        let upright = recognize(raster, until: end)
        guard upright.isComplete, upright.confidence < Self.doubtfulConfidence || upright.isOnItsSide else {
            return upright
        }
        if let degrees = Self.turn(raster) {
            guard degrees != 0 else { return upright }
            let turned = recognize(raster, turned: degrees, until: end)
            return turned.weight >= upright.weight * Self.turnedShare ? turned : upright
        }
        // A few words are too little to tell how they lie. Reading them in every way tells.
        guard !upright.words.isEmpty else { return upright }
        var best = upright
        for degrees in [180, 90, 270] {
            let turned = recognize(raster, turned: degrees, until: end)
            let isSurer = turned.confidence > upright.confidence * Self.turnedGain
            if turned.confidence > best.confidence, turned.weight > best.weight, isSurer || upright.isOnItsSide {
                best = turned
            }
        }
        return best
    }

    /// With boxes as they are in the raster that was not turned.
    private func recognize(_ raster: Raster, turned degrees: Int, until end: ContinuousClock.Instant) -> Page {
        var page = recognize(raster.turned(clockwise: degrees), until: end)
        page.rotation = degrees
        for index in page.words.indices {
            page.words[index].box.turnBack(clockwise: degrees, width: raster.width, height: raster.height)
        }
        return page
    }

    private func recognize(_ raster: Raster, until end: ContinuousClock.Instant) -> Page {
        let time = min(Self.tryTime, end - ContinuousClock.now)
        guard time > .zero else { return Page(isComplete: false) }
        raster.bytes.withUnsafeBufferPointer { bytes in
            TessBaseAPISetImage(
                handle, bytes.baseAddress, Int32(raster.width), Int32(raster.height), 1, Int32(raster.stride))
        }
        TessBaseAPISetSourceResolution(handle, 150)
        defer { TessBaseAPIClear(handle) }
        let monitor = TessMonitorCreate()
        defer { TessMonitorDelete(monitor) }
        TessMonitorSetDeadlineMSecs(monitor, Int32(time / .milliseconds(1)))
        let status = TessBaseAPIRecognize(handle, monitor)
        var page = words()
        page.isComplete = page.isComplete && status == 0
        return page
    }

    private func words() -> Page {
        var page = Page()
        guard let results = TessBaseAPIGetIterator(handle) else { return page }
        defer { TessResultIteratorDelete(results) }
        let pages = TessResultIteratorGetPageIterator(results)
        var (line, paragraph, block) = (-1, -1, -1)
        repeat {
            if TessPageIteratorIsAtBeginningOf(pages, RIL_BLOCK) != 0 { block += 1 }
            if TessPageIteratorIsAtBeginningOf(pages, RIL_PARA) != 0 { paragraph += 1 }
            if TessPageIteratorIsAtBeginningOf(pages, RIL_TEXTLINE) != 0 { line += 1 }
            guard let text = TessResultIteratorGetUTF8Text(results, RIL_WORD) else { continue }
            defer { TessDeleteText(text) }
            let confidence = Double(TessResultIteratorConfidence(results, RIL_WORD)) / 100
            var (left, top, right, bottom): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
            TessPageIteratorBoundingBox(pages, RIL_WORD, &left, &top, &right, &bottom)
            let word = String(cString: text)
            guard confidence >= Self.wordConfidence, word.contains(where: { !$0.isWhitespace }) else { continue }
            guard page.words.count < MediaLimits.imageWords else {
                page.isComplete = false
                break
            }
            page.words.append(
                RecognizedText.Word(
                    text: word,
                    box: RecognizedText.Box(left: Int(left), top: Int(top), right: Int(right), bottom: Int(bottom)),
                    confidence: min(1, max(0, confidence)), line: max(0, line), paragraph: max(0, paragraph),
                    block: max(0, block)))
        } while TessResultIteratorNext(results, RIL_WORD) != 0
        return page
    }

    /// By how many degrees a page has to be turned clockwise to stand upright; nil: that cannot be told.
    private static func turn(_ raster: Raster) -> Int? {
        guard let handle = TessBaseAPICreate() else { return nil }
        defer { TessBaseAPIDelete(handle) }
        guard TessBaseAPIInit3(handle, nil, "osd") == 0 else { return nil }
        TessBaseAPISetVariable(handle, "debug_file", "/dev/null")
        TessBaseAPISetPageSegMode(handle, PSM_OSD_ONLY)
        raster.bytes.withUnsafeBufferPointer { bytes in
            TessBaseAPISetImage(
                handle, bytes.baseAddress, Int32(raster.width), Int32(raster.height), 1, Int32(raster.stride))
        }
        TessBaseAPISetSourceResolution(handle, 150)
        var degrees: Int32 = 0
        var (sureness, scriptSureness): (Float, Float) = (0, 0)
        var script: UnsafePointer<CChar>?
        guard TessBaseAPIDetectOrientationScript(handle, &degrees, &sureness, &script, &scriptSureness) != 0,
            sureness >= turningConfidence
        else { return nil }
        // Tesseract says how the page lies, counted clockwise.
        return (360 - Int(degrees)) % 360
    }
}

extension RecognizedText.Box {
    /// From the pixels of a page that was turned into those of the page as it was, which has `width` × `height`.
    mutating func turnBack(clockwise degrees: Int, width: Int, height: Int) {
        let box = self
        switch degrees {
        case 90: self = .init(left: box.top, top: height - box.right, right: box.bottom, bottom: height - box.left)
        case 180:
            self = .init(
                left: width - box.right, top: height - box.bottom, right: width - box.left, bottom: height - box.top)
        case 270: self = .init(left: width - box.bottom, top: box.left, right: width - box.top, bottom: box.right)
        default: break
        }
    }

    mutating func scale(by factor: Double) {
        left = Int((Double(left) * factor).rounded())
        top = Int((Double(top) * factor).rounded())
        right = Int((Double(right) * factor).rounded())
        bottom = Int((Double(bottom) * factor).rounded())
    }
}
