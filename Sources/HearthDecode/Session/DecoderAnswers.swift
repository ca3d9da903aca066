import HearthCore
package import HearthMedia

/// Who answers which request. Made once per process; what is expensive to load is kept between requests.
package final class DecoderAnswers {
    package typealias Emit = (DecoderEvent) throws -> Void

    package init() {}

    /// - Throws: `HearthError` for what is wrong with the file, and what `emit` throws.
    package func answer(_ request: DecoderRequest, _ file: InputBytes, _ emit: Emit) throws {
        switch request {
        case .hear(let options): try hear(file, options, emit)
        case .see(let options): try see(file, options, emit)
        case .extract(let options): try TextExtraction.extract(file, options) { try emit(.document($0)) }
        case .capabilities: try emit(.capabilities(capabilities))
        }
    }

    private func hear(_ file: InputBytes, _ options: HearOptions, _ emit: Emit) throws {
        throw HearthError(.mediaUnsupported, "Sound is not read.")
    }

    private func see(_ file: InputBytes, _ options: SeeOptions, _ emit: Emit) throws {
        throw HearthError(.mediaUnsupported, "Pictures are not read.")
    }

    private var capabilities: [Capability] { TextExtraction.capabilities }
}
