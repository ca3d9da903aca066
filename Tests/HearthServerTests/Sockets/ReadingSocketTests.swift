import Foundation
import HearthCore
import HearthIngest
import HearthStore
import HearthTesting
import HearthVault
import OrderedCollections
import Testing

@testable import HearthServer

@Suite struct ReadingSocketTests {
    private func path(_ server: LiveServer, _ query: String = "") -> String { "/stream/\(server.watch.id)\(query)" }

    private func heartrate(_ bpm: Int, _ sequence: Int? = nil, at second: Int = 0) -> JSONValue {
        var value: JSONValue = [
            "type": "heartrate", "timestamp": .integer(1_795_255_200 - 86_400 * 30 + Int64(second)),
            "bpm": .integer(Int64(bpm)),
        ]
        if let sequence, case .object(var members) = value {
            members["seq"] = .integer(Int64(sequence))
            value = .object(members)
        }
        return value
    }

    @Test func aReadingIsAcknowledgedOnceItIsStored() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send(heartrate(61, 7))
                let answer = try await peer.receive()
                #expect(answer.map(\.text) == ["{\"ack\":7}"])
                let stored = try await server.stored("heartrate")
                #expect(stored.count == 1)
                #expect(stored.heads.first?.device == server.watch.id)
            }
        }
    }

    @Test func theSameReadingTwiceIsOne() async throws {
        try await LiveServer.with { server in
            for round in 0..<2 {
                try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                    try await peer.send(heartrate(61, 1))
                    try await peer.send(heartrate(61, 2))
                    let answers = try await peer.receive(2)
                    let first = round == 0 ? "{\"ack\":1}" : "{\"ack\":1,\"duplicate\":true}"
                    #expect(answers.map(\.text) == [first, "{\"ack\":2,\"duplicate\":true}"])
                }
            }
            let stored = try await server.stored("heartrate")
            #expect(stored.count == 1)
        }
    }

    @Test func manyMessagesAreAnsweredInOrder() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                let count = 3000
                var bytes: [UInt8] = []
                for index in 1...count {
                    bytes += WebSocketPeer.frame(0x81, Array(heartrate(60, index, at: index).text.utf8))
                }
                try await peer.connection.send(bytes)
                let answers = try await peer.receive(count)
                #expect(answers.map(\.text) == (1...count).map { "{\"ack\":\($0)}" })
                let stored = try await server.stored("heartrate")
                #expect(stored.count == count)
            }
        }
    }

    @Test func cumulativeAcknowledgementNamesTheHighest() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server, "?ack=cumulative"), token: server.watchToken) {
                peer in
                let count = 1000
                var bytes: [UInt8] = []
                for index in 1...count {
                    bytes += WebSocketPeer.frame(0x81, Array(heartrate(60, index, at: index).text.utf8))
                }
                try await peer.connection.send(bytes)
                var last: Int64 = 0
                var frames = 0
                while last < count {
                    let answer = try await peer.receive()
                    let next = answer.first?.json["ack"]?.int64 ?? -1
                    #expect(next > last)
                    last = next
                    frames += 1
                }
                #expect(frames < count / 2)
            }
        }
    }

    @Test func whatIsWrongIsSaidAndTheRestGoesOn() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send(text: "{\"seq\":1,")
                try await peer.send(text: "[1]")
                try await peer.send(text: "{\"seq\":-1,\"type\":\"heartrate\"}")
                try await peer.send(text: "{\"seq\":4,\"type\":\"heartrate\",\"timestamp\":1792663200,\"bpm\":900}")
                try await peer.send(text: "{\"seq\":5,\"type\":\"nonsense\",\"timestamp\":1792663200}")
                try await peer.send(text: "{\"seq\":6,\"type\":\"heartrate\",\"bpm\":1e400,\"timestamp\":1792663200}")
                try await peer.send(heartrate(60, 7))
                let answers = try await peer.receive(7).map(\.json)
                #expect(answers.map { $0["seq"]?.int64 ?? -1 } == [-1, -1, -1, 4, 5, -1, -1])
                #expect(answers[0]["message_number"] == 1)
                let codes = answers.prefix(6).map { $0["error"]?["code"]?.string ?? "" }
                #expect(
                    codes == [
                        "malformed-body", "invalid-value", "invalid-value", "invalid-value", "invalid-value",
                        "malformed-body",
                    ])
                #expect(answers[3]["error"]?["errors"]?[0]?["pointer"] == "/bpm")
                #expect(answers[4]["error"]?["errors"]?[0]?["pointer"] == "/type")
                #expect(answers[6] == ["ack": 7])
            }
        }
    }

    @Test func aBatchIsOneMessage() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                let wrong: JSONValue = ["type": "heartrate", "timestamp": 1_792_663_200, "bpm": "fast"]
                try await peer.send([
                    "seq": 3, "type": "batch",
                    "readings": [
                        heartrate(60), wrong, heartrate(60),
                        ["stream": "steps", "timestamp": 1_792_663_200, "steps": 10],
                    ],
                ])
                try await peer.send(heartrate(70, 4, at: 9))
                let answers = try await peer.receive(2).map(\.json)
                #expect(answers[0]["ack"] == 3)
                #expect(answers[0]["accepted"] == 2)
                #expect(answers[0]["duplicates"] == 1)
                #expect(answers[0]["rejected"]?[0]?["index"] == 1)
                #expect(answers[0]["rejected"]?[0]?["errors"]?[0]?["pointer"] == "/bpm")
                #expect(answers[1] == ["ack": 4])
                let steps = try await server.stored("steps")
                #expect(steps.count == 1)
            }
        }
    }

    @Test func binaryMessagesAreMessagePack() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                // {"seq": 9, "type": "heartrate", "timestamp": 1792663200, "bpm": 60}
                var bytes: [UInt8] = [0x84, 0xa3] + Array("seq".utf8) + [0x09, 0xa4] + Array("type".utf8)
                bytes += [0xa9] + Array("heartrate".utf8) + [0xa9] + Array("timestamp".utf8)
                bytes += [0xce, 0x6a, 0xda, 0x12, 0xe0, 0xa3] + Array("bpm".utf8) + [0x3c]
                try await peer.send(binary: bytes)
                try await peer.send(binary: [0xc1])
                let answers = try await peer.receive(2).map(\.json)
                #expect(answers[0] == ["ack": 9])
                #expect(answers[1]["error"]?["code"] == "malformed-body")
            }
        }
    }

    @Test func aSessionGoesOnWhereItEnded() async throws {
        try await LiveServer.with { server in
            let hello: JSONValue = ["type": "hello", "session": "a"]
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send(hello)
                let greeting = try await peer.receive()
                #expect(greeting.first?.json["last_ack"] == .null)
                #expect(greeting.first?.json["limits"]?["frame_bytes"] == 1_048_576)
                #expect(greeting.first?.json["hello"]?["device_id"]?.string == server.watch.id.description)
                for index in 1...5 { try await peer.send(heartrate(60, index, at: index)) }
                _ = try await peer.receive(5)
            }
            let setting = "socket.resume.\(server.watch.id)"
            try await eventually { try await server.catalogue.setting(setting) != nil }
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send(hello)
                try await peer.send(["type": "hello", "session": "b"])
                let greetings = try await peer.receive(2).map(\.json)
                #expect(greetings[0]["last_ack"] == 5)
                #expect(greetings[1]["last_ack"] == .null)
            }
        }
    }

    @Test func aPositionIsOnTheDiskBeforeTheSocketEnds() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send(["type": "hello", "session": "a"])
                try await peer.send(heartrate(60, 7))
                _ = try await peer.receive(2)
                let saved = try await server.catalogue.setting("socket.resume.\(server.watch.id)")
                let point = try JSONValue(parsing: try #require(saved))
                #expect(point == ["session": "a", "acknowledged": 7])
            }
        }
    }

    @Test func theDoorIsShutToOthers() async throws {
        try await LiveServer.with({ $0.allowedOrigins = ["https://home.example"] }) { server in
            func status(_ path: String, _ token: String?, _ headers: [String] = []) async throws -> Int? {
                do {
                    return try await WebSocketPeer.with(port: server.port, path, token: token, headers: headers) { _ in
                        101
                    }
                } catch let refusal as WebSocketPeer.Refused {
                    return refusal.status
                }
            }
            let watch = path(server)
            let statuses = [
                try await status(watch, server.watchToken), try await status(watch, server.owner),
                try await status(watch + "?token=\(server.watchToken)", nil),
                try await status(watch, nil), try await status(watch, "wrong"),
                try await status("/stream/\(server.phone.id)", server.watchToken),
                try await status("/stream/\(UniqueID(high: 0x7000, low: 1 << 63))", server.owner),
                try await status("/stream/none", server.owner), try await status("/stream", server.owner),
                try await status(watch + "?ack=never", server.owner),
                try await status(watch, server.owner, ["Origin: http://127.0.0.1"]),
                try await status(watch, server.owner, ["Origin: https://home.example"]),
                try await status(watch, server.owner, ["Origin: http://evil.example"]),
                try await status(watch, nil, ["Cookie: a=b; hearth_session=\(server.owner)"]),
            ]
            #expect(statuses == [101, 101, 101, 401, 401, 403, 404, 400, 404, 400, 101, 101, 403, 101])
            // Lines may be on their way when they are asked for.
            try await eventually { await server.logged().count { $0["status"] == 101 } >= 6 }
            #expect(!server.log.text.contains(server.watchToken))
            #expect(!server.log.text.contains(server.owner))
        }
    }

    @Test func aRequestThatAsksWronglyIsTold() async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                let plain = try await peer.request("GET", path(server), token: server.owner)
                #expect(plain.status == 426)
                #expect(plain.headers["upgrade"] == "websocket")
                // An upgrade to something else is no reason not to answer, and neither is a second request's.
                let other = try await peer.request("GET", "/healthz", headers: ["Connection: Upgrade", "Upgrade: h2c"])
                #expect(other.status == 200)
            }
            for change in [("13", "8"), (WebSocketPeer.key, "short"), ("Connection: Upgrade", "Connection: close")] {
                try await RawConnection.with(port: server.port) { peer in
                    let request = WebSocketPeer.request(path(server), token: server.owner)
                        .replacingOccurrences(of: change.0, with: change.1)
                    try await peer.send(request)
                    let answer = try #require(HTTPAnswer.parse(try await peer.receive()).first)
                    #expect(answer.status == (change.1 == "8" ? 426 : 400))
                    #expect(answer.headers["content-type"] == "application/problem+json")
                }
            }
        }
    }

    @Test func framesInTheRequestsPacketAreRead() async throws {
        try await LiveServer.with { server in
            try await RawConnection.with(port: server.port) { peer in
                let request = WebSocketPeer.request(path(server), token: server.watchToken)
                try await peer.send(Array(request.utf8) + WebSocketPeer.frame(0x81, Array(heartrate(60, 1).text.utf8)))
                let bytes = try await peer.receive { String(decoding: $0, as: UTF8.self).hasSuffix("{\"ack\":1}") }
                #expect(bytes.count > 0)
            }
        }
    }

    @Test(
        arguments: [
            ([0x81, 0x01, 0x41], 1002), ([0xc1, 0x80, 0, 0, 0, 0], 1002), (WebSocketPeer.frame(0x81, [0xff]), 1007),
            ([0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 0], 1009), (WebSocketPeer.frame(0x88, [0x03, 0xe8]), 1000),
            (WebSocketPeer.frame(0x88, []), 1000),
        ] as [([UInt8], Int)])
    func theEndHasItsCode(_ bytes: [UInt8], _ code: Int) async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send(heartrate(60, 1))
                try await peer.connection.send(bytes)
                let frames = try await peer.receiveAll()
                #expect(frames.first?.text == "{\"ack\":1}")
                #expect(frames.last?.closeCode == code)
            }
            try await eventually { server.dependencies.metrics.connections.value == 0 }
        }
    }

    @Test func pingIsAnswered() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.connection.send(WebSocketPeer.frame(0x89, [1, 2, 3]))
                let pong = try await peer.receive()
                #expect(pong == [WebSocketPeer.Frame(first: 0x8a, payload: [1, 2, 3])])
            }
        }
    }

    @Test func theSilentAreAskedAndThenLeft() async throws {
        try await LiveServer.with({ $0.limits.pingInterval = .milliseconds(300) }) { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                let frames = try await peer.receiveAll()
                #expect(frames.first?.opcode == 9)
            }
        }
    }

    @Test func stoppingStoresWhatCameAndSaysGoodbye() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send(heartrate(60, 1))
                _ = try await peer.receive()
                await server.beginShutdown()
                let frames = try await peer.receive()
                #expect(frames.last?.closeCode == 1001)
                try await peer.sendClose(1001)
                let rest = try await peer.receiveAll()
                #expect(rest.isEmpty)
            }
        }
    }

    @Test func aRevokedTokenEndsItsSocket() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send(heartrate(60, 1))
                _ = try await peer.receive()
                try await server.dependencies.authenticator.revoke(server.watchTokenID)
                try await peer.send(heartrate(61, 2))
                let frames = try await peer.receiveAll()
                #expect(frames.last?.closeCode == 1008)
            }
        }
    }

    @Test func aPeerThatLeavesLosesNothingItSent() async throws {
        try await LiveServer.with { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                var bytes: [UInt8] = []
                for index in 1...500 {
                    bytes += WebSocketPeer.frame(0x81, Array(heartrate(60, index, at: index).text.utf8))
                }
                try await peer.connection.send(bytes)
                try await peer.connection.endOutput()
                let frames = try await peer.receiveAll()
                #expect(frames.count { $0.opcode == 1 } == 500)
            }
            let stored = try await server.stored("heartrate")
            #expect(stored.count == 500)
        }
    }

    @Test func messagesCountAgainstTheRateOfTheirToken() async throws {
        // The handshake and the greeting are two.
        try await LiveServer.with({ $0.rates.perRole[.device] = .init(perSecond: 0.001, burst: 42) }) { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                try await peer.send(["type": "hello"])
                let greeting = try await peer.receive()
                #expect(greeting.first?.json["limits"]?["messages_per_second"]?.double == 0.001)
                var bytes: [UInt8] = []
                for index in 1...100 {
                    bytes += WebSocketPeer.frame(0x81, Array(heartrate(60, index, at: index).text.utf8))
                }
                try await peer.connection.send(bytes)
                let answers = try await peer.receive(40)
                #expect(answers.map(\.text) == (1...40).map { "{\"ack\":\($0)}" })
                let request = try await RawConnection.with(port: server.port) {
                    try await $0.request("GET", "/streams", token: server.watchToken)
                }
                #expect(request.code == "rate-limited")
                let stored = try await server.stored("heartrate")
                #expect(stored.count == 40)
                // What waits does not keep the peer from leaving, or the server from stopping.
                await server.beginShutdown()
                let rest = try await peer.receive()
                #expect(rest.map(\.closeCode) == [1001])
            }
        }
    }

    @Test(arguments: [false, true]) func aFastSenderIsSlowedAndLosesNothing(_ leaves: Bool) async throws {
        try await LiveServer.with({ $0.rates.perRole[.device] = .init(perSecond: 200, burst: 20) }) { server in
            try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) { peer in
                let start = ContinuousClock.now
                var bytes: [UInt8] = []
                for index in 1...100 {
                    bytes += WebSocketPeer.frame(0x81, Array(heartrate(60, index, at: index).text.utf8))
                }
                try await peer.connection.send(bytes)
                if leaves { try await peer.connection.endOutput() }
                let answers = try await peer.receive(100)
                #expect(answers.map(\.text) == (1...100).map { "{\"ack\":\($0)}" })
                // 20 at once; the others and the handshake take 5 ms each.
                #expect(ContinuousClock.now - start > .milliseconds(350))
            }
        }
    }

    @Test func aFullQueueSlowsTheSocketAndLosesNothing() async throws {
        var limits = IngestLimits()
        limits.queuedRows = 50
        try await LiveServer.with(limits: limits) { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for peer in 0..<4 {
                    group.addTask {
                        try await WebSocketPeer.with(port: server.port, path(server), token: server.watchToken) {
                            socket in
                            var bytes: [UInt8] = []
                            for index in 1...400 {
                                bytes += WebSocketPeer.frame(
                                    0x81, Array(heartrate(60, index, at: peer * 1000 + index).text.utf8))
                            }
                            try await socket.connection.send(bytes)
                            let answers = try await socket.receive(400)
                            #expect(answers.allSatisfy { $0.json["ack"] != nil })
                        }
                    }
                }
                try await group.waitForAll()
            }
            let stored = try await server.stored("heartrate")
            #expect(stored.count == 1600)
        }
    }
}
