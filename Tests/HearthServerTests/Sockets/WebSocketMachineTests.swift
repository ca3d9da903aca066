import HearthTesting
import Testing

@testable import HearthServer

@Suite struct WebSocketMachineTests {
    /// What came out, in words.
    private enum Outcome: Hashable {
        case text(String)
        case binary([UInt8])
        case ping([UInt8])
        case pong
        case close(Int?)
        case failed(Int)
    }

    private func run(
        _ bytes: [UInt8], step: Int = .max, maximumFrame: Int = 1000, maximumMessage: Int = 2000
    ) -> [Outcome] {
        var machine = WebSocketMachine(maximumFrame: maximumFrame, maximumMessage: maximumMessage)
        var outcomes: [Outcome] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(step))
            rest = rest.dropFirst(part.count)
            part.withUnsafeBytes { machine.feed($0) }
            do throws(WebSocketFailure) {
                while let event = try machine.next() {
                    let payload = machine.withPayload { Array($0) }
                    switch event {
                    case .text: outcomes.append(.text(String(decoding: payload, as: UTF8.self)))
                    case .binary: outcomes.append(.binary(payload))
                    case .ping: outcomes.append(.ping(payload))
                    case .pong: outcomes.append(.pong)
                    case .close(let code): outcomes.append(.close(code.map { Int($0.number) }))
                    }
                }
            } catch {
                outcomes.append(.failed(Int(error.code.number)))
            }
        }
        return outcomes
    }

    private func frame(_ first: UInt8, _ text: String) -> [UInt8] { WebSocketPeer.frame(first, Array(text.utf8)) }

    @Test func theExampleOfTheStandardIsRead() {
        let hello: [UInt8] = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        #expect(run(hello) == [.text("Hello")])
    }

    @Test(arguments: [0, 1, 7, 8, 9, 125, 126, 127, 999, 1000])
    func everyLengthIsRead(_ count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(run(WebSocketPeer.frame(0x82, payload)) == [.binary(payload)])
        #expect(run(WebSocketPeer.frame(0x82, payload, mask: [0, 0, 0, 0])) == [.binary(payload)])
    }

    @Test func lengthsOf64BitsAreRead() {
        let payload = [UInt8](repeating: 3, count: 70_000)
        #expect(run(WebSocketPeer.frame(0x82, payload), maximumFrame: 70_000) == [.binary(payload)])
    }

    @Test func piecesMakeOneMessage() {
        let bytes = frame(0x01, "Ein ") + frame(0x00, "Schr\u{f6}").dropLast(0) + frame(0x80, "der")
        #expect(run(bytes) == [.text("Ein Schr\u{f6}der")])
        // A character may be cut in two, and control frames may come between.
        let cut =
            WebSocketPeer.frame(0x01, [0xc3]) + frame(0x89, "p") + WebSocketPeer.frame(0x00, [0xb6]) + frame(0x8a, "")
            + frame(0x80, "")
        #expect(run(cut) == [.ping(Array("p".utf8)), .pong, .text("\u{f6}")])
    }

    @Test(
        arguments: [
            // Reserved bits, unknown opcodes, no mask.
            [0xc1, 0x80, 0, 0, 0, 0], [0xa1, 0x80, 0, 0, 0, 0], [0x91, 0x80, 0, 0, 0, 0], [0x83, 0x80, 0, 0, 0, 0],
            [0x8b, 0x80, 0, 0, 0, 0], [0x81, 0x01, 0x41],
            // Control frames in pieces or too long.
            [0x09, 0x80, 0, 0, 0, 0], [0x88, 0xfe, 0, 126],
            // Lengths not in their shortest form.
            [0x81, 0xfe, 0, 125], [0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff], [0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0],
            // A message that goes on without a beginning.
            [0x80, 0x80, 0, 0, 0, 0],
            // Half a close code, and codes that may not be sent.
            [0x88, 0x81, 0, 0, 0, 0, 3], [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed], [0x88, 0x82, 0, 0, 0, 0, 0, 1],
            [0x88, 0x82, 0, 0, 0, 0, 0x13, 0x88],
        ] as [[UInt8]])
    func breachesEndIt(_ bytes: [UInt8]) {
        #expect(run(bytes + frame(0x81, "more")) == [.failed(1002)])
    }

    @Test func aMessageInsideAnotherEndsIt() {
        #expect(run(frame(0x01, "a") + frame(0x81, "b")) == [.failed(1002)])
    }

    @Test func sizesAreBounded() {
        // Judged by the header alone, before the payload comes.
        #expect(run([0x82, 0xfe, 0x03, 0xe9]) == [.failed(1009)])
        #expect(run([0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0]) == [.failed(1009)])
        let piece = [UInt8](repeating: 1, count: 1000)
        let tooMuch =
            WebSocketPeer.frame(0x02, piece) + WebSocketPeer.frame(0x00, piece) + WebSocketPeer.frame(0x80, [1])
        #expect(run(tooMuch) == [.failed(1009)])
    }

    @Test(
        arguments: [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0xaf], [0xe2, 0x82]]
            as [[UInt8]])
    func textMustBeUTF8(_ bytes: [UInt8]) {
        for prefix in ["", "a", "abcdefgh", "abcdefghijk"] {
            // The frame that follows begins with a byte that could continue a character.
            let message = WebSocketPeer.frame(0x81, Array(prefix.utf8) + bytes) + frame(0x81, "x")
            #expect(run(message) == [.failed(1007)])
        }
        #expect(run(WebSocketPeer.frame(0x82, bytes)) == [.binary(bytes)])
        #expect(run(WebSocketPeer.frame(0x88, [0x03, 0xe8] + bytes)) == [.failed(1007)])
    }

    @Test func closingIsRead() {
        #expect(run(WebSocketPeer.frame(0x88, []) + frame(0x81, "late")) == [.close(nil)])
        #expect(run(WebSocketPeer.frame(0x88, [0x03, 0xe8] + Array("bye".utf8))) == [.close(1000)])
        #expect(run(WebSocketPeer.frame(0x88, [0x0f, 0xa0])) == [.close(4000)])
    }

    @Test func howBytesAreCutMakesNoDifference() {
        var generator = SplitMix64(seed: 11)
        for _ in 0..<50 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let payload = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                    UInt8.random(in: 0x20...0x7e, using: &generator)
                }
                let mask = (0..<4).map { _ in UInt8.random(in: 0...255, using: &generator) }
                switch Int.random(in: 0...3, using: &generator) {
                case 0: bytes += WebSocketPeer.frame(0x81, payload, mask: mask)
                case 1: bytes += WebSocketPeer.frame(0x89, Array(payload.prefix(125)), mask: mask)
                case 2:
                    bytes += WebSocketPeer.frame(0x02, payload, mask: mask)
                    bytes += WebSocketPeer.frame(0x80, payload, mask: mask)
                default: bytes += WebSocketPeer.frame(0x82, payload, mask: mask)
                }
            }
            let whole = run(bytes)
            for step in [1, 2, 3, 7, 64, 129] { #expect(run(bytes, step: step) == whole) }
        }
    }
}
