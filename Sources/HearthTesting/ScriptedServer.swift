import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A server on a socket of the loopback that answers its clients, one after the other, byte by byte as scripts say.
package final class ScriptedServer: Sendable {
    package enum Step: Sendable {
        case send(String)
        /// Reads until the client hangs up: a server that falls silent.
        case wait
        /// The text over and over until the client hangs up.
        case flood(String)
        /// The text every few milliseconds until the client hangs up: a server that is slow and never silent.
        case drip(String)
    }

    package let url: String
    private let listener: Int32
    private let log = Log()

    /// Outlives the server while its thread ends.
    private final class Log: Sendable {
        let requests = Mutex<[[UInt8]]>([])
    }

    /// What clients sent: head and body.
    package var receivedBytes: [[UInt8]] { log.requests.withLock { $0 } }

    package var received: [String] { receivedBytes.map { String(decoding: $0, as: UTF8.self) } }

    package convenience init(_ steps: [Step]) throws { try self.init(scripts: [steps]) }

    /// - Parameter scripts: One for each client; the last one for all that come after.
    package init(scripts: [[Step]]) throws {
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
            var rest = scripts[...]
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                let request = Self.readRequest(client)
                log.requests.withLock { $0.append(request) }
                for step in rest.first ?? [] { Self.perform(step, client) }
                if rest.count > 1 { rest.removeFirst() }
                Glibc.close(client)
            }
            // Closed by `deinit`, its number could already name another server's socket when `accept` is called.
            Glibc.close(listener)
        }
    }

    /// Ends `accept`, and with it the thread.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    package static func answer(_ status: String, _ body: String, _ headers: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\(headers)"
            + "Connection: close\r\n\r\n\(body)"
    }

    private static func readRequest(_ client: Int32) -> [UInt8] {
        let blank = Array("\r\n\r\n".utf8)
        var bytes: [UInt8] = []
        var needed: Int?
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            if needed == nil, let head = bytes.firstRange(of: blank) {
                let length =
                    String(decoding: bytes[..<head.lowerBound], as: UTF8.self).lowercased().split(separator: "\r\n")
                    .first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
                needed = head.upperBound + length
            }
            if let needed, bytes.count >= needed { return bytes }
            let count = recv(client, &chunk, chunk.count, 0)
            guard count > 0 else { return bytes }
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
        case .drip(let text): while sendAll(text, client) { usleep(20_000) }
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
