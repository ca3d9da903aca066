import HearthCore
import HearthStore
import Synchronization

/// How far each run of uploads came, so that a sender whose call was cut need not send everything again. A hint, not a
/// promise: sending again is harmless.
final class UploadRuns: Sendable {
    private struct Run: Hashable {
        /// The resume token.
        var token: String
        var acknowledged: Int64
    }

    /// Runs that are remembered of one caller; the one not heard of for longest is forgotten.
    private static let remembered = 16

    private let catalogue: any CatalogueStore
    /// Newest last.
    private let runs = Mutex<[UniqueID: [Run]]>([:])

    init(_ catalogue: any CatalogueStore) { self.catalogue = catalogue }

    /// The highest number acknowledged to the caller's run; nil for a run that is not known.
    func acknowledged(_ token: String, of caller: UniqueID) async throws -> Int64? {
        let isLoaded = runs.withLock { $0[caller] != nil }
        if !isLoaded { try await load(caller) }
        return runs.withLock { $0[caller]?.first { $0.token == token }?.acknowledged }
    }

    /// - Parameter isNewRun: The number came before, with other readings: the sender counts anew under an old token.
    func advance(_ token: String, of caller: UniqueID, to number: Int64, isNewRun: Bool) {
        runs.withLock { runs in
            var own = runs[caller, default: []]
            var run = Run(token: token, acknowledged: 0)
            if let index = own.firstIndex(where: { $0.token == token }) { run = own.remove(at: index) }
            run.acknowledged = isNewRun ? number : max(run.acknowledged, number)
            own.append(run)
            if own.count > Self.remembered { own.removeFirst() }
            runs[caller] = own
        }
    }

    /// Puts the caller's runs on disk.
    func save(_ caller: UniqueID) async throws {
        guard let own = runs.withLock({ $0[caller] }), !own.isEmpty else { return }
        let value = JSONValue.array(own.map { [.string($0.token), .integer($0.acknowledged)] })
        try await catalogue.set(Self.setting(caller), to: value.text)
    }

    private func load(_ caller: UniqueID) async throws {
        var stored: [Run] = []
        if let text = try await catalogue.setting(Self.setting(caller)), let value = try? JSONValue(parsing: text) {
            for case .array(let pair) in value.array ?? [] {
                guard pair.count == 2, let token = pair[0].string, let number = pair[1].int64 else { continue }
                stored.append(Run(token: token, acknowledged: number))
            }
        }
        runs.withLock { runs in
            // A call may have gone on meanwhile.
            if runs[caller] == nil { runs[caller] = stored }
        }
    }

    private static func setting(_ caller: UniqueID) -> String { "grpc.resume.\(caller)" }
}
