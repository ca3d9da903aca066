package import HearthCore
package import HearthSchema
package import HearthStore

/// Tells which pictures look alike: a picture belongs to the group of the first earlier one whose hash is near.
package struct LookalikeGroups: Sendable {
    /// Of 64 bits. Pictures scaled or compressed anew differ in fewer; others in about 32.
    package static let nearBits = 8
    /// Earlier pictures that are compared.
    package static let compared = 5000
    private static let pageRows = 1000

    private let store: any ReadingStore
    private let stream: StreamDefinition

    /// - Parameter stream: The definition of `media_image_described`.
    package init(store: any ReadingStore, stream: StreamDefinition) {
        self.store = store
        self.stream = stream
    }

    /// The group of a picture: the name of its first picture, its own when nothing before looks like it. Depends on what
    /// was described with an earlier time, not on when it was asked.
    package func group(
        of hash: UInt64, blob: String, person: UniqueID, before time: Timestamp
    ) async throws -> String {
        guard let hashColumn = stream.fieldIndex("perceptual_hash"), let groupColumn = stream.fieldIndex("group") else {
            throw HearthError(.internalError, "\(stream.name) has no hash.", disposition: .defect)
        }
        let query = ReadingQuery(stream: stream, person: person, to: time, order: .newestFirst)
        var position: ReadingPosition?
        var seen = 0
        while seen < Self.compared {
            let page = try await store.page(query, after: position, limit: Self.pageRows)
            for row in 0..<page.count {
                guard let text = page.string(page[row, hashColumn]), let other = UInt64(text, radix: 16),
                    (hash ^ other).nonzeroBitCount <= Self.nearBits, let group = page.string(page[row, groupColumn])
                else { continue }
                return group
            }
            seen += page.count
            guard page.count == Self.pageRows, let last = page.heads.last else { break }
            position = ReadingPosition(last)
        }
        return blob
    }

    /// 16 hexadecimal digits.
    package static func text(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
