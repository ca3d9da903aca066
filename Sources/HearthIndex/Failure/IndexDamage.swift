import HearthCore

/// Something on disk is not what was written there.
struct IndexDamage: Error, Hashable, CustomStringConvertible {
    /// Which file, and what is wrong with it.
    var description: String

    init(_ description: String) { self.description = description }

    var asHearthError: HearthError {
        HearthError(
            .indexDamaged, "The vector index is damaged.", hint: "It is made anew by embedding the passages again.",
            disposition: .retry, cause: self)
    }
}
