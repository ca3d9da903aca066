import ArgumentParser

struct ServeCommand: ParsableCommand { static let configuration = CommandConfiguration(commandName: "serve") }
struct DemoCommand: ParsableCommand { static let configuration = CommandConfiguration(commandName: "demo") }
