import Foundation
import HearthCore
import HearthStore
import HearthTesting
import HearthVault
import Testing

@testable import HearthServer

/// The express lane is an optimisation and nothing else: the same requests get the same bytes with it and without it.
@Suite struct ExpressContractTests {
    @Test func everyRequestIsAnsweredAsOnTheOrdinaryPath() async throws {
        let ordinary = try await Self.observe(hasExpressLane: false)
        let express = try await Self.observe(hasExpressLane: true)
        for (name, answers) in ordinary.answers { #expect(express.answers[name] == answers, "\(name)") }
        #expect(express.logged == ordinary.logged)
        #expect(express.counts == ordinary.counts)
        #expect(express.records == ordinary.records)
        #expect(express.stored == ordinary.stored)
        #expect(ordinary.taken == 0)
        // Those that are plain single readings, and good: one request of the table has two, one is of the bad ones.
        #expect(express.taken == 18)
    }

    private struct Observation {
        var answers: [String: String] = [:]
        var logged: [String] = []
        var counts: [String: UInt64] = [:]
        var records: [String: UInt64] = [:]
        var stored: [String] = []
        var taken: UInt64 = 0
    }

    private static func observe(hasExpressLane: Bool) async throws -> Observation {
        let result = Box()
        try await LiveServer.with({ $0.hasExpressLane = hasExpressLane }) { server in
            var observation = Observation()
            for (name, request) in ExpressRequests(server).all {
                let bytes = try await RawConnection.with(port: server.port) { peer in
                    try await peer.send(request)
                    return try await peer.receive()
                }
                observation.answers[name] = masked(bytes)
            }
            observation.logged = await server.logged().map { masked($0) }
            let metrics = server.dependencies.metrics
            for (labels, counter) in metrics.requests.all { observation.counts["\(labels)"] = counter.value }
            for (labels, histogram) in metrics.requestDurations.all {
                observation.counts["\(labels)"] = histogram.snapshot.cumulative.last
            }
            for (labels, counter) in metrics.records.all { observation.records["\(labels)"] = counter.value }
            observation.records["latency"] = metrics.processingLatency["http"].snapshot.cumulative.last
            observation.records["unauthenticated"] = metrics.authenticationFailures.value
            let batch = try await server.stored("heartrate")
            observation.stored = batch.heads.indices.map { "\(batch.heads[$0].flags) \(batch.row($0))" }
            observation.taken = metrics.expressRequests.value
            #expect(metrics.requestsInFlight.value == 0)
            result.value = observation
        }
        return result.value
    }

    // Sendable: written by one task and read after that task has ended.
    private final class Box: @unchecked Sendable {
        var value = Observation()
    }

    /// What differs between two servers by right: ids, times and, with their digits, lengths.
    private static func masked(_ bytes: [UInt8]) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        for answer in HTTPAnswer.parse(bytes) {
            #expect(answer.headers["content-length"].flatMap { Int($0) } == answer.body.count)
        }
        text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "UUID")
        text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/, with: "TIME")
        text.replace(/Date: [^\r]*/, with: "Date: DATE")
        text.replace(/Content-Length: \d+/, with: "Content-Length: N")
        return text
    }

    private static func masked(_ line: JSONValue) -> String {
        ["method", "path", "status", "bytes", "principal", "error", "level", "event"].map { name in
            let value = line[name]
            return "\(name)=\(name == "bytes" ? String(value?.int64 != nil) : value.map { "\($0)" } ?? "-")"
        }.joined(separator: " ").replacing(
            /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "UUID")
    }
}

/// Good and bad requests around the paths of the lane. Each ends with a request that closes the connection.
struct ExpressRequests {
    private let server: LiveServer
    private let now: Int

    init(_ server: LiveServer) {
        self.server = server
        now = Int(server.dependencies.time.now().seconds)
    }

    private static let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

    func reading(_ second: Int, _ members: String = "\"bpm\":60") -> String {
        "{\"device_id\":\"\(server.watch.id)\",\"timestamp\":\(now - second),\(members)}"
    }

    func post(
        _ body: String, to path: String = "/sensor/heartrate", token: String? = nil, headers: [String] = [],
        without: String? = nil, version: String = "1.1", type: String? = "application/json"
    ) -> String {
        var lines = ["Host: a", "Authorization: Bearer \(token ?? server.owner)"]
        if let type { lines.append("Content-Type: \(type)") }
        lines.append("Content-Length: \(body.utf8.count)")
        if let without { lines.removeAll { $0.hasPrefix(without) } }
        return "POST \(path) HTTP/\(version)\r\n\((lines + headers).joined(separator: "\r\n"))\r\n\r\n\(body)"
    }

    var all: [(name: String, bytes: [UInt8])] { table.map { ($0, Array(($1 + Self.last).utf8)) } }

    private var table: [(String, String)] { good + odd + bad }

    private var good: [(String, String)] {
        let id = "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0001"
        return [
            ("plain", post(reading(1))),
            ("again", post(reading(1))),
            ("twice in a pipe", post(reading(2)) + post(reading(3))),
            ("generic path", post(reading(4), to: "/streams/heartrate")),
            ("own token", post(reading(5), token: server.watchToken)),
            ("token's device", post("{\"timestamp\":\(now - 6),\"bpm\":61}", token: server.watchToken)),
            ("named charset", post(reading(7), type: "application/json; charset=utf-8")),
            ("no type", post(reading(8), type: nil)),
            ("curl's type", post(reading(9), type: "application/x-www-form-urlencoded")),
            ("request id", post(reading(10), headers: ["X-Request-Id: \(id)"])),
            ("keep-alive", post(reading(11), headers: ["connection: Keep-Alive"])),
            ("client's name", post(reading(12, "\"bpm\":60,\"id\":\"mine\""))),
            ("client's name again", post(reading(13, "\"bpm\":60,\"id\":\"mine\""))),
            ("unknown member", post(reading(14, "\"bpm\":60,\"mood\":[1,{\"a\":null}]"))),
            ("clock ahead", post(reading(-1200))),
            ("accepts gzip", post(reading(15), headers: ["Accept-Encoding: gzip, zstd", "Cookie: a=b"])),
        ]
    }

    private var odd: [(String, String)] {
        [
            ("alias", post(reading(20), to: "/streams/heart_rate")),
            ("query", post(reading(21), to: "/sensor/heartrate?")),
            ("strange query", post(reading(22), to: "/sensor/heartrate?a=b")),
            ("slash", post(reading(23), to: "/sensor/heartrate/")),
            ("escaped", post(reading(24), to: "/sensor/heart%72ate")),
            ("idempotent", post(reading(25), headers: ["Idempotency-Key: a"])),
            ("idempotent again", post(reading(25), headers: ["Idempotency-Key: a"])),
            ("expecting", post(reading(26), headers: ["Expect: 100-continue"])),
            ("strange request id", post(reading(27), headers: ["X-Request-Id: 7"])),
            ("list", post("[\(reading(28)),\(reading(29, "\"bpm\":-1"))]")),
            ("envelope", post("{\"readings\":[\(reading(30))]}")),
            ("lines", post(reading(31) + "\n", type: "application/x-ndjson")),
            ("long", post(reading(32, "\"bpm\":60,\"note\":\"\(String(repeating: "a", count: 20_000))\""))),
            ("closing", post(reading(33), headers: ["Connection: close"])),
            ("old version", post(reading(34), version: "1.0")),
            ("two hosts", post(reading(35), headers: ["Host: b"])),
            ("no host", post(reading(36), without: "Host")),
            (
                "chunked",
                post("", headers: ["Transfer-Encoding: chunked"], without: "Content-Length")
                    + "\(String(reading(37).utf8.count, radix: 16))\r\n\(reading(37))\r\n0\r\n\r\n"
            ),
            ("stopping short", post("{\"a\"", headers: ["X: y"])),
            ("mixture", post("[\(reading(38, "\"stream\":\"heartrate\",\"bpm\":60"))]", to: "/sensor/batch")),
        ]
    }

    private var bad: [(String, String)] {
        let mistyped = String(server.owner.dropLast()) + "!"
        return [
            ("no token", post(reading(40), without: "Authorization")),
            ("no bearer", post(reading(41), headers: ["Authorization: Basic a"], without: "Authorization")),
            ("two tokens", post(reading(42), headers: ["Authorization: Bearer x"])),
            ("wrong token", post(reading(43), token: "not-a-token-of-ours")),
            ("mistyped token", post(reading(44), token: mistyped)),
            (
                "another device",
                post("{\"device_id\":\"\(server.phone.id)\",\"timestamp\":1,\"bpm\":1}", token: server.watchToken)
            ),
            ("no device", post("{\"timestamp\":\(now),\"bpm\":60}")),
            ("no such stream", post(reading(45), to: "/streams/nothing")),
            ("no such path", post(reading(46), to: "/sensor/nothing")),
            ("wrong values", post(reading(47, "\"bpm\":\"high\",\"confidence\":7"))),
            ("missing", post(reading(48, "\"confidence\":1"))),
            ("not JSON", post("{")),
            ("empty", post("")),
            ("a number", post("7")),
            ("double key", post(reading(49, "\"bpm\":60,\"bpm\":61"))),
            ("too far ahead", post(reading(-10_000_000))),
            ("unread type", post(reading(50), type: "text/plain")),
            ("said to be gzip", post(reading(51), headers: ["Content-Encoding: gzip"])),
            ("garbage behind", post(reading(1)) + "not a request\r\n\r\n"),
        ]
    }
}
