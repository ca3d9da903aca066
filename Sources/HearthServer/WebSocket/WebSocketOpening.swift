import Crypto
import FoundationEssentials
import HearthCore
import NIOHTTP1

/// The opening handshake (RFC 6455 section 4.2).
enum WebSocketOpening {
    private static let magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// Whether the request asks for a WebSocket at all.
    static func isRequested(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "upgrade"].contains { $0.lowercased() == "websocket" }
    }

    /// The answer that opens the socket.
    ///
    /// - Throws: `.malformedRequest`, `.upgradeRequired` for another version.
    static func response(to head: HTTPRequestHead) throws(HearthError) -> HTTPResponseHead {
        guard head.method == .GET, head.version == .http1_1,
            head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" }),
            !head.headers.contains(name: "transfer-encoding"),
            head.headers.first(name: "content-length").map({ $0 == "0" }) ?? true
        else { throw HearthError(.malformedRequest, "The request for a WebSocket is not one.") }
        if let failure = HostField.failure(of: head) { throw failure }
        guard head.headers["sec-websocket-version"] == ["13"] else {
            throw HearthError(.upgradeRequired, "Hearth speaks version 13 of WebSocket.")
        }
        let keys = head.headers["sec-websocket-key"]
        guard keys.count == 1, let bytes = Data(base64Encoded: keys[0]), bytes.count == 16 else {
            throw HearthError(.malformedRequest, "The Sec-WebSocket-Key is not 16 bytes in base64.")
        }
        let digest = Insecure.SHA1.hash(data: Array((keys[0] + magic).utf8))
        return HTTPResponseHead(
            version: .http1_1, status: .switchingProtocols,
            headers: [
                "Upgrade": "websocket", "Connection": "Upgrade",
                "Sec-WebSocket-Accept": Base64.encode(Array(digest)),
            ])
    }
}
