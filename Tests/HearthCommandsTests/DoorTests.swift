import Foundation
import HearthCore
import HearthServer
import HearthTesting
import ServiceLifecycle
import Testing

@testable import HearthCommands

/// The door for gRPC as the commands see it.
@Suite struct DoorTests {
    /// Opens nothing, and says that it has.
    private struct PaintedDoor: Service {
        let port: Int
        let onRunning: @Sendable (Int) -> Void

        func run() async throws {
            onRunning(port)
            try await gracefulShutdown()
        }
    }

    private static func finding(_ ending: RunningHearth.Ending) -> JSONValue? {
        ending.json["checks"]?.array?.first { $0["check"] == "gRPC" }
    }

    @Test func doctorSaysWhereTheDoorIs() async throws {
        let listener = try ScriptedServer([])
        let port = try #require(URL(string: listener.url)?.port)
        let maker = DoorMaker { _, _, _, onRunning in PaintedDoor(port: port, onRunning: onRunning) }
        try await RunningHearth.use(environment: ["HEARTH_GRPC_PORT": "0"], rpc: maker) { hearth in
            let finding = try #require(Self.finding(try await hearth.hearth("doctor", "--json")))
            #expect(finding["level"] == "ok")
            #expect(finding["message"]?.string?.hasSuffix("listens on port \(port)") == true)
        }
    }

    @Test func doctorSaysThatTheDoorIsShut() async throws {
        try await RunningHearth.use { hearth in
            let finding = try #require(Self.finding(try await hearth.hearth("doctor", "--json")))
            #expect(finding["level"] == "ok")
            #expect(finding["message"] == "off; HEARTH_GRPC_PORT opens it")
        }
    }

    @Test func doctorFindsWhoHasThePort() async throws {
        let listener = try ScriptedServer([])
        let port = try #require(URL(string: listener.url)?.port)
        try await TemporaryFolder.useWaiting { folder in
            let ending = try await RunningHearth.hearth(
                ["doctor", "--json"],
                environment: [
                    "HEARTH_HOME": folder + "/home", "HEARTH_PORT": "0", "HEARTH_GRPC_PORT": String(port),
                ])
            let finding = try #require(Self.finding(ending))
            #expect(finding["level"] == "fail")
            #expect(finding["fix"]?.string?.contains("HEARTH_GRPC_PORT") == true)
        }
    }

    @Test func portThatIsTakenIsNamed() async throws {
        struct LockedDoor: Service {
            func run() async throws { throw ListeningFailure(port: 50_051, cause: CancellationError()) }
        }
        let error = await #expect(throws: HearthError.self) {
            try await RunningHearth.use(
                environment: ["HEARTH_GRPC_PORT": "50051"], rpc: DoorMaker { _, _, _, _ in LockedDoor() }
            ) { _ in Issue.record("it ran") }
        }
        #expect(error?.code.text == "address-in-use")
        #expect(error?.message.contains("50051") == true)
        #expect(error?.hint?.contains("HEARTH_GRPC_PORT") == true)
    }
}
