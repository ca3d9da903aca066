import Foundation
import HearthCore
import HearthStore
import Testing

/// The same door from the other side: Python's own gRPC.
@Suite(
    .enabled(
        if: PythonClient.environment != nil,
        "python3 with grpcio cannot be had here: neither installed nor from the package index"))
struct PythonClientTests {
    private func call(
        _ function: String, as caller: RPCHousehold.Caller = .phone,
        judge: @escaping @Sendable (JSONValue, RPCHousehold) async throws -> Void
    ) async throws {
        try await RPCHousehold.with { household in
            let ending = try await PythonClient.call(function, on: household, as: caller)
            #expect(ending.status == 0, "\(ending.errors)")
            try await judge(ending.json, household)
        }
    }

    @Test func everyFrameIsAnswered() async throws {
        try await call("stream") { answer, household in
            #expect(answer["sequences"]?.array?.compactMap(\.int64) == Array(1...20))
            #expect(answer["accepted"] == 10_000)
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 10_000)
        }
    }

    @Test func compressedCallWithOneAnswer() async throws {
        try await call("send") { answer, household in
            #expect(answer["accepted"] == 101)
            #expect(answer["rejected"] == 1)
            #expect(answer["acknowledged"] == 3)
            #expect(answer["pointers"]?.array?.contains("/x") == true, "\(answer.text)")
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 101)
        }
    }

    @Test func standardHealthCheckWorks() async throws {
        try await call("health", as: .nobody) { answer, _ in
            #expect(answer == ["server": 1, "ingestion": 1, "watched": 1])
        }
    }

    @Test func standardReflectionWorks() async throws {
        try await call("reflection") { answer, _ in
            #expect(answer["file"] == "ingestion/v1/ingestion.proto")
            #expect(answer["services"]?.array?.contains("router.v1.RouterService") == true)
        }
    }

    @Test func errorsCarryTheirCodes() async throws {
        try await call("errors") { answer, _ in
            #expect(answer["none"] == ["UNAUTHENTICATED", "unauthorized", "unauthorized"])
            #expect(answer["wrong"] == ["UNAUTHENTICATED", "unauthorized", "unauthorized"])
            #expect(answer["good"] == ["NOT_FOUND", "not-found", "not-found"])
        }
    }

    @Test func deadlineIsKept() async throws {
        try await call("deadline") { answer, _ in
            #expect(answer == ["code": "DEADLINE_EXCEEDED"])
        }
    }

    @Test func programServesThroughTheRouter() async throws {
        try await call("serve", as: .service) { answer, _ in
            #expect(answer == ["doubled": .real(42), "service": "py", "cached": [false, true]])
        }
    }

    @Test func killedSenderLosesNothingThatWasAcknowledged() async throws {
        try await RPCHousehold.with { household in
            let said = try await PythonClient.kill("endless", afterLines: 200, on: household)
            let acknowledged = try #require(said.last.flatMap { Int64($0) })
            #expect(said.compactMap { Int64($0) } == Array(1...acknowledged))
            let ending = try await PythonClient.call("go_on", on: household)
            #expect(ending.json["known"] == true)
            let known = try #require(ending.json["acknowledged"]?.int64, "\(ending.errors)")
            #expect(known >= acknowledged)
            let stored = try await household.stored("accelerometer")
            #expect(stored.count >= Int(acknowledged) * 10)
            #expect(Set(stored.heads.map(\.timestamp)).count == stored.count)
        }
    }

    /// What people copy has to run.
    @Test func exampleOfTheGuideRuns() async throws {
        let guide = try String(
            contentsOf: PythonClient.repository.appending(path: "docs/guides/grpc.md"), encoding: .utf8)
        let start = try #require(guide.range(of: "```python\n"))
        let end = try #require(guide.range(of: "```", range: start.upperBound..<guide.endIndex))
        let program = String(guide[start.upperBound..<end.lowerBound])
        try await RPCHousehold.with { household in
            let path = household.home + "/example.py"
            try program.write(toFile: path, atomically: true, encoding: .utf8)
            let variables = PythonClient.variables(household, .phone)
            let ending = try await PythonClient.run([path], environment: variables)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output.contains("stored 500"), "\(ending.output)")
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 5000)
        }
    }
}

/// The code of HearthProtocols is what the files in protos/ say.
@Suite struct ProtocolsTests {
    @Test(
        .enabled(
            if: PythonClient.compiler != nil && BuiltPlugins.areThere,
            "protoc and its plugins are not here: `scripts/protocols` builds the plugins"))
    func generatedCodeIsNotStale() async throws {
        let process = Process()
        process.executableURL = PythonClient.repository.appending(path: "scripts/protocols")
        process.arguments = ["--check"]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PROTOC": PythonClient.compiler ?? "", "PROTOC_PLUGINS": BuiltPlugins.folder]
        ) { _, own in own }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text.suffix(2000))")
    }
}

/// The plugins of protoc, where the build of these tests puts programs.
private enum BuiltPlugins {
    static let folder = PythonClient.repository.appending(path: ".build/debug").path

    static var areThere: Bool {
        ["protoc-gen-swift", "protoc-gen-grpc-swift-2"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: folder + "/" + $0)
        }
    }
}
