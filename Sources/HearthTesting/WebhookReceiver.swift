import Foundation
package import HearthCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A server on the loopback that takes webhooks, many at the same time, and answers each as a test says.
package final class WebhookReceiver: Sendable {
    /// One request that came.
    package struct Request: Sendable {
        package var target: String
        /// Names in lower case.
        package var headers: [String: String]
        package var body: [UInt8]

        package var text: String { String(decoding: body, as: UTF8.self) }
        package var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
    }

    package enum Answer: Sendable {
        case status(Int, headers: [String: String] = [:])
        /// Closes the connection without a word.
        case hangUp
        /// Falls silent until the caller gives up.
        case silence
        /// Sends its answer byte by byte.
        case slowly(Int)
        /// What is no HTTP.
        case garbage
    }

    /// What a request is answered with; counts from 0.
    package typealias Script = @Sendable (_ request: Request, _ number: Int) -> Answer

    private final class State: Sendable {
        let requests = Mutex<[Request]>([])
        let script: Mutex<Script>
        let underWay = Mutex<(now: Int, most: Int)>((0, 0))

        init(_ script: @escaping Script) { self.script = Mutex(script) }
    }

    package let port: Int
    private let listener: Int32
    private let state: State

    package var url: String { "http://127.0.0.1:\(port)/hook" }
    /// In the order in which they came.
    package var requests: [Request] { state.requests.withLock { $0 } }
    /// At the same time.
    package var mostAtOnce: Int { state.underWay.withLock { $0.most } }

    /// - Parameter port: 0: any that is free.
    package init(port: Int = 0, _ script: @escaping Script = { _, _ in .status(204) }) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 128) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.listener = listener
        self.port = Int(UInt16(bigEndian: address.sin_port))
        state = State(script)
        Thread.detachNewThread { [listener, state] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread {
                    Self.serve(client, state)
                    Glibc.close(client)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    /// Answers otherwise from now on.
    package func answer(_ script: @escaping Script) { state.script.withLock { $0 = script } }

    private static func serve(_ client: Int32, _ state: State) {
        guard let request = readRequest(client) else { return }
        state.underWay.withLock { counts in
            counts.now += 1
            counts.most = max(counts.most, counts.now)
        }
        defer { state.underWay.withLock { $0.now -= 1 } }
        let number = state.requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        let script = state.script.withLock { $0 }
        switch script(request, number) {
        case .status(let status, let headers):
            _ = send(text(status, headers), to: client)
        case .hangUp: return
        case .silence: drain(client)
        case .slowly(let status):
            for byte in text(status, [:]).utf8 {
                usleep(2000)
                guard send(String(decoding: [byte], as: UTF8.self), to: client) else { return }
            }
        case .garbage: _ = send("\u{1}\u{2} no answer\r\n\r\n", to: client)
        }
    }

    private static func text(_ status: Int, _ headers: [String: String]) -> String {
        let lines = headers.map { "\($0.key): \($0.value)\r\n" }.sorted().joined()
        return "HTTP/1.1 \(status) As Told\r\nContent-Length: 0\r\nConnection: close\r\n\(lines)\r\n"
    }

    private static func drain(_ client: Int32) {
        var byte: UInt8 = 0
        while recv(client, &byte, 1, 0) > 0 {}
    }

    private static func send(_ text: String, to client: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    private static func readRequest(_ client: Int32) -> Request? {
        let blank = Array("\r\n\r\n".utf8)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let head = bytes.firstRange(of: blank) {
                let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).split(separator: "\r\n")
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    guard let colon = line.firstIndex(of: ":") else { continue }
                    let value = line[line.index(after: colon)...].drop { $0 == " " }
                    headers[line[..<colon].lowercased()] = String(value)
                }
                let body = bytes[head.upperBound...]
                let length = headers["content-length"].flatMap { Int($0) } ?? 0
                if body.count >= length {
                    let target = lines.first?.split(separator: " ").dropFirst().first.map { String($0) } ?? ""
                    return Request(target: target, headers: headers, body: Array(body.prefix(length)))
                }
            }
            let count = recv(client, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            bytes.append(contentsOf: chunk.prefix(count))
        }
    }
}
