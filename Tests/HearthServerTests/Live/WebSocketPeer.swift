import Foundation
import HearthCore
import HearthTesting

/// A WebSocket client that can also do everything wrong.
final class WebSocketPeer: Sendable {
    struct Frame: Hashable, Sendable {
        var first: UInt8
        var payload: [UInt8]

        var opcode: UInt8 { first & 15 }
        var text: String { String(decoding: payload, as: UTF8.self) }
        var json: JSONValue { (try? JSONValue(parsing: payload)) ?? .null }
        /// Of a closing frame.
        var closeCode: Int? { opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
    }

    struct Refused: Error {
        var answer: String
        var status: Int? { answer.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
    }

    let connection: RawConnection

    private init(_ connection: RawConnection) { self.connection = connection }

    /// Opens a socket, runs `body`, closes the connection.
    static func with<Result>(
        port: Int, _ path: String, token: String? = nil, headers: [String] = [],
        _ body: (WebSocketPeer) async throws -> Result
    ) async throws -> Result {
        try await RawConnection.with(port: port) { connection in
            let peer = WebSocketPeer(connection)
            try await peer.open(path, token: token, headers: headers)
            return try await body(peer)
        }
    }

    /// The example of RFC 6455.
    static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    static func request(_ path: String, token: String?, headers: [String] = []) -> String {
        var lines = [
            "GET \(path) HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13",
        ]
        if let token { lines.append("Authorization: Bearer \(token)") }
        return (lines + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    private func open(_ path: String, token: String?, headers: [String]) async throws {
        try await connection.send(Self.request(path, token: token, headers: headers))
        let head = try await connection.receive { Self.headLength($0) != nil }
        guard let length = Self.headLength(head), head.starts(with: Array("HTTP/1.1 101 ".utf8)),
            String(decoding: head, as: UTF8.self).contains(Self.accept)
        else {
            // An answer that keeps the connection has no end to wait for.
            let closes = String(decoding: head, as: UTF8.self).lowercased().contains("connection: close")
            let answer = closes ? try await connection.receive() : head
            throw Refused(answer: String(decoding: answer, as: UTF8.self))
        }
        connection.drop(length)
    }

    private static func headLength(_ bytes: [UInt8]) -> Int? {
        let end = Array("\r\n\r\n".utf8)
        guard bytes.count >= 4 else { return nil }
        return (0...bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == end }.map { $0 + 4 }
    }

    // MARK: Frames

    /// A masked frame.
    static func frame(_ first: UInt8, _ payload: [UInt8], mask: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]) -> [UInt8] {
        var bytes = [first]
        switch payload.count {
        case ...125: bytes.append(0x80 | UInt8(payload.count))
        case ...0xffff:
            bytes.append(0x80 | 126)
            bytes += [UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default:
            bytes.append(0x80 | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - $0 * 8)) }
        }
        bytes += mask
        return bytes + payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
    }

    func send(text: String) async throws { try await connection.send(Self.frame(0x81, Array(text.utf8))) }

    func send(_ value: JSONValue) async throws { try await send(text: value.text) }

    func send(binary: [UInt8]) async throws { try await connection.send(Self.frame(0x82, binary)) }

    func sendClose(_ code: Int = 1000) async throws {
        try await connection.send(Self.frame(0x88, [UInt8(code >> 8), UInt8(code & 255)]))
    }

    /// The next frames of the server.
    func receive(_ count: Int = 1, within limit: Duration = .seconds(20)) async throws -> [Frame] {
        let bytes = try await connection.receive(within: limit) { Self.parse($0).frames.count >= count }
        var frames = Self.parse(bytes).frames
        frames.removeLast(max(0, frames.count - count))
        connection.drop(frames.reduce(0) { $0 + Self.frameLength($1) })
        return frames
    }

    /// All frames up to the end of the connection.
    func receiveAll(within limit: Duration = .seconds(20)) async throws -> [Frame] {
        Self.parse(try await connection.receive(within: limit)).frames
    }

    private static func frameLength(_ frame: Frame) -> Int {
        let count = frame.payload.count
        return 2 + (count > 0xffff ? 8 : count > 125 ? 2 : 0) + count
    }

    private static func parse(_ bytes: [UInt8]) -> (frames: [Frame], used: Int) {
        var frames: [Frame] = []
        var position = 0
        while bytes.count - position >= 2 {
            var length = Int(bytes[position + 1])
            var start = position + 2
            if length >= 126 {
                let width = length == 126 ? 2 : 8
                guard bytes.count - start >= width else { break }
                length = bytes[start..<start + width].reduce(0) { $0 << 8 | Int($1) }
                start += width
            }
            guard bytes.count - start >= length else { break }
            frames.append(Frame(first: bytes[position], payload: Array(bytes[start..<start + length])))
            position = start + length
        }
        return (frames, position)
    }
}
