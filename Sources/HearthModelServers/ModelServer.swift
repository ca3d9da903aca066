/// A kind of server that runs models for Hearth: how messages name it, and what a person can set about it.
package struct ModelServer: Sendable, Hashable {
    /// Inside a sentence, without an article: `language model's server`.
    package let name: String
    /// Of what it is asked, below its base address: `chat/completions`.
    package let path: String
    package let urlSetting: String
    package let modelSetting: String
    package let keySetting: String

    package init(name: String, path: String, urlSetting: String, modelSetting: String, keySetting: String) {
        self.name = name
        self.path = path
        self.urlSetting = urlSetting
        self.modelSetting = modelSetting
        self.keySetting = keySetting
    }
}
