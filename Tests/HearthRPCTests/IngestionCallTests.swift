import GRPCCore
import HearthCore
import HearthIngest
import HearthProtocols
import HearthSchema
import HearthStore
import HearthTesting
import SwiftProtobuf
import Testing

@testable import HearthRPC

/// What becomes of frames, over a real connection.
@Suite struct IngestionCallTests {
    @Test func everyFrameIsAnsweredInOrderOnceItIsStored() async throws {
        try await RPCHousehold.with { household in
            let frames = (0..<20).map { Sending.columns(Int64($0 + 1) * 10, from: $0 * 50, count: 50) }
            let answers = try await household.stream([Sending.opening("accelerometer")] + frames)
            #expect(answers.first?.opened.resumed == false)
            #expect(answers.first?.opened.acknowledged == 0)
            #expect(answers.first?.opened.resumeToken.isEmpty == false)
            #expect(answers.first?.opened.limits.messageBytes == 4 << 20)
            let results = answers.dropFirst().map(\.result)
            #expect(results.map(\.sequence) == (1...20).map { $0 * 10 })
            #expect(results.allSatisfy { $0.accepted == 50 && $0.duplicates == 0 && $0.rejected == 0 })
            let stored = try await household.stored("accelerometer")
            #expect(stored.count == 1000)
            #expect(stored.heads.first?.timestamp.microseconds == Sending.start)
            #expect(stored.heads.allSatisfy { $0.device == household.phone.id })
            #expect(Array(stored.row(17).prefix(3)) == [.real(17), .real(17.1), .real(17.2)])
        }
    }

    @Test func summaryAddsUpACallWithOneAnswer() async throws {
        try await RPCHousehold.with { household in
            var bad = Sending.accelerations(from: 200, count: 3)
            bad.columns[1].doubles.values[2] = 99_999
            let summary = try await household.send([
                Sending.opening("accelerometer", token: "run-1"), Sending.columns(1, from: 0, count: 100),
                Sending.columns(2, from: 0, count: 110), Sending.frame(3) { $0.columns = bad },
                Sending.frame(4) { $0.stream = "no-such-stream" },
            ])
            #expect(summary.frames == 4)
            #expect(summary.accepted == 112)
            #expect(summary.duplicates == 100)
            #expect(summary.rejected == 1)
            #expect(summary.resumeToken == "run-1")
            #expect(summary.acknowledged == 3)
            #expect(summary.rejections.map(\.sequence) == [3, 4])
            #expect(summary.rejections.map(\.index) == [2, -1])
            #expect(summary.rejections.map(\.error.code) == ["invalid-value", "not-found"])
            #expect(summary.rejections.first?.error.fields.map(\.pointer) == ["/y"])
        }
    }

    @Test func readingIsTheSameWhateverFormItComesIn() async throws {
        try await RPCHousehold.with { household in
            let time = Timestamp(microseconds: Sending.start + 250_000)
            let json = #"{"timestamp":"\#(time)","x":1,"y":-2.5,"z":9.81}"#
            var packed = MessagePackWriter()
            packed.write(try JSONValue(parsing: json))
            let bytes = packed.bytes
            let columns = Ingestion_V1_Columns.with {
                $0.times = [time.microseconds]
                $0.columns = [("x", 1.0), ("y", -2.5), ("z", 9.81)].map { name, value in
                    .with {
                        $0.field = name
                        $0.doubles.values = [value]
                    }
                }
            }
            let object = try Google_Protobuf_Struct(jsonString: json)
            let answers = try await household.stream([
                Sending.opening("accelerometer"), Sending.frame(1) { $0.columns = columns },
                Sending.frame(2) { $0.json = .init(json.utf8) },
                Sending.frame(3) { $0.messagePack = .init(bytes) },
                Sending.frame(4) { $0.objects.readings = [object] },
                Sending.frame(5) { $0.json = .init("{\"readings\":[\(json)]}".utf8) },
            ])
            #expect(answers.dropFirst().map(\.result.accepted) == [1, 0, 0, 0, 0])
            #expect(answers.dropFirst().map(\.result.duplicates) == [0, 1, 1, 1, 1])
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 1)
        }
    }

    @Test func everyKindOfColumnReachesItsField() async throws {
        try await RPCHousehold.with { household in
            let frame = Ingestion_V1_Columns.with {
                $0.times = [Sending.start, Sending.start + 1_000_000]
                $0.ids = ["first", "second"]
                $0.columns = [
                    .with {
                        $0.field = "bpm"
                        $0.integers.values = [61, 62]
                    },
                    .with {
                        $0.field = "confidence"
                        $0.present = [false, true]
                        $0.floats.values = [0.5]
                    },
                    .with {
                        $0.field = "contact"
                        $0.booleans.values = [true, false]
                    },
                    .with {
                        $0.field = "note"
                        $0.texts.values = ["after coffee", "ö"]
                    },
                ]
            }
            let answers = try await household.stream([
                Sending.opening("heartrate"), Sending.frame(1) { $0.columns = frame },
                Sending.frame(2) { $0.columns = frame },
            ])
            #expect(answers[1].result.accepted == 2, "\(answers[1])")
            #expect(answers[2].result.duplicates == 2)
            let stored = try await household.stored("heartrate")
            let names = stored.stream.fields.map(\.name)
            let bpm = try #require(names.firstIndex(of: "bpm"))
            #expect(stored[0, bpm] == .real(61) || stored[0, bpm] == .integer(61))
            let confidence = try #require(names.firstIndex(of: "confidence"))
            #expect(stored[0, confidence] == .null)
            #expect(stored[1, confidence] == .real(0.5))
            let extra = try JSONValue(parsing: try #require(stored.string(stored[1, stored.width - 1])))
            #expect(extra == ["contact": false, "note": "ö"])
            #expect(stored.heads.allSatisfy { $0.flags.contains(.clientKeyed) })
        }
    }

    @Test func frameThatDoesNotFitConcernsItselfAlone() async throws {
        var short = Sending.accelerations(from: 0, count: 3)
        short.columns[0].doubles.values.removeLast()
        var twice = Sending.accelerations(from: 0, count: 3)
        twice.columns[1].field = "x"
        var presence = Sending.accelerations(from: 0, count: 3)
        presence.columns[2].present = [true]
        var ids = Sending.accelerations(from: 0, count: 3)
        ids.ids = ["one"]
        var empty = Sending.accelerations(from: 0, count: 3)
        empty.columns[0].values = nil
        let bad: [(Ingestion_V1_IngestRequest, String)] = [
            (Sending.frame(1) { [short] in $0.columns = short }, "/columns/columns/0/values"),
            (Sending.frame(2) { [twice] in $0.columns = twice }, "/columns/columns/1/field"),
            (Sending.frame(3) { [presence] in $0.columns = presence }, "/columns/columns/2/present"),
            (Sending.frame(4) { [ids] in $0.columns = ids }, "/columns/ids"),
            (Sending.frame(5) { [empty] in $0.columns = empty }, "/columns/columns/0/values"),
            (Sending.frame(6) { _ in }, "/payload"),
            (Sending.frame(7) { $0.deviceID = "watch" }, "/device_id"),
            (Sending.frame(-1) { $0.json = .init("{}".utf8) }, "/sequence"),
            (Ingestion_V1_IngestRequest(), "/message"),
        ]
        try await RPCHousehold.with { household in
            let answers = try await household.stream(
                [Sending.opening("accelerometer")] + bad.map(\.0) + [Sending.columns(9, from: 0, count: 3)])
            let results = answers.dropFirst().map(\.result)
            #expect(results.dropLast().map(\.error.code) == bad.map { _ in "invalid-value" })
            #expect(results.dropLast().map { $0.error.fields.map(\.pointer) } == bad.map { [$0.1] })
            #expect(results.last?.accepted == 3)
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 3)
        }
    }

    @Test func readingsAreRejectedOneByOneWithTheirPointers() async throws {
        try await RPCHousehold.with { household in
            var columns = Sending.accelerations(from: 0, count: 5)
            columns.columns[0].doubles.values[1] = .nan
            columns.columns[2].doubles.values[3] = -1e9
            columns.times[4] = 0
            let sent = columns
            let answers = try await household.stream([
                Sending.opening("accelerometer"), Sending.frame(1) { $0.columns = sent },
                Sending.frame(2) { $0.json = .init(#"[{"x":1},5]"#.utf8) },
                Sending.frame(3) { $0.json = .init(#"[{"x":1"#.utf8) },
            ])
            let result = answers[1].result
            #expect(result.accepted == 2)
            #expect(result.rejected == 3)
            #expect(result.rejections.map(\.index) == [1, 3, 4])
            #expect(result.rejections.map { $0.error.fields.map(\.pointer) } == [["/x"], ["/z"], ["/timestamp"]])
            #expect(answers[2].result.rejections.map(\.index) == [0, 1])
            #expect(
                answers[2].result.rejections[0].error.fields.map(\.pointer).contains("/timestamp"),
                "\(answers[2].result.rejections)")
            #expect(answers[3].result.error.code == "malformed-body")
        }
    }

    @Test func readingsMayNameTheirStreamsThemselves() async throws {
        try await RPCHousehold.with { household in
            let time = Timestamp(microseconds: Sending.start)
            let json = """
                [{"stream":"heartrate","timestamp":"\(time)","bpm":60},
                 {"stream":"accelerometer","timestamp":"\(time)","x":0,"y":0,"z":9.8},
                 {"stream":"nothing","timestamp":"\(time)"}]
                """
            let answers = try await household.stream([Sending.frame(0) { $0.json = .init(json.utf8) }])
            let result = try #require(answers.first?.result)
            #expect(result.sequence == 1)
            #expect(result.accepted == 2)
            #expect(result.rejections.map(\.index) == [2])
            let heartrateCount = try await household.stored("heartrate").count
            #expect(heartrateCount == 1)
        }
    }

    @Test func fullQueueSlowsTheSenderAndRefusesNothing() async throws {
        var limits = IngestLimits()
        limits.queuedRows = 1000
        limits.transactionRows = 500
        try await RPCHousehold.with(limits: limits) { household in
            await household.store.delayAppends(by: .milliseconds(5))
            let frames = (0..<60).map { Sending.columns(Int64($0 + 1), from: $0 * 400, count: 400) }
            let first = household
            async let other = first.send([Sending.opening("accelerometer")] + frames.reversed())
            let summary = try await household.send([Sending.opening("accelerometer")] + frames)
            let both = try await summary.accepted + other.accepted
            #expect(both == 24_000)
            #expect(summary.rejections.isEmpty)
            let accelerometerCount = try await household.stored("accelerometer").count
            #expect(accelerometerCount == 24_000)
        }
    }

    @Test func callEndsWhenReadingsCannotBeStored() async throws {
        try await RPCHousehold.with { household in
            let token = "full-disk"
            _ = try await household.send([
                Sending.opening("accelerometer", token: token), Sending.columns(1, from: 0, count: 10),
            ])
            await household.store.failAppends(with: [
                HearthError(.storageFull, "The disk is full.", disposition: .retry, retryAfter: .seconds(30))
            ])
            let error = await #expect(throws: RPCError.self) {
                _ = try await household.send([
                    Sending.opening("accelerometer", token: token), Sending.columns(2, from: 10, count: 10),
                ])
            }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.hearthCode == "storage-full")
            // Nothing was acknowledged that is not there, and the sender goes on where it was.
            let answers = try await household.stream([
                Sending.opening("accelerometer", token: token), Sending.columns(2, from: 10, count: 10),
            ])
            #expect(answers[0].opened.acknowledged == 1)
            #expect(answers[1].result.accepted == 10)
        }
    }
}
