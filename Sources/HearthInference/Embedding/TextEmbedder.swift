/// Turns texts into vectors whose inner product tells how near their meanings are.
package protocol TextEmbedder: Sendable {
    /// Names model and precision: vectors of different names must not be compared.
    var name: String { get }
    /// Length of a vector.
    var dimension: Int { get }
    /// One vector of length 1 per text, in order. Texts beyond the model's limit are cut. Callers from many tasks share batches.
    func embed(_ texts: [String]) async throws -> [[Float]]
}
