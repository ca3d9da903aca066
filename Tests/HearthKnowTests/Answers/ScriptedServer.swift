import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A server on a socket of the loopback that answers its one client byte by byte as a script says.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        case send(String)
        /// Reads until the client hangs up: a server that falls silent.
        case wait
        /// The text over and over until the client hangs up.
        case flood(String)
    }

    let url: String
    private let listener: Int32
    private let log = Log()

    /// Outlives the server while its thread ends.
    private final class Log: Sendable {
        let requests = Mutex<[String]>([])
    }

    /// What clients sent: head and body.
    var received: [String] { log.requests.withLock { $0 } }

    init(_ steps: [Step]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 4) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.listener = listener
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [listener, log] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                let request = Self.readRequest(client)
                log.requests.withLock { $0.append(request) }
                for step in steps { Self.perform(step, client) }
                Glibc.close(client)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    /// An event stream's head.
    static let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

    static func answer(_ status: String, _ body: String, _ headers: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\(headers)"
            + "Connection: close\r\n\r\n\(body)"
    }

    static func delta(_ text: String) -> String {
        let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(quoted)\"},\"finish_reason\":null}]}\n\n"
    }

    static let end =
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"

    private static func readRequest(_ client: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let head = text.range(of: "\r\n\r\n") {
                let length =
                    text[..<head.lowerBound].lowercased().split(separator: "\r\n")
                    .first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
                if text[head.upperBound...].utf8.count >= length { return text }
            }
            let count = recv(client, &chunk, chunk.count, 0)
            guard count > 0 else { return text }
            bytes.append(contentsOf: chunk.prefix(count))
        }
    }

    private static func perform(_ step: Step, _ client: Int32) {
        switch step {
        case .send(let text): _ = sendAll(text, client)
        case .wait:
            var byte: UInt8 = 0
            while recv(client, &byte, 1, 0) > 0 {}
        case .flood(let text): while sendAll(text, client) {}
        }
    }

    private static func sendAll(_ text: String, _ client: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }
}
