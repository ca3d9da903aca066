import Foundation
import HearthCore
import HearthPlan

// hearth-bench SCENARIO [FILE|FOLDER]: numbers from inside the process, as one JSON object on standard output.
// Benchmarks/run.py calls it; see Benchmarks/README.md.

do {
    let arguments = CommandLine.arguments.dropFirst()
    let result: JSONValue
    switch (arguments.first, arguments.dropFirst().first) {
    case ("validate", let cases?): result = try ValidationBench.run(casesFile: cases)
    case ("parse", let documents?): result = try ParsingBench.run(documentsFile: documents)
    case ("admit", let home?): result = try await AdmissionBench.run(home: home)
    case ("append", let home?): result = try await StorageBench.append(home: home)
    case ("vault", let home?): result = try await VaultBench.run(home: home)
    case ("columns", let recordings?):
        guard let home = arguments.dropFirst(2).first else { throw Usage() }
        result = try await StorageBench.columns(recordings: recordings, home: home)
    case ("answers", let set?):
        let rest = Array(arguments.dropFirst(2))
        guard let home = rest.first else { throw Usage() }
        result = try await AnswerBench.run(set: set, home: home, options: Array(rest.dropFirst()))
    case ("vectors", let folder?):
        let rest = Array(arguments.dropFirst(2))
        guard rest.count == 3, let threshold = Int(rest[1]), let builders = Int(rest[2]) else { throw Usage() }
        result = try await VectorBench.run(folder: folder, home: rest[0], threshold: threshold, builders: builders)
    case ("embed", let model?):
        let rest = Array(arguments.dropFirst(2))
        guard rest.count == 3 else { throw Usage() }
        result = try await EmbeddingBench.run(
            model: model, precision: rest[0], threads: rest[1], casesFile: rest[2])
    case ("retrieval", let set?):
        var options = Array(arguments.dropFirst(2))
        guard !options.isEmpty else { throw Usage() }
        let home = options.removeFirst()
        guard [0, 2, 4].contains(options.count), options.isEmpty || options[0] == "--models",
            options.count < 4 || options[2] == "--dump"
        else { throw Usage() }
        result = try await RetrievalBench.run(
            set: set, home: home, models: options.count > 1 ? options[1] : nil,
            dump: options.count > 3 ? options[3] : nil)
    case ("seed", let home?):
        let rest = Array(arguments.dropFirst(2))
        guard rest.count == 3, let person = UniqueID(rest[0]), let passages = Int(rest[1]) else { throw Usage() }
        result = try await SeedBench.run(home: home, person: person, passages: passages, model: rest[2])
    case ("grpc", let port?):
        let rest = Array(arguments.dropFirst(2))
        guard rest.count > 5, let port = Int(port), ["once", "each"].contains(rest[1]), let frames = Int(rest[2]),
            let readings = Int(rest[3]), let start = Int64(rest[4])
        else { throw Usage() }
        result = try await RPCBench.run(
            RPCBench.Load(
                port: port, token: rest[0], devices: Array(rest[5...]), frames: frames, readings: readings,
                start: start,
                isAnsweredEach: rest[1] == "each"))
    case ("library", let home?):
        guard let passages = arguments.dropFirst(2).first.flatMap({ Int($0) }) else { throw Usage() }
        result = try await LibraryBench.run(home: home, passages: passages)
    case ("quickadd", let specifications?):
        let rest = Array(arguments.dropFirst(2))
        guard rest.isEmpty || rest == ["--developed"] else { throw Usage() }
        result = try QuickAddBench.run(
            specifications: specifications, half: rest.isEmpty ? 1 : 0, grammar: try GrammarLibrary.grammar("en"),
            failures: !rest.isEmpty)
    default: throw Usage()
    }
    print(result.text)
} catch {
    FileHandle.standardError.write(Data("hearth-bench: \(error)\n".utf8))
    exit(1)
}

struct Usage: Error, CustomStringConvertible {
    var description: String {
        """
        usage: hearth-bench validate CASES.json | parse DOCUMENTS.json | admit HOME | append HOME | vault HOME
                            | columns RECORDINGS HOME | vectors FOLDER HOME THRESHOLD BUILDERS
                            | answers SET.json HOME [--models FOLDER] [--weights FILE] [--features]
                            | embed MODEL fp32|int8 THREADS TEXTS.json
                            | retrieval SET.json HOME [--models FOLDER [--dump FOLDER]]
                            | seed HOME PERSON PASSAGES MODEL
                            | library HOME PASSAGES
                            | grpc PORT TOKEN once|each FRAMES READINGS START_US DEVICE…
                            | quickadd SPECS [--developed]
        """
    }
}
