package import HearthCore

extension ErrorCode {
    /// A model that is asked for is not installed; `hint` names the command that installs it.
    package static let modelUnavailable = ErrorCode("model-unavailable")
    /// A file of a model breaks the rules of its format, or belongs to another model.
    package static let malformedModel = ErrorCode("malformed-model")
    /// A model is of a kind that Hearth does not run.
    package static let unsupportedModel = ErrorCode("unsupported-model")

    /// A model cannot be used, whatever it is asked.
    package static let ofModels: Set<ErrorCode> = [.modelUnavailable, .malformedModel, .unsupportedModel]
}
