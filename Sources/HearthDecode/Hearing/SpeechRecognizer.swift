package import HearthMedia

/// Writes down what is said in one stretch of speech.
package protocol SpeechRecognizer: AnyObject {
    /// With its model, as in `pocketsphinx/en-us`.
    var name: String { get }
    /// BCP 47 primary languages that it knows; nil: it finds out itself.
    var languages: [String]? { get }
    /// 16 kHz mono. Times in the answer are seconds from the start of `samples`. No words: nothing was understood.
    func transcribe(_ samples: [Float], language: String?) throws -> Transcript
}
