import Crypto
import Foundation
package import HearthCore

/// A key that webhooks are signed with, as Standard Webhooks writes it: `whsec_` and base64 of 24 to 64 bytes.
/// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
package struct SigningKey: Sendable, Hashable {
    package static let prefix = "whsec_"
    package static let byteCounts = 24...64

    private let bytes: [UInt8]

    /// Nil for what is no such key.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        var rest = String(text.dropFirst(Self.prefix.count))
        guard let bytes = rest.withUTF8({ Base64.decode($0) }), Self.byteCounts.contains(bytes.count) else {
            return nil
        }
        self.bytes = bytes
    }

    /// A fresh key of 32 bytes, as the settings write it.
    package static func generate(using generator: inout some RandomNumberGenerator) -> String {
        prefix + Base64.encode((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    /// `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
    /// - Parameter second: Since 1970.
    package func signature(id: String, second: Int64, body: [UInt8]) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: bytes))
        code.update(data: Data("\(id).\(second).".utf8))
        code.update(data: body)
        return "v1," + Base64.encode(Array(code.finalize()))
    }
}
