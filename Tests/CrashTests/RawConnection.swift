import Foundation
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A blocking TCP connection: the tests must see exactly what came over the wire before the server died.
final class RawConnection {
    /// The server is gone, or does not speak as it should.
    struct Broken: Error {}

    private let socket: Int32
    private var received: [UInt8] = []
    private var position = 0

    init(port: Int, timeoutSeconds: Int = 20) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(socket)
            throw Broken()
        }
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Broken() }
            sent += count
        }
    }

    /// Reads more of what comes.
    private func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &chunk, chunk.count, 0)
        guard count > 0 else { throw Broken() }
        received += chunk[..<count]
    }

    /// Forgets what was taken.
    private func compact() {
        received.removeFirst(position)
        position = 0
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while received.count - position < count { try fill() }
        defer { position += count }
        return Array(received[position..<position + count])
    }

    /// Text up to and without the end of the line.
    private func line() throws -> String {
        var end = position
        while true {
            while end + 1 < received.count {
                if received[end] == 13, received[end + 1] == 10 {
                    defer { position = end + 2 }
                    return String(decoding: received[position..<end], as: UTF8.self)
                }
                end += 1
            }
            try fill()
        }
    }

    // MARK: HTTP

    struct Answer {
        var status: Int
        var body: [UInt8]
    }

    func request(_ method: String, _ target: String, _ body: String? = nil, accept: String = "application/json") throws
        -> Answer
    {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(ServerProcess.token)\r\n"
        head += "Accept: \(accept)\r\n"
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        try send(Array((head + "\r\n" + (body ?? "")).utf8))
        return try answer()
    }

    private func answer() throws -> Answer {
        compact()
        let status = try line().split(separator: " ")
        guard status.count > 1, let code = Int(status[1]) else { throw Broken() }
        var length: Int?
        var isChunked = false
        while case let field = try line(), !field.isEmpty {
            let parts = field.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].trimmingCharacters(in: .whitespaces)
            switch parts[0].lowercased() {
            case "content-length": length = Int(value)
            case "transfer-encoding": isChunked = value.lowercased() == "chunked"
            default: break
            }
        }
        if !isChunked { return Answer(status: code, body: try take(length ?? 0)) }
        var body: [UInt8] = []
        while true {
            guard let count = Int(try line(), radix: 16) else { throw Broken() }
            body += try take(count)
            _ = try line()
            if count == 0 { return Answer(status: code, body: body) }
        }
    }

    // MARK: WebSocket

    func openSocket(_ path: String) throws {
        let head =
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(ServerProcess.token)\r\n"
            + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        try send(Array(head.utf8))
        guard try line().contains(" 101 ") else { throw Broken() }
        while !(try line().isEmpty) {}
    }

    /// Sends a text frame, masked as a client must.
    static func frame(_ text: String) -> [UInt8] {
        let payload = Array(text.utf8)
        let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        var bytes: [UInt8] = [0x81]
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        default: bytes += [0x80 | 126, UInt8(payload.count >> 8 & 255), UInt8(payload.count & 255)]
        }
        bytes += mask
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ mask[index % 4]) }
        return bytes
    }

    /// The next text message; pings are answered, a close ends.
    func message() throws -> [UInt8] {
        compact()
        while true {
            let head = try take(2)
            var count = Int(head[1] & 0x7f)
            if count == 126 { count = try take(2).reduce(0) { $0 << 8 | Int($1) } }
            if count == 127 { count = try take(8).reduce(0) { $0 << 8 | Int($1) } }
            let payload = try take(count)
            switch head[0] & 0x0f {
            case 1: return payload
            case 9: try send([0x8a, 0x80, 0, 0, 0, 0])
            case 8: throw Broken()
            default: continue
            }
        }
    }
}
