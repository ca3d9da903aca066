import Crypto
import FoundationEssentials
package import HearthCore

/// The secret of an epoch, and what is done with it: wrapping people's keys and making tokens. It has a file of its own
/// and is not made from the household key: neither opens what the other sealed.
package struct VaultSecret: Sendable, CustomStringConvertible, CustomReflectable {
    package let epoch: Int64
    private let wrapping: SymmetricKey
    private let tokens: SymmetricKey
    /// Tells one secret from another; reveals nothing of it. 16 bytes.
    package let fingerprint: [UInt8]

    /// - Parameter bytes: 32. Traps on another count: `VaultKeyFolder` checks what it reads.
    init(epoch: Int64, bytes: [UInt8]) {
        precondition(bytes.count == KeyRing.keyByteCount, "a secret has \(KeyRing.keyByteCount) bytes")
        let root = SymmetricKey(data: bytes)
        func derive(_ label: String, _ byteCount: Int) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: root, info: Array("hearth/vault/\(epoch)/\(label)".utf8), outputByteCount: byteCount)
        }
        self.epoch = epoch
        wrapping = derive("wrap", KeyRing.keyByteCount)
        tokens = derive("token", KeyRing.keyByteCount)
        fingerprint = derive("fingerprint", 16).withUnsafeBytes { Array($0) }
    }

    // MARK: Keys of people

    /// A new key, and how it is stored.
    package func makeKey(for person: UniqueID) throws -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        let key = randomBytes(KeyRing.keyByteCount, using: &generator)
        let box = try AES.GCM.seal(key, using: wrapping, authenticating: Self.label(person))
        guard let combined = box.combined else {
            throw HearthError(.internalError, "A key of the vault could not be wrapped.", disposition: .defect)
        }
        return Array(combined)
    }

    /// - Throws: `key-malformed` when it was wrapped under another secret, or damaged.
    package func unwrap(_ wrapped: [UInt8], of person: UniqueID) throws(HearthError) -> VaultKey {
        do {
            let box = try AES.GCM.SealedBox(combined: wrapped)
            let key = try AES.GCM.open(box, using: wrapping, authenticating: Self.label(person))
            return VaultKey(SymmetricKey(data: key))
        } catch {
            throw HearthError(
                .keyMalformed, "A key in the vault cannot be opened with the secret of epoch \(epoch).",
                hint: "Put the key files from the backup of this vault.db back.", cause: error)
        }
    }

    private static func label(_ person: UniqueID) -> [UInt8] { Array("person \(person)".utf8) }

    // MARK: Tokens

    /// The token of a value and the number once used to seal it. The same in every run, so that a reading sent twice is
    /// sealed once; different in every other reading, unless the field is joined.
    /// - Parameter attempt: 0; more when another value has that token.
    package func token(for subject: TokenSubject, value: [UInt8], attempt: Int) -> (token: VaultToken, nonce: [UInt8]) {
        var code = HMAC<SHA256>(key: tokens)
        func add(_ bytes: some Sequence<UInt8>, count: Int) {
            withUnsafeBytes(of: UInt64(count).littleEndian) { code.update(data: $0) }
            code.update(data: Array(bytes))
        }
        add(subject.stream.utf8, count: subject.stream.utf8.count)
        add(subject.field.utf8, count: subject.field.utf8.count)
        var words = [subject.person.high, subject.person.low, UInt64(attempt), 0]
        if let reading = subject.reading {
            words[3] = 1
            words += [reading.device.high, reading.device.low, reading.id.id.high, reading.id.id.low]
        }
        words.withUnsafeBytes { code.update(data: $0) }
        add(value, count: value.count)
        let digest = Array(code.finalize())
        let hash = digest.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self).littleEndian }
        return (VaultToken(hash: hash, joined: subject.reading == nil), Array(digest[8..<20]))
    }

    package var description: String { "VaultSecret(\(epoch))" }
    package var customMirror: Mirror { Mirror(self, children: ["epoch": epoch]) }
}

/// What a token is made for.
package struct TokenSubject: Sendable, Hashable {
    package struct Reading: Sendable, Hashable {
        package var device: UniqueID
        package var id: RecordID

        package init(device: UniqueID, id: RecordID) {
            self.device = device
            self.id = id
        }
    }

    package var person: UniqueID
    package var stream: String
    package var field: String
    /// Nil for a joined field: all readings of the person with this value share the token.
    package var reading: Reading?

    package init(person: UniqueID, stream: String, field: String, reading: Reading?) {
        self.person = person
        self.stream = stream
        self.field = field
        self.reading = reading
    }
}
