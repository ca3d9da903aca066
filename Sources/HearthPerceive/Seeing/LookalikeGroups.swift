package import HearthCore
package import HearthSchema
package import HearthStore

/// Tells which pictures look alike. Pictures are in the order in which they came in, and a picture joins the first one
/// before it whose hash is near, so that its group is that of the first of them all. A picture that comes later changes
/// no group, and working pictures again, in whatever order, gives the same groups.
package struct LookalikeGroups: Sendable {
    /// Of 64 bits. Pictures scaled or compressed anew differ in fewer; others in about 32.
    package static let nearBits = 8
    /// Pictures that are compared: so many taken before, and so many after.
    package static let compared = 5000
    private static let pageRows = 1000

    /// A picture's place in the order in which pictures came in.
    fileprivate struct Arrival: Comparable {
        var received: Timestamp
        var record: RecordID
        var stream: String

        static func < (first: Arrival, second: Arrival) -> Bool {
            (first.received, first.record.description, first.stream)
                < (second.received, second.record.description, second.stream)
        }
    }

    private struct Known {
        var hash: UInt64
        var blob: String
        var stream: String
        var record: RecordID
    }

    private let store: any ReadingStore
    private let stream: StreamDefinition
    private let sources: [String: StreamDefinition]

    /// - Parameters:
    ///   - stream: The definition of `media_image_described`.
    ///   - sources: The streams whose pictures are described there.
    package init(store: any ReadingStore, stream: StreamDefinition, sources: [StreamDefinition]) {
        self.store = store
        self.stream = stream
        self.sources = Dictionary(sources.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The group of a picture: the name of its first picture, its own when nothing that came before looks like it.
    /// - Parameters:
    ///   - head: Of the reading that names the picture.
    ///   - source: Its stream.
    package func group(of hash: UInt64, blob: String, head: ReadingHead, source: String) async throws -> String {
        let known = try await known(around: head)
        var arrivals: [Int: Arrival] = [:]
        var current = (hash: hash, blob: blob, arrival: Arrival(head, source))
        // Each step goes to one that came earlier, so that there is an end.
        while true {
            var first: (index: Int, arrival: Arrival)?
            for (index, other) in known.enumerated() where (current.hash ^ other.hash).nonzeroBitCount <= Self.nearBits
            {
                if arrivals[index] == nil { arrivals[index] = try await arrival(of: other, person: head.person) }
                guard let arrival = arrivals[index], arrival < current.arrival,
                    first.map({ arrival < $0.arrival }) ?? true
                else { continue }
                first = (index, arrival)
            }
            guard let first else { return current.blob }
            current = (known[first.index].hash, known[first.index].blob, first.arrival)
        }
    }

    /// Nil: the reading is gone.
    private func arrival(of picture: Known, person: UniqueID) async throws -> Arrival? {
        guard let source = sources[picture.stream],
            let reading = try await store.reading(picture.record, in: source, person: person),
            let head = reading.heads.first
        else { return nil }
        return Arrival(head, picture.stream)
    }

    private func known(around head: ReadingHead) async throws -> [Known] {
        var before = ReadingQuery(stream: stream, person: head.person, order: .newestFirst)
        before.to = head.timestamp
        var after = ReadingQuery(stream: stream, person: head.person, order: .oldestFirst)
        after.from = head.timestamp
        return try await known(before) + known(after)
    }

    private func known(_ query: ReadingQuery) async throws -> [Known] {
        func column(_ name: String) throws -> Int {
            guard let column = stream.fieldIndex(name) else {
                throw HearthError(.internalError, "\(stream.name) has no \(name).", disposition: .defect)
            }
            return column
        }
        let (hashColumn, blobColumn) = (try column("perceptual_hash"), try column("source_blob"))
        let sourceColumn = try column("source")
        var found: [Known] = []
        var position: ReadingPosition?
        var seen = 0
        while seen < Self.compared {
            let page = try await store.page(query, after: position, limit: Self.pageRows)
            for row in 0..<page.count {
                guard let hash = page.string(page[row, hashColumn]).flatMap({ UInt64($0, radix: 16) }),
                    let blob = page.string(page[row, blobColumn]),
                    let source = page.string(page[row, sourceColumn]).flatMap({ try? JSONValue(parsing: $0) }),
                    let name = source["stream"]?.string,
                    let record = source["id"]?.string.flatMap({ UniqueID($0) }).flatMap({ RecordID($0) })
                else { continue }
                found.append(Known(hash: hash, blob: blob, stream: name, record: record))
            }
            seen += page.count
            guard page.count == Self.pageRows, let last = page.heads.last else { break }
            position = ReadingPosition(last)
        }
        return found
    }

    /// 16 hexadecimal digits.
    package static func text(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension LookalikeGroups.Arrival {
    fileprivate init(_ head: ReadingHead, _ stream: String) {
        self.init(received: head.received, record: head.recordID, stream: stream)
    }
}
