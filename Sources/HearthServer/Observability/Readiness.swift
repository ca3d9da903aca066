import HearthCore
import HearthIngest
import HearthStore
import HearthVault
import NIOPosix

#if canImport(Glibc)
import Glibc
#endif

/// Asks each thing the server cannot do without whether it works now.
package struct Readiness: Sendable {
    struct Check {
        var name: String
        /// nil: it works.
        var failure: HearthError?
        var duration: Duration
    }

    private let dependencies: ServerDependencies
    /// For one check.
    private static let patience: Duration = .seconds(2)

    package init(_ dependencies: ServerDependencies) { self.dependencies = dependencies }

    /// Whether everything works.
    package var isReady: Bool {
        get async { await checks().allSatisfy { $0.failure == nil } }
    }

    func checks() async -> [Check] {
        let dependencies = dependencies
        async let store = Self.check("store") { try await dependencies.store.probe() }
        async let catalogue = Self.check("catalogue") { try await dependencies.catalogue.probe() }
        async let blobs = Self.check("blobs") { try await Self.probe(dependencies.blobs) }
        async let disk = Self.check("disk") { try await Self.probeDisk(dependencies.settings) }
        async let writer = Self.check("writer") { try Self.probe(dependencies.ingest) }
        let needed = await [store, catalogue, blobs, disk, writer]
        guard let library = dependencies.library?.store else { return needed }
        return needed + [await Self.check("library") { try await library.probe() }]
    }

    private static func check(_ name: String, _ body: @escaping @Sendable () async throws -> Void) async -> Check {
        let start = ContinuousClock.now
        var failure: HearthError?
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await body() }
                group.addTask {
                    try await Task.sleep(for: patience)
                    throw HearthError(.overloaded, "It did not answer within \(patience).", disposition: .retry)
                }
                try await group.next()
                group.cancelAll()
            }
        } catch {
            failure = ProblemResponse.failure(error)
        }
        return Check(name: name, failure: failure, duration: ContinuousClock.now - start)
    }

    private static func probe(_ blobs: BlobStore) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            let writer = try blobs.makeWriter(maximumSize: 16)
            defer { writer.abort() }
            try writer.append([0])
        }
    }

    private static func probeDisk(_ settings: ServerSettings) async throws {
        guard let home = settings.home else { return }
        let free = try await NIOThreadPool.singleton.runIfActive { () throws -> Int64 in
            var status = statvfs()
            guard statvfs(home, &status) == 0 else {
                throw HearthError(.storageFailed, "The data folder cannot be looked at.", disposition: .defect)
            }
            return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        }
        guard free >= settings.minimumFreeBytes else {
            throw HearthError(
                .storageFull, "Only \(free >> 20) MiB are free where the data lies.", hint: "Free some space.",
                disposition: .retry)
        }
    }

    private static func probe(_ ingest: Ingest) throws {
        let depth = ingest.writer.queueDepth
        guard depth < ingest.limits.queuedRows else {
            throw HearthError(.overloaded, "\(depth) readings wait for the disk.", disposition: .retry)
        }
    }
}
