import ArgumentParser
import HearthCore
import HearthNotify

struct NotifyKeyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make a key that webhooks are signed with.",
        discussion: "Give it to the target, and to Hearth as `hmac` in hearth.yaml. It is kept nowhere else.")

    @Flag(help: "Print JSON.")
    var json = false

    func run(in context: CommandContext) async throws {
        var generator = SystemRandomNumberGenerator()
        let key = SigningKey.generate(using: &generator)
        try context.output.line(json ? (["key": .string(key)] as JSONValue).prettyText : key)
    }
}
