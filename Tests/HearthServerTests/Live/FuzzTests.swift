import Foundation
import HearthCore
import HearthStore
import HearthTesting
import Testing

@testable import HearthServer

/// Other inputs in every run; a failure names its seed.
private let fuzzSeed =
    ProcessInfo.processInfo.environment["HEARTH_FUZZ_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64.max)

/// How long each fuzz test runs.
private let fuzzDuration: Duration = .seconds(
    ProcessInfo.processInfo.environment["HEARTH_FUZZ_SECONDS"].flatMap { Double($0) } ?? 3)

@Suite struct SocketFuzzTests {
    /// Valid frames with mistakes in them, in any pieces: every one ends in messages or a failure, never in a trap.
    @Test func anyFramesDoNoHarm() {
        var generator = SplitMix64(seed: fuzzSeed)
        let end = ContinuousClock.now + fuzzDuration
        var rounds = 0
        var failures = 0
        while ContinuousClock.now < end {
            rounds += 1
            var machine = WebSocketMachine(maximumFrame: 5000, maximumMessage: 8000)
            var rest = Self.frames(&generator)[...]
            while !rest.isEmpty {
                let part = Array(rest.prefix(Int.random(in: 1...700, using: &generator)))
                rest = rest.dropFirst(part.count)
                part.withUnsafeBytes { machine.feed($0) }
                do throws(WebSocketFailure) {
                    while let event = try machine.next() {
                        let payload = machine.withPayload { Array($0) }
                        if event == .text {
                            #expect(String(validating: payload, as: UTF8.self) != nil, "HEARTH_FUZZ_SEED=\(fuzzSeed)")
                        }
                        #expect(payload.count <= 8000)
                    }
                } catch {
                    failures += 1
                    #expect(error.code.isSendable)
                }
            }
        }
        #expect(rounds > 100 && failures > 10)
    }

    static func frames(_ generator: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...10, using: &generator) {
            let count = Int.random(in: 0...3, using: &generator) == 0 ? 300 : 40
            let payload = (0..<Int.random(in: 0...count, using: &generator)).map { _ in
                Bool.random(using: &generator)
                    ? UInt8.random(in: 0x20...0x7e, using: &generator) : .random(in: 0...255, using: &generator)
            }
            let firsts: [UInt8] = [0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a, 0x88]
            let first = firsts[Int.random(in: 0..<firsts.count, using: &generator)]
            bytes += WebSocketPeer.frame(first, first >= 0x88 ? Array(payload.prefix(125)) : payload)
        }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
        }
        return bytes
    }

    @Test func anyFramesLeaveTheServerAlive() async throws {
        try await LiveServer.with { server in
            var generator = SplitMix64(seed: fuzzSeed)
            let end = ContinuousClock.now + fuzzDuration
            while ContinuousClock.now < end {
                let path = Bool.random(using: &generator) ? "/stream" : "/audio/stream"
                let bytes = Self.frames(&generator)
                try await WebSocketPeer.with(port: server.port, "\(path)/\(server.watch.id)", token: server.owner) {
                    peer in
                    try await peer.connection.send(bytes)
                    try await peer.connection.endOutput()
                    _ = try await peer.receiveAll()
                }
            }
            try await RawConnection.with(port: server.port) { peer in
                let answer = try await peer.request("GET", "/healthz")
                #expect(answer.status == 200)
            }
            try await eventually { server.dependencies.metrics.connections.value == 0 }
        }
    }
}

@Suite struct HTTPFuzzTests {
    private static let seeds = [
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /sensor/batch HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n[]",
        "POST /sensor/batch HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
        "GET /stream/x HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/healthz HTTP/1.1\r\nHost: a\r\nCookie: hearth_session=%\r\n\r\n",
        "GET /devices?limit=1&cursor=%zz&from=x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
    ]

    @Test func anyRequestLeavesTheServerAlive() async throws {
        // Whatever a mutated request leaves open must end by itself, and soon enough for a test.
        let limits: (inout ServerSettings) -> Void = {
            $0.limits.headTimeout = .milliseconds(500)
            $0.limits.bodyTimeout = .seconds(1)
            $0.limits.idleTimeout = .seconds(1)
        }
        try await LiveServer.with(limits) { server in
            var generator = SplitMix64(seed: fuzzSeed)
            let end = ContinuousClock.now + fuzzDuration
            while ContinuousClock.now < end {
                var bytes: [UInt8] = []
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    bytes += Array(Self.seeds[Int.random(in: 0..<Self.seeds.count, using: &generator)].utf8)
                }
                if Bool.random(using: &generator) {
                    let header = Array("Authorization: Bearer \(server.owner)\r\n".utf8)
                    if let line = bytes.firstIndex(of: 0x0a) { bytes.insert(contentsOf: header, at: line + 1) }
                }
                for _ in 0..<Int.random(in: 0...4, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                let sent = bytes
                try await RawConnection.with(port: server.port) { peer in
                    // The server may close while we still write.
                    try? await peer.send(sent)
                    try? await peer.endOutput()
                    let answer: String
                    do { answer = try await peer.receiveAll() } catch {
                        Issue.record(
                            "HEARTH_FUZZ_SEED=\(fuzzSeed) stays open: \(String(decoding: sent, as: UTF8.self))")
                        return
                    }
                    #expect(
                        !answer.contains(" 500 "),
                        "HEARTH_FUZZ_SEED=\(fuzzSeed): \(String(decoding: sent, as: UTF8.self))")
                }
            }
            try await RawConnection.with(port: server.port) { peer in
                let answer = try await peer.request("GET", "/healthz")
                #expect(answer.status == 200)
            }
            try await eventually { server.dependencies.metrics.connections.value == 0 }
            #expect(server.dependencies.metrics.requestsInFlight.value == 0)
        }
    }
}
