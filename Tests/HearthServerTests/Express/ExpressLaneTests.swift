import Foundation
import HearthCore
import HearthIngest
import HearthStore
import HearthTesting
import HearthVault
import Testing

@testable import HearthServer

@Suite struct ExpressLaneTests {
    /// Requests of both ways and of none, in any pieces: answers come in the order of requests.
    @Test func mixedPipelinesStayInOrder() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        try await LiveServer.with { server in
            var generator = SplitMix64(seed: seed)
            let requests = ExpressRequests(server)
            var sent = 0
            for _ in 0..<20 {
                var text = ""
                var expected: [(id: String, status: Int)] = []
                for _ in 0..<Int.random(in: 1...60, using: &generator) {
                    let id = UniqueID.random(at: server.dependencies.time.now()).description
                    let header = ["X-Request-Id: \(id)"]
                    switch Int.random(in: 0..<6, using: &generator) {
                    case 0:
                        text += "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(id)\r\n\r\n"
                        expected.append((id, 200))
                    case 1:
                        text += requests.post("{\"bpm\":1}", headers: header)
                        expected.append((id, 422))
                    case 2:
                        text += requests.post("[\(requests.reading(sent))]", headers: header)
                        expected.append((id, 200))
                        sent += 1
                    default:
                        text += requests.post(requests.reading(sent), headers: header)
                        expected.append((id, 201))
                        sent += 1
                    }
                }
                let (whole, wanted) = (Array(text.utf8), expected)
                var pieces: [[UInt8]] = []
                var rest = whole[...]
                while !rest.isEmpty {
                    pieces.append(Array(rest.prefix(Int.random(in: 1...3000, using: &generator))))
                    rest = rest.dropFirst(pieces[pieces.count - 1].count)
                }
                let parts = pieces
                try await RawConnection.with(port: server.port) { peer in
                    for part in parts { try await peer.send(part) }
                    // The peer says that it is done before it has heard anything.
                    try await peer.endOutput()
                    let answers = HTTPAnswer.parse(try await peer.receive())
                    #expect(answers.map(\.status) == wanted.map(\.status), "seed \(seed)")
                    #expect(answers.map { $0.headers["x-request-id"] } == wanted.map(\.id), "seed \(seed)")
                }
            }
            let stored = try await server.stored("heartrate").count
            #expect(stored == sent)
            #expect(server.dependencies.metrics.expressRequests.value > 0)
            #expect(server.dependencies.metrics.requestsInFlight.value == 0)
        }
    }

    @Test func aRevokedTokenEndsOnOpenConnectionsToo() async throws {
        try await LiveServer.with { server in
            let requests = ExpressRequests(server)
            try await RawConnection.with(port: server.port) { peer in
                for second in 0..<3 {
                    try await peer.send(requests.post(requests.reading(second), token: server.watchToken))
                    let answers = try await peer.answers(1)
                    #expect(answers.last?.status == 201)
                    peer.drop(.max)
                }
                #expect(server.dependencies.metrics.expressRequests.value == 3)
                try await server.dependencies.authenticator.revoke(server.watchTokenID)
                try await peer.send(requests.post(requests.reading(4), token: server.watchToken))
                let answers = try await peer.answers(1)
                #expect(answers.last?.status == 401)
            }
        }
    }

    @Test func rolesAreHeldToTheirRate() async throws {
        try await LiveServer.with({ $0.rates.perRole[.device] = .init(perSecond: 0.001, burst: 5) }) { server in
            let requests = ExpressRequests(server)
            try await RawConnection.with(port: server.port) { peer in
                let text = (0..<7).map { requests.post(requests.reading($0), token: server.watchToken) }.joined()
                try await peer.send(text)
                let answers = try await peer.answers(7)
                #expect(answers.map(\.status) == [201, 201, 201, 201, 201, 429, 429])
                #expect(answers.last?.code == "rate-limited")
            }
        }
    }

    @Test func aFullQueueIsSaidInOrder() async throws {
        var limits = IngestLimits()
        limits.queuedRows = 1
        limits.transactionRows = 1
        try await LiveServer.with(limits: limits) { server in
            let requests = ExpressRequests(server)
            try await RawConnection.with(port: server.port) { peer in
                let ids = (0..<50).map { _ in UniqueID.random(at: server.dependencies.time.now()).description }
                let text = ids.enumerated().map {
                    requests.post(requests.reading($0.offset), headers: ["X-Request-Id: \($0.element)"])
                }
                try await peer.send(text.joined())
                let answers = try await peer.answers(50)
                #expect(answers.map { $0.headers["x-request-id"] } == ids)
                #expect(answers.allSatisfy { $0.status == 201 || $0.status == 429 && $0.headers["retry-after"] == "1" })
                let stored = try await server.stored("heartrate").count
                #expect(stored == answers.count { $0.status == 201 })
            }
        }
    }

    @Test func whatWasTakenIsAnsweredBeforeTheServerStops() async throws {
        try await LiveServer.with { server in
            let requests = ExpressRequests(server)
            try await RawConnection.with(port: server.port) { peer in
                try await peer.send((0..<40).map { requests.post(requests.reading($0)) }.joined())
                _ = try await peer.answers(1)
                await server.beginShutdown()
                let answers = HTTPAnswer.parse(try await peer.receive())
                #expect(answers.allSatisfy { $0.status == 201 })
                let stored = try await server.stored("heartrate").count
                #expect(stored == answers.count)
                #expect(peer.isClosedByPeer)
            }
        }
    }

    /// Bytes that nobody answers or ends a connection for by themselves.
    @Test(arguments: [
        "POST /sensor/heartrate HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{",
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHo st: a\r\n\r\n",
        "POST /sensor/batch HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n\u{0}",
    ])
    func aMalformedRequestEndsItsConnection(_ text: String) async throws {
        try await LiveServer.with { server in
            for isHalfClosed in [true, false] where isHalfClosed || !text.hasSuffix("{") {
                let peer = try await RawConnection.connect(port: server.port)
                try await peer.send(text)
                if isHalfClosed { try await peer.endOutput() }
                _ = try await peer.receive()
                // The peer stays, and the server must not wait for it.
                try await eventually { server.dependencies.metrics.connections.value == 0 }
                await peer.close()
            }
        }
    }
}
