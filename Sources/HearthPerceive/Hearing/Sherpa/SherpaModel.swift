import Foundation
package import HearthCore
import HearthInference

/// A model of sherpa-onnx in a folder: which files are what, and how the program is told. The files' names say which parts a
/// model has, what they say about themselves says of which kind they are.
package struct SherpaModel: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case transducer
        case nemoTransducer = "NeMo transducer"
        case whisper = "Whisper"
        case moonshine = "Moonshine"
        case mergedMoonshine = "Moonshine of one decoder"
        case paraformer = "Paraformer"
        case senseVoice = "SenseVoice"
        case nemoCTC = "NeMo CTC"
        case zipformerCTC = "Zipformer CTC"
        case wenetCTC = "WeNet CTC"
        case telespeechCTC = "TeleSpeech CTC"
    }

    package let kind: Kind
    /// Name of its folder.
    package let name: String
    /// Bytes of all files in the folder.
    let bytes: Int
    /// What names its files.
    private let options: [String]
    /// Whether it wants to be told the language.
    private let takesLanguage: Bool

    /// Whisper hears half a minute at a time, less a pause at its end, and drops what is longer without a word.
    var longestSeconds: Double? { kind == .whisper ? 29 : nil }

    /// Options of `sherpa-onnx-offline`.
    /// - Parameter language: BCP 47 primary language of what is said, where somebody knows it.
    func options(language: String?) -> [String] {
        guard let language, takesLanguage else { return options }
        switch kind {
        case .whisper: return options + ["--whisper-language=\(language)"]
        case .senseVoice where Self.senseVoiceLanguages.contains(language):
            return options + ["--sense-voice-language=\(language)"]
        default: return options
        }
    }

    private static let senseVoiceLanguages: Set<String> = ["zh", "en", "ja", "ko", "yue"]

    /// Looks at the folder; loads nothing.
    ///
    /// - Throws: `model-unavailable` when parts are missing, `unsupported-model` for a kind that is not run,
    ///   `malformed-model` for a file that is no model. All are to be tried again: recordings wait until it is mended.
    package init(folder: String) throws(HearthError) {
        let files = try SherpaFolder(folder)
        name = files.name
        bytes = files.bytes
        let tokens = "--tokens=" + (try files.tokens())
        if let parts = try files.parts(["preprocess", "encode", "uncached_decode", "cached_decode"]) {
            kind = .moonshine
            takesLanguage = false
            options = [
                tokens, "--moonshine-preprocessor=\(parts[0])", "--moonshine-encoder=\(parts[1])",
                "--moonshine-uncached-decoder=\(parts[2])", "--moonshine-cached-decoder=\(parts[3])",
            ]
        } else if let parts = try files.parts(["encoder_model", "decoder_model_merged"]) {
            kind = .mergedMoonshine
            takesLanguage = false
            options = [tokens, "--moonshine-encoder=\(parts[0])", "--moonshine-merged-decoder=\(parts[1])"]
        } else if let parts = try files.parts(["encoder", "decoder", "joiner"]) {
            let type = try files.facts(parts[0])["model_type"] ?? ""
            switch type {
            case "conformer", "zipformer", "zipformer2": kind = .transducer
            case "EncDecRNNTBPEModel", "EncDecHybridRNNTCTCBPEModel": kind = .nemoTransducer
            default: throw files.unsupported(parts[0], type)
            }
            takesLanguage = false
            options = [
                tokens, "--encoder=\(parts[0])", "--decoder=\(parts[1])", "--joiner=\(parts[2])",
                // Without it the encoder would be loaded twice.
                "--model-type=" + (kind == .transducer ? "transducer" : "nemo_transducer"),
            ]
        } else if let parts = try files.parts(["encoder", "decoder"]) {
            let facts = try files.facts(parts[0])
            let type = facts["model_type"] ?? ""
            guard type.hasPrefix("whisper") else { throw files.unsupported(parts[0], type) }
            kind = .whisper
            takesLanguage = facts["is_multilingual"] == "1"
            options = [tokens, "--whisper-encoder=\(parts[0])", "--whisper-decoder=\(parts[1])"]
        } else {
            let model = try files.single()
            let type = try files.facts(model)["model_type"] ?? ""
            switch type {
            case "paraformer": (kind, options) = (.paraformer, [tokens, "--paraformer=\(model)"])
            case "sense_voice_ctc":
                (kind, options) = (
                    .senseVoice, [tokens, "--sense-voice-model=\(model)", "--sense-voice-use-itn=true"]
                )
            case "EncDecCTCModelBPE", "EncDecCTCModel", "EncDecHybridRNNTCTCBPEModel":
                (kind, options) = (.nemoCTC, [tokens, "--nemo-ctc-model=\(model)"])
            case "zipformer2_ctc": (kind, options) = (.zipformerCTC, [tokens, "--zipformer-ctc-model=\(model)"])
            case "wenet_ctc": (kind, options) = (.wenetCTC, [tokens, "--wenet-ctc-model=\(model)"])
            case "telespeech_ctc":
                (kind, options) = (
                    .telespeechCTC, [tokens, "--telespeech-ctc=\(model)", "--model-type=telespeech_ctc"]
                )
            default: throw files.unsupported(model, type)
            }
            takesLanguage = kind == .senseVoice
        }
    }
}
