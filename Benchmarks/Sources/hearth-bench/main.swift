import Foundation
import HearthCore

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
    case ("columns", let recordings?):
        guard let home = arguments.dropFirst(2).first else { throw Usage() }
        result = try await StorageBench.columns(recordings: recordings, home: home)
    case ("answers", let set?): result = try await AnswerBench.run(set: set, options: Array(arguments.dropFirst(2)))
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
        usage: hearth-bench validate CASES.json | parse DOCUMENTS.json | admit HOME | append HOME
                            | columns RECORDINGS HOME
                            | answers SET.json [--model FOLDER] [--weights FILE] [--features]
        """
    }
}
