/// What a subkey of the household key is for. Two purposes never share a key, so that what leaks of one says nothing of
/// another. The label is part of the derivation: changing it makes everything sealed under it unreadable.
package struct KeyPurpose: Hashable, Sendable {
    package let label: String

    package init(_ label: String) { self.label = label }

    /// Wraps the content key of each blob.
    package static let blob = KeyPurpose("blob")
    /// Turns the digest of a blob's content into its file name.
    package static let blobName = KeyPurpose("blob-name")
    /// Hashes access tokens at rest.
    package static let token = KeyPurpose("token")
    /// Digests of readings, which make their ids.
    package static let digest = KeyPurpose("digest")
    /// Seals answers that are kept to be repeated.
    package static let answer = KeyPurpose("answer")
    /// Chains the records of the audit log.
    package static let audit = KeyPurpose("audit")
    /// Tells household keys apart without revealing them.
    package static let fingerprint = KeyPurpose("fingerprint")
}
