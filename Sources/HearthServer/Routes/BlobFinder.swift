import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault

/// Finds the readings that name a blob: a blob is only as visible as they are.
struct BlobFinder: Sendable {
    let registry: StreamRegistry
    let directory: DeviceDirectory
    let store: any ReadingStore

    init(_ dependencies: ServerDependencies) {
        registry = dependencies.registry
        directory = dependencies.ingest.devices
        store = dependencies.store
    }

    private static let pageSize = 4096

    /// The newest reading that names the blob and that the caller may see, in a batch of one row.
    func reading(naming sha256: String, for caller: Principal) async throws -> ReadingBatch? {
        for stream in registry.all {
            guard let column = stream.blobColumn else { continue }
            for person in directory.people
            where caller.may(.readStream(stream.name, person: person.id, device: caller.deviceID)) {
                let devices = caller.role == .device ? caller.deviceID.map { [$0] } : nil
                let query = ReadingQuery(stream: stream, person: person.id, devices: devices)
                if let batch = try await newest(query, column, sha256) { return batch }
            }
        }
        return nil
    }

    /// By the index; only a stream of the household's own may be without one, and is read page by page.
    private func newest(_ query: ReadingQuery, _ column: Int, _ sha256: String) async throws -> ReadingBatch? {
        guard query.stream.fields[column].isIndexed else { return try await scan(query, column, sha256) }
        return try await store.newest(query, with: sha256, in: column)
    }

    private func scan(_ query: ReadingQuery, _ column: Int, _ sha256: String) async throws -> ReadingBatch? {
        let wanted = Array(sha256.utf8)
        var position: ReadingPosition?
        while true {
            let page = try await store.page(query, after: position, limit: Self.pageSize)
            for row in 0..<page.count {
                guard case .text(let offset, let length) = page[row, column],
                    page.text[Int(offset)..<Int(offset) + Int(length)].elementsEqual(wanted)
                else { continue }
                var found = ReadingBatch(stream: page.stream)
                found.append(row: row, of: page)
                return found
            }
            guard page.count == Self.pageSize, let last = page.heads.last else { return nil }
            position = ReadingPosition(last)
        }
    }
}

/// Lets a reading name a blob only when the blob is there and its sender could read it anyway: else whoever guesses or
/// overhears a digest could make somebody's picture theirs.
struct BlobClaims: Sendable {
    private let finder: BlobFinder
    private let hasBlobs: Bool

    /// Blobs that one body may name; each costs a search.
    private static let limit = 100

    init(_ dependencies: ServerDependencies) {
        finder = BlobFinder(dependencies)
        hasBlobs = dependencies.registry.all.contains { $0.blobColumn != nil }
    }

    /// The source with the blobs that the body's readings may name.
    func checked(_ source: Admission.Source, _ body: DecodedBody) async throws -> Admission.Source {
        guard hasBlobs, source.stream.map({ $0.blobColumn != nil }) ?? true else { return source }
        var named: Set<String> = []
        for document in body.documents {
            document.withRoot { root in
                let items = root.kind == .object ? root["readings"] ?? root : root
                if items.kind == .object { Self.collect(items, &named) }
                for item in items.elements { Self.collect(item, &named) }
            }
        }
        guard !named.isEmpty else { return source }
        guard named.count <= Self.limit else {
            throw HearthError(.tooLarge, "A body names at most \(Self.limit) blobs.", hint: "Send it in parts.")
        }
        var source = source
        for blob in named where try await finder.reading(naming: blob, for: source.principal) != nil {
            source.blobs.insert(blob)
        }
        return source
    }

    private static func collect(_ item: JSONReference, _ named: inout Set<String>) {
        if let blob = item["blob"], blob.kind == .string, blob.utf8.count == 64, let text = blob.string {
            named.insert(text)
        }
    }
}
