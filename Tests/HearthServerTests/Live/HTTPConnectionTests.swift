import Foundation
import HearthCore
import HearthStore
import HearthTesting
import NIOSSL
import Testing

@testable import HearthServer

@Suite struct HTTPConnectionTests {
    @Test func healthIsOpenAndEverythingElseIsNot() async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                let answer1 = try await peer.request("GET", "/healthz").status
                #expect(answer1 == 200)
                let answer2 = try await peer.request("GET", "/readyz").status
                #expect(answer2 == 200)
                let refusal = try await peer.request("GET", "/streams")
                #expect(refusal.status == 401)
                #expect(refusal.headers["www-authenticate"] == "Bearer realm=\"hearth\"")
                #expect(refusal.headers["content-type"] == "application/problem+json")
                #expect(refusal.code == "unauthorized")
                let answer3 = try await peer.request("GET", "/nowhere").status
                #expect(answer3 == 401)
                let missing = try await peer.request("GET", "/nowhere", token: server.owner)
                #expect(missing.status == 404)
                #expect(missing.code == "not-found")
                #expect(missing.headers["x-request-id"].flatMap { UniqueID($0) } != nil)
                #expect(missing.headers["date"]?.hasSuffix(" GMT") == true)
            }
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                let count = 200
                let requests = (0..<count).map { index in
                    index % 2 == 0
                        ? "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" : "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
                }
                try await peer.send(requests.joined())
                let answers = try await peer.answers(count)
                #expect(answers.map(\.status) == (0..<count).map { $0 % 2 == 0 ? 200 : 401 })
            }
        }
    }

    @Test(arguments: [
        "garbage\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /healthz HTTP/1.1\r\nBad Header: a\r\n\r\n",
    ])
    func whatIsNotHTTPIsRefusedAndClosed(_ text: String) async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                try await peer.send(text)
                let answer = try #require(HTTPAnswer.parse(try await peer.receive()).first)
                #expect(answer.status == 400)
                #expect(answer.code == "malformed-request")
                #expect(peer.isClosedByPeer)
            }
            try await RawConnection.with(port: server.port) { peer in
                let answer4 = try await peer.request("GET", "/healthz").status
                #expect(answer4 == 200)
            }
        }
    }

    @Test func garbageAfterARequestIsRefusedBehindItsAnswer() async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                try await peer.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" + "not a request\r\n\r\n")
                let answers = HTTPAnswer.parse(try await peer.receive())
                #expect(answers.map(\.status) == [200, 400])
                #expect(answers.last?.code == "malformed-request")
            }
        }
    }

    @Test func aHeadThatNeverEndsIsCutOff() async throws {
        try await LiveServer.with({ $0.limits.headTimeout = .milliseconds(300) }) { server in
            try await RawConnection.with(port: server.port) { peer in
                try await peer.send("GET /healthz HTTP/1.1\r\n")
                let start = ContinuousClock.now
                let drip = Task {
                    while !Task.isCancelled {
                        try await peer.send("X-A: b\r\n")
                        try await Task.sleep(for: .milliseconds(50))
                    }
                }
                let answer5 = try await peer.receive().isEmpty
                #expect(answer5)
                drip.cancel()
                #expect(ContinuousClock.now - start < .seconds(10))
            }
        }
    }

    @Test func aBodyThatStopsIsCutOff() async throws {
        try await LiveServer.with({
            $0.limits.bodyTimeout = .milliseconds(400)
            $0.limits.idleTimeout = .seconds(60)
        }) { server in
            try await RawConnection.with(port: server.port) { peer in
                try await peer.send(
                    "POST /sensor/batch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(server.owner)\r\n"
                        + "Content-Length: 100000\r\n\r\n[")
                let drip = Task {
                    while !Task.isCancelled {
                        try await peer.send(" ")
                        try await Task.sleep(for: .milliseconds(50))
                    }
                }
                _ = try await peer.receive()
                drip.cancel()
                #expect(peer.isClosedByPeer)
            }
        }
    }

    private static let refusedHeads = [
        ("POST /sensor/batch HTTP/1.1\r\nContent-Type: application/json\r\n", false, 401),
        ("POST /nope HTTP/1.1\r\nContent-Type: application/json\r\n", true, 404),
        ("POST /sensor/batch HTTP/1.1\r\nContent-Type: text/plain\r\n", true, 415),
        ("POST /sensor/batch HTTP/1.1\r\nContent-Type: application/json\r\n", true, 413),
    ]

    /// A client that sends its whole body before it looks for an answer, as most do.
    @Test(arguments: refusedHeads, ["close", "Close, TE", "keep-alive"])
    func whoIsRefusedMaySendItsBodyAndReadsTheAnswer(
        _ request: (head: String, isKnown: Bool, status: Int), _ connection: String
    ) async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                let token = request.isKnown ? "Authorization: Bearer \(server.owner)\r\n" : ""
                // Above what a body may have, or below it.
                let count = request.status == 413 ? 34 << 20 : 20 << 20
                try await peer.send(
                    request.head + token + "Host: a\r\nConnection: \(connection)\r\nContent-Length: \(count)\r\n\r\n")
                let piece = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
                for _ in 0..<count / piece.count { try await peer.send(piece) }
                let answer = try #require(try await peer.answers().first)
                #expect(answer.status == request.status)
                if connection == "keep-alive" {
                    let next = try await peer.request("GET", "/healthz").status
                    #expect(next == 200)
                } else {
                    #expect(answer.headers["connection"] == "close")
                    _ = try await peer.receive()
                    #expect(peer.isClosedByPeer)
                }
            }
            try await eventually { server.dependencies.metrics.connections.value == 0 }
        }
    }

    @Test(arguments: ["close", "keep-alive"])
    func whoIsRefusedAndGoesOnSendingIsCutOff(_ connection: String) async throws {
        for (bytes, time) in [(1 << 20, Duration.seconds(60)), (1 << 30, .milliseconds(400))] {
            try await LiveServer.with({
                $0.limits.drainBytes = bytes
                $0.limits.drainTimeout = time
            }) { server in
                try await RawConnection.with(port: server.port) { peer in
                    try await peer.send(
                        "POST /sensor/batch HTTP/1.1\r\nHost: a\r\nConnection: \(connection)\r\nContent-Length: \(1 << 40)\r\n\r\n"
                    )
                    let flood = Task {
                        let piece = [UInt8](repeating: UInt8(ascii: " "), count: 64 << 10)
                        while !Task.isCancelled { try await peer.send(piece) }
                    }
                    try await eventually { server.dependencies.metrics.connections.value == 0 }
                    flood.cancel()
                }
            }
        }
    }

    @Test func afterTheLastAnswerTheConnectionEnds() async throws {
        try await LiveServer.with { server in
            for request in [
                "GET /healthz HTTP/1.0\r\n\r\n", "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: TE, Close\r\n\r\n",
                "GET /healthz HTTP/1.0\r\n\r\nGET /healthz HTTP/1.0\r\n\r\n",
            ] {
                try await RawConnection.with(port: server.port) { peer in
                    try await peer.send(request)
                    let answers = HTTPAnswer.parse(try await peer.receive())
                    #expect(answers.map(\.status) == [200])
                    #expect(answers.first?.headers["connection"] == "close")
                    #expect(peer.isClosedByPeer)
                }
            }
            try await eventually { server.dependencies.metrics.connections.value == 0 }
        }
    }

    @Test func anOldClientGetsNoChunks() async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                try await peer.send(
                    "GET /export HTTP/1.0\r\nAuthorization: Bearer \(server.owner)\r\n\r\n")
                let bytes = try await peer.receive()
                let end = try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
                #expect(head.hasPrefix("http/1.0 200 "))
                #expect(!head.contains("transfer-encoding"))
                #expect(bytes[end.upperBound...].starts(with: Array("PK".utf8)))
            }
        }
    }

    @Test func aRequestNamesItsHostOnce() async throws {
        try await LiveServer.with { server in
            for (head, status) in [
                ("GET /healthz HTTP/1.1\r\n\r\n", 400), ("GET /healthz HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400),
                ("GET /healthz HTTP/1.0\r\n\r\n", 200), ("GET /healthz HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400),
                ("POST /sensor/heartrate HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\n\r\n", 400),
            ] {
                try await RawConnection.with(port: server.port) { peer in
                    try await peer.send(head)
                    let answers = HTTPAnswer.parse(try await peer.receive())
                    #expect(answers.map(\.status) == [status])
                    if status == 400 {
                        #expect(answers.first?.code == "malformed-request")
                        #expect(answers.first?.json["detail"]?.string?.contains("Host") == true)
                    }
                    #expect(peer.isClosedByPeer)
                }
            }
            // Behind a good request, too.
            try await RawConnection.with(port: server.port) { peer in
                try await peer.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n")
                let answers = HTTPAnswer.parse(try await peer.receive())
                #expect(answers.map(\.status) == [200, 400])
            }
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        try await LiveServer.with({ $0.limits.idleTimeout = .milliseconds(300) }) { server in
            try await RawConnection.with(port: server.port) { peer in
                let answer6 = try await peer.request("GET", "/healthz").status
                #expect(answer6 == 200)
                _ = try await peer.receive()
                #expect(peer.isClosedByPeer)
            }
        }
    }

    @Test func aHeadBeyondTheLimitIsRefused() async throws {
        try await LiveServer.with({ $0.limits.headBytes = 4096 }) { server in
            try await RawConnection.with(port: server.port) { peer in
                let filler = (0..<20).map { "X-Filler-\($0): \(String(repeating: "a", count: 500))\r\n" }.joined()
                try await peer.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\(filler)\r\n")
                let answer = try #require(HTTPAnswer.parse(try await peer.receive()).first)
                #expect(answer.status == 431)
                #expect(answer.code == "head-too-large")
            }
        }
    }

    @Test func tooManyConnectionsAreTurnedAway() async throws {
        try await LiveServer.with({ $0.limits.connections = 3 }) { server in
            var open: [RawConnection] = []
            for _ in 0..<3 {
                let peer = try await RawConnection.connect(port: server.port)
                let answer7 = try await peer.request("GET", "/healthz").status
                #expect(answer7 == 200)
                open.append(peer)
            }
            let refused = try await RawConnection.connect(port: server.port)
            let answer = try await refused.receiveAll()
            let refusal = try #require(HTTPAnswer.parse(Array(answer.utf8)).first)
            #expect(refusal.status == 503)
            #expect(refusal.headers["retry-after"] == "1")
            #expect(refusal.headers["content-type"] == "application/problem+json")
            #expect(refusal.code == "too-many-connections")
            for peer in open { await peer.close() }
            try await eventually { server.dependencies.metrics.connections.value == 0 }
            try await RawConnection.with(port: server.port) { peer in
                let answer8 = try await peer.request("GET", "/healthz").status
                #expect(answer8 == 200)
            }
        }
    }

    @Test func aTruncatedBodyStoresNothing() async throws {
        try await LiveServer.with { server in
            let reading =
                "{\"device_id\":\"\(server.watch.id)\",\"timestamp\":\(Int(server.dependencies.time.now().seconds)),\"bpm\":60}"
            let target = "POST /sensor/heartrate HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(server.owner)\r\n"
            // The whole value is there; only the announced length says that more should have come.
            for head in [
                "\(target)Content-Length: \(reading.utf8.count + 10)\r\n\r\n\(reading)",
                "\(target)Transfer-Encoding: chunked\r\n\r\n\(String(reading.utf8.count, radix: 16))\r\n\(reading)\r\n",
            ] {
                try await RawConnection.with(port: server.port) { peer in
                    try await peer.send(head)
                    try await peer.endOutput()
                    let answers = HTTPAnswer.parse(try await peer.receive())
                    #expect(answers.allSatisfy { $0.status == 400 })
                }
            }
            let answer9 = try await server.stored("heartrate").isEmpty
            #expect(answer9)
        }
    }

    @Test func aPeerThatLeavesMidwayDoesNoHarm() async throws {
        try await LiveServer.with { server in
            for _ in 0..<20 {
                let peer = try await RawConnection.connect(port: server.port)
                try await peer.send(
                    "POST /sensor/batch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(server.owner)\r\nContent-Length: 500\r\n\r\n["
                )
                await peer.close()
            }
            try await eventually { server.dependencies.metrics.connections.value == 0 }
            #expect(server.dependencies.metrics.requestsInFlight.value == 0)
        }
    }

    @Test func theLastAnswerIsGivenBeforeTheServerStops() async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                let answer10 = try await peer.request("GET", "/healthz").status
                #expect(answer10 == 200)
                try await peer.send(
                    "POST /sensor/batch HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(server.owner)\r\nContent-Length: 2\r\n\r\n"
                )
                try await Task.sleep(for: .milliseconds(100))
                await server.beginShutdown()
                try await Task.sleep(for: .milliseconds(100))
                try await peer.send("[]")
                let answers = HTTPAnswer.parse(try await peer.receive())
                #expect(answers.last?.status == 200)
                #expect(peer.isClosedByPeer)
            }
        }
    }

    @Test func cookieOfAnotherSiteChangesNothing() async throws {
        try await LiveServer.with { server in
            let cookie = "Cookie: hearth_session=\(server.owner)"
            let body = "{\"name\":\"a\",\"kind\":\"phone\"}"
            try await RawConnection.with(port: server.port) { peer in
                func post(_ headers: [String]) async throws -> HTTPAnswer {
                    try await peer.request("POST", "/devices", headers: [cookie] + headers, body: body)
                }
                let answer11 = try await peer.request("GET", "/streams", headers: [cookie]).status
                #expect(answer11 == 200)
                let answer12 = try await post([]).code
                #expect(answer12 == "cross-origin")
                let answer13 = try await post(["Origin: http://evil.example"]).code
                #expect(answer13 == "cross-origin")
                let answer14 = try await post(["Sec-Fetch-Site: cross-site"]).status
                #expect(answer14 == 403)
                let answer15 = try await post(["Origin: null"]).status
                #expect(answer15 == 403)
                let answer16 = try await post(["Origin: http://127.0.0.1"]).status
                #expect(answer16 == 201)
                let answer17 = try await post(["Sec-Fetch-Site: same-origin"]).status
                #expect(answer17 == 201)
            }
        }
    }

    @Test func aBrowserHasASessionOfItsOwn() async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                func signIn(_ token: String, _ headers: [String] = []) async throws -> String {
                    let answer = try await peer.request("GET", "/?token=\(token)", headers: headers)
                    #expect(answer.status == 303)
                    let cookie = try #require(answer.headers["set-cookie"]?.split(separator: ";").first)
                    #expect(!cookie.contains(token))
                    return "Cookie: \(cookie)"
                }
                func status(_ cookie: String) async throws -> Int {
                    try await peer.request("GET", "/streams", headers: [cookie]).status
                }
                let first = try await signIn(server.owner)
                let firstStatus = try await status(first)
                #expect(firstStatus == 200)
                let tokens = try await peer.request("GET", "/tokens", headers: [first]).json
                #expect(tokens["items"]?.array?.contains { $0["name"] == "Browser" && $0["role"] == "owner" } == true)
                let kept = "\(try await server.catalogue.tokens())"
                #expect(!kept.contains(first.split(separator: "=")[1]))
                // Who signs in again leaves no session behind.
                let second = try await signIn(server.owner, [first])
                let statuses = (try await status(first), try await status(second))
                #expect(statuses == (401, 200))
                let signOut = try await peer.request(
                    "POST", "/sign-out", headers: [second, "Sec-Fetch-Site: same-origin"])
                #expect(signOut.status == 204)
                let secondStatus = try await status(second)
                #expect(secondStatus == 401)
                let owner = try await peer.request("POST", "/sign-out", token: server.owner).status
                let again = try await peer.request("GET", "/streams", token: server.owner).status
                #expect((owner, again) == (204, 200))
                // A session ends with the token that it came from.
                let watch = try await signIn(server.watchToken)
                let before = try await status(watch)
                try await server.dependencies.authenticator.revoke(server.watchTokenID)
                let after = try await status(watch)
                #expect((before, after) == (200, 401))
                let wrong = try await peer.request("GET", "/?token=wrong-password-1")
                #expect(wrong.status == 401)
                #expect(wrong.headers["set-cookie"] == nil)
            }
        }
    }

    @Test func tlsIsThirteenOnly() async throws {
        let certificate = try TestCertificate()
        defer { certificate.remove() }
        try await LiveServer.with({
            $0.certificatePath = certificate.certificatePath
            $0.privateKeyPath = certificate.keyPath
        }) { server in
            var client = TLSConfiguration.makeClientConfiguration()
            client.certificateVerification = .none
            try await RawConnection.with(port: server.port, tls: client) { peer in
                let answer18 = try await peer.request("GET", "/healthz").status
                #expect(answer18 == 200)
                let answer = try await peer.request("GET", "/?token=\(server.owner)")
                #expect(answer.status == 303)
                #expect(answer.headers["set-cookie"]?.contains("; Secure") == true)
            }
            client.maximumTLSVersion = .tlsv12
            try await RawConnection.with(port: server.port, tls: client) { peer in
                try? await peer.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer19 = try await peer.receive().isEmpty
                #expect(answer19)
            }
            try await RawConnection.with(port: server.port) { peer in
                try await peer.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                let text = try await peer.receiveAll()
                #expect(!text.contains("200 OK"))
            }
        }
    }
}

/// Waits until something that will be true soon is true.
func eventually(within limit: Duration = .seconds(20), _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("it did not become true within \(limit)")
}

/// A certificate that vouches for itself, made by the openssl program.
struct TestCertificate {
    let certificatePath: String
    let keyPath: String
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "hearth-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificatePath = folder.appending(path: "certificate.pem").path
        keyPath = folder.appending(path: "key.pem").path
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "1", "-subj", "/CN=localhost", "-keyout", keyPath, "-out", certificatePath,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
