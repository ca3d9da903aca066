public import HearthCore

extension ErrorCode {
    /// Files of the vector index are not what was written. Embedding the passages again makes it anew.
    public static let indexDamaged = ErrorCode("index-damaged")
    /// The vector index holds as many vectors as it can.
    public static let indexFull = ErrorCode("index-full")
}
