import Foundation
import HearthCore
import HearthInference

/// The files of a model's folder. Of one part in several forms, the one with 8-bit weights is taken: it is half as slow or
/// better, and hardly worse.
struct SherpaFolder {
    let folder: String
    let name: String
    let bytes: Int
    /// Names of the files of the model's parts and lists of tokens, in order.
    private let names: [String]

    private static let endings = [".onnx", ".ort"]
    /// Forms of one part, the best first.
    private static let forms = [".int8", "", ".fp16"]

    init(_ folder: String) throws(HearthError) {
        let manager = FileManager.default
        guard let found = try? manager.contentsOfDirectory(atPath: folder) else {
            throw HearthError(
                .modelUnavailable, "The folder \(folder) of a speech model is not there, or cannot be read.",
                hint: Self.hint, disposition: .retry)
        }
        self.folder = folder
        name = URL(filePath: folder).lastPathComponent
        names = found.sorted()
        bytes = found.reduce(0) { sum, name in
            // Links are followed: caches of downloads are made of them.
            let path = URL(filePath: folder + "/" + name).resolvingSymlinksInPath().path
            return sum + ((try? manager.attributesOfItem(atPath: path))?[.size] as? Int ?? 0)
        }
    }

    private static let hint =
        "HEARTH_STT_FOLDER names the folder of one model as sherpa-onnx publishes it, with its tokens.txt; see docs/guides/hearing-and-seeing.md."

    /// - Throws: `model-unavailable` when there is none.
    func tokens() throws(HearthError) -> String {
        let lists = names.filter { $0.hasSuffix("tokens.txt") }
        if lists.contains("tokens.txt") { return folder + "/tokens.txt" }
        guard let only = lists.first, lists.count == 1 else {
            throw missing(lists.isEmpty ? "tokens.txt is not there" : "there are several lists of tokens")
        }
        return folder + "/" + only
    }

    /// The files of these parts; nil unless each is there.
    ///
    /// - Throws: `model-unavailable` when one is there twice.
    func parts(_ parts: [String]) throws(HearthError) -> [String]? {
        var found: [String] = []
        for part in parts {
            guard let file = try file(of: part) else { return nil }
            found.append(file)
        }
        return found
    }

    /// The file of a model in one part.
    ///
    /// - Throws: `model-unavailable` when there is none, or there are several.
    func single() throws(HearthError) -> String {
        guard let file = try file(among: names.filter { !stem($0).isEmpty }, what: "model") else {
            throw missing("no such file is there")
        }
        return file
    }

    private func file(of part: String) throws(HearthError) -> String? {
        try file(
            among: names.filter { name in
                let stem = stem(name)
                // As in encoder-epoch-99-avg-1.onnx and tiny.en-encoder.onnx; but no `encoder_model`.
                return stem == part || stem.hasPrefix(part + "-") || stem.hasSuffix("-" + part)
            }, what: part)
    }

    private func file(among names: [String], what: String) throws(HearthError) -> String? {
        let stems = Set(names.map(stem))
        guard stems.count <= 1 else {
            throw missing("these are of several models, or a part is missing: \(names.joined(separator: ", "))")
        }
        for form in Self.forms {
            if let name = names.first(where: { self.form($0) == form }) { return folder + "/" + name }
        }
        return nil
    }

    /// The name without form and ending; empty for files that are no part of a model.
    private func stem(_ name: String) -> String {
        guard let ending = Self.endings.first(where: { name.hasSuffix($0) }) else { return "" }
        let rest = name.dropLast(ending.count)
        for form in Self.forms where !form.isEmpty && rest.hasSuffix(form) { return String(rest.dropLast(form.count)) }
        return String(rest)
    }

    private func form(_ name: String) -> String {
        guard let ending = Self.endings.first(where: { name.hasSuffix($0) }) else { return "" }
        let rest = name.dropLast(ending.count)
        return Self.forms.first { !$0.isEmpty && rest.hasSuffix($0) } ?? ""
    }

    /// What the model says about itself.
    ///
    /// - Throws: `malformed-model`; `unsupported-model` for one that hears while somebody speaks.
    func facts(_ file: String) throws(HearthError) -> [String: String] {
        let facts: [String: String]
        do throws(ONNXMetadata.Unreadable) {
            facts = try ONNXMetadata.read(file)
        } catch {
            throw HearthError(
                .malformedModel, "\(file) is no model: \(error.reason).", hint: "Install the model again.",
                disposition: .retry)
        }
        guard facts["decode_chunk_len"] == nil else {
            throw HearthError(
                .unsupportedModel, "\(file) is a streaming model, which writes down while somebody speaks.",
                hint: "Take the non-streaming model of the same family: it hears a stretch as a whole, and better.",
                disposition: .retry)
        }
        return facts
    }

    func unsupported(_ file: String, _ type: String) -> HearthError {
        HearthError(
            .unsupportedModel,
            type.isEmpty
                ? "\(file) does not say of which kind it is (model_type)."
                : "\(file) is of the kind “\(type)”, which is not run.",
            hint: "These kinds are: " + SherpaModel.Kind.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            disposition: .retry)
    }

    private func missing(_ what: String) -> HearthError {
        HearthError(
            .modelUnavailable,
            "\(folder) holds no model that can be used: \(what). Looked for were, beside tokens.txt: encoder, decoder and "
                + "joiner; encoder and decoder; encoder_model and decoder_model_merged; preprocess, encode, uncached_decode "
                + "and cached_decode; or one model, each as .onnx or .int8.onnx.", hint: Self.hint, disposition: .retry)
    }
}
