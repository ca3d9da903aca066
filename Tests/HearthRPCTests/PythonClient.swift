import Foundation
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Python with grpcio, made once for this clone from the package index.
enum PythonClient {
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let script = repository.appending(path: "Tests/HearthRPCTests/Python/client.py").path
    private static let packages = [
        "grpcio", "grpcio-tools", "grpcio-health-checking", "grpcio-reflection", "grpcio-status",
    ]

    /// The folder of the environment, with the generated modules in `modules`; nil: it could not be made, as without Python
    /// or without a package index.
    static let environment: String? = {
        let folder = repository.appending(path: ".build/grpc-python").path
        let mark = folder + "/made"
        if FileManager.default.fileExists(atPath: mark) { return folder }
        try? FileManager.default.removeItem(atPath: folder)
        let protos = repository.appending(path: "protos").path
        let files = ["hearth/v1/error", "ingestion/v1/ingestion", "query/v1/query", "router/v1/router"].map {
            "\(protos)/\($0).proto"
        }
        let python = folder + "/bin/python3"
        let modules = folder + "/modules"
        let steps = [
            ["python3", "-m", "venv", folder],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"] + packages,
            ["mkdir", modules],
            [python, "-m", "grpc_tools.protoc", "-I\(protos)"]
                + ["--python_out=\(modules)", "--grpc_python_out=\(modules)"] + files,
            ["touch", mark],
        ]
        for step in steps {
            guard let ending = try? waited(step), ending.status == 0 else { return nil }
        }
        return folder
    }()

    /// Whether protoc can be asked, and how.
    static var compiler: String? { environment.map { "\($0)/bin/python3 -m grpc_tools.protoc" } }

    struct Ending: Sendable {
        var status: Int32
        var output: String
        var errors: String

        /// The last line.
        var json: JSONValue {
            (try? JSONValue(parsing: String(output.split(separator: "\n").last ?? ""))) ?? .null
        }
    }

    private static func waited(_ command: [String]) throws -> Ending {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Ending(status: process.terminationStatus, output: "", errors: "")
    }

    // MARK: Running

    /// Runs one of the script's functions against a server.
    static func call(
        _ function: String, on household: RPCHousehold, as caller: RPCHousehold.Caller = .phone
    ) async throws -> Ending {
        try await run([script, function], environment: variables(household, caller))
    }

    static func variables(_ household: RPCHousehold, _ caller: RPCHousehold.Caller) -> [String: String] {
        [
            "HEARTH_TOKEN": household.tokens[caller] ?? "", "HEARTH_GRPC_PORT": String(household.port),
            "HEARTH_TEST_START": String(Sending.start),
        ]
    }

    static func run(_ arguments: [String], environment variables: [String: String]) async throws -> Ending {
        let process = try process(arguments, variables)
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        let ended = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            ended.continuation.yield(process.terminationStatus)
            ended.continuation.finish()
        }
        try process.run()
        async let text = output.fileHandleForReading.readWhole()
        async let complaint = errors.fileHandleForReading.readWhole()
        var status: Int32 = -1
        for await value in ended.stream { status = value }
        return try await Ending(status: status, output: text, errors: complaint)
    }

    /// Starts a function that does not end by itself, and kills it with SIGKILL as soon as it has said so many lines.
    ///
    /// - Returns: What it said.
    static func kill(
        _ function: String, afterLines count: Int, on household: RPCHousehold
    ) async throws -> [String] {
        let process = try process([script, function], variables(household, .phone))
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let handle = output.fileHandleForReading
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                var bytes = Data()
                do {
                    var isKilled = false
                    while let more = try handle.read(upToCount: 4096), !more.isEmpty {
                        bytes += more
                        if !isKilled, bytes.count(where: { $0 == 0x0a }) >= count {
                            isKilled = true
                            Glibc.kill(process.processIdentifier, SIGKILL)
                        }
                    }
                    process.waitUntilExit()
                    let text = String(decoding: bytes, as: UTF8.self)
                    // The last line may be half.
                    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                    continuation.resume(returning: lines.map(String.init))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }

    private static func process(_ arguments: [String], _ variables: [String: String]) throws -> Process {
        guard let environment else { throw CocoaError(.fileNoSuchFile) }
        let process = Process()
        process.executableURL = URL(filePath: environment + "/bin/python3")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { _, own in own }.merging([
            "PYTHONPATH": environment + "/modules", "PYTHONDONTWRITEBYTECODE": "1",
        ]) { _, own in own }
        return process
    }
}

extension FileHandle {
    /// Reads to the end on a thread of its own.
    fileprivate func readWhole() async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { String(decoding: try self.readToEnd() ?? Data(), as: UTF8.self) })
            }
        }
    }
}
