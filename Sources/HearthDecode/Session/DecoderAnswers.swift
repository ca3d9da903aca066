import HearthCore
package import HearthMedia

/// Who answers which request. Made once per process; what is expensive to load is kept between requests.
package final class DecoderAnswers {
    package typealias Emit = (DecoderEvent) throws -> Void

    private let tools: DecoderTools
    private let hearing: Hearing
    private let seeing = Seeing()

    package init(_ tools: DecoderTools = DecoderTools()) {
        self.tools = tools
        hearing = Hearing(tools.hearing)
    }

    /// - Throws: `HearthError` for what is wrong with the file, and what `emit` throws.
    package func answer(_ request: DecoderRequest, _ file: InputBytes, _ emit: Emit) throws {
        switch request {
        case .hear(let options): try hearing.hear(file, options, emit)
        case .see(let options): try seeing.see(file, options, emit)
        case .extract(let options): try TextExtraction.extract(file, options) { try emit(.document($0)) }
        case .speak(let text): try emit(.file(MadeFile(bytes: try SpokenText.wave(of: text))))
        case .paint(let lines): try emit(.file(MadeFile(bytes: try PaintedText.picture(of: lines))))
        case .capabilities: try emit(.capabilities(tools.capabilities))
        }
    }
}
