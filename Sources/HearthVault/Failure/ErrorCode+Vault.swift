public import HearthCore

extension ErrorCode {
    /// Sealed data exists, but the household key that opens it does not.
    public static let keyMissing = ErrorCode("key-missing")
    /// A key or token file, or its folder, is open to other users of the machine.
    public static let keyExposed = ErrorCode("key-exposed")
    /// A key or token file holds something else than a key or token.
    public static let keyMalformed = ErrorCode("key-malformed")
    /// A blob was sealed with another household key.
    public static let foreignKey = ErrorCode("foreign-key")
    /// A blob on disk is not what was sealed: truncated, changed, or put in another's place.
    public static let blobDamaged = ErrorCode("blob-damaged")
    /// The token given in the configuration is too short, or cannot travel in a header.
    public static let unusableToken = ErrorCode("unusable-token")
}
