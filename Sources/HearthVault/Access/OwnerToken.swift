import HearthCore

/// The token of the household's owner, which exists from the first start on.
package struct OwnerToken: Sendable {
    package enum Origin: Hashable, Sendable {
        /// Minted now, at the first start: to be shown once.
        case created
        /// Read from `$HEARTH_HOME/keys/owner.token`.
        case file
        /// Passed in by the configuration (`HEARTH_TOKEN`). Nothing is written.
        case configuration
    }

    /// Of a token that a person chooses.
    package static let minimumCharacterCount = 16

    package let token: AccessToken
    package let origin: Origin

    package var isNew: Bool { origin == .created }

    /// Finds or makes the owner's token. Blocks on the disk.
    ///
    /// - Parameters:
    ///   - home: The folder `$HEARTH_HOME`; made when missing.
    ///   - configured: The value of `HEARTH_TOKEN`; empty counts as not set. Taken as it is when it has at least 16
    ///     characters and can be sent in a header.
    /// - Throws: `HearthError`: `unusable-token`, `key-exposed`, `key-malformed`, `storage-full`, `storage-failed`.
    package static func load(home: String, configured: String?) throws -> OwnerToken {
        if let configured, !configured.isEmpty {
            return OwnerToken(token: try usable(configured), origin: .configuration)
        }
        let file = SecretFile("owner's token", home: home, name: "owner.token")
        let (bytes, isNew) = try file.readOrCreate { Array("\(AccessToken.mint().secret)\n".utf8) }
        var text = bytes[...]
        while let last = text.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { text.removeLast() }
        do {
            let token = try usable(String(decoding: text, as: UTF8.self))
            return OwnerToken(token: token, origin: isNew ? .created : .file)
        } catch let refusal {
            throw HearthError(
                .keyMalformed, "The owner's token in its file cannot be used.",
                hint: "Put a token of at least \(minimumCharacterCount) characters in \(file.path), "
                    + "or remove the file to get a new one.",
                cause: refusal)
        }
    }

    /// Blanks and control characters would be cut or refused on the way, so that the token would never match.
    private static func usable(_ text: String) throws(HearthError) -> AccessToken {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw HearthError(
                .unusableToken, "The owner's token has a character that cannot be sent in a header.",
                hint: "Use letters, digits and punctuation, without spaces and line ends.")
        }
        guard text.utf8.count >= minimumCharacterCount, let token = AccessToken(text) else {
            throw HearthError(
                .unusableToken,
                "The owner's token has \(text.utf8.count) characters; "
                    + "\(minimumCharacterCount) to \(AccessToken.maximumByteCount) are needed.",
                hint: "Choose a longer HEARTH_TOKEN, or leave it out and let Hearth make one.")
        }
        return token
    }
}
