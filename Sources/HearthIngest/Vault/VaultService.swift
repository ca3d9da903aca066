package import HearthCore
import HearthStore
package import Logging
package import ServiceLifecycle
import Synchronization

/// Rewrites readings in the background: after an upgrade, when a definition makes a field private or public, and after a
/// rotation. What failed is tried again.
package final class VaultService: Service {
    /// Between two steps, so that live readings come first.
    private static let pause = Duration.milliseconds(20)
    /// Between two looks at whether there is anything to do.
    private static let interval = Duration.seconds(1)
    /// After a failure, and when a definition is missing.
    private static let patience = Duration.seconds(30)

    private let vault: TokenVault
    private let base: VaultedReadingStore.Backing
    private let logger: Logger
    private let failure = Mutex<HearthError?>(nil)

    package init(store: VaultedReadingStore, logger: Logger) {
        vault = store.vault
        base = store.base
        self.logger = logger
    }

    /// Why rewriting does not go on; nil when it does.
    package var lastFailure: HearthError? { failure.withLock { $0 } }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var wait = Self.interval
                do {
                    try await self.vault.rewrite(in: self.base) { try await Task.sleep(for: Self.pause) }
                    self.failure.withLock { $0 = nil }
                    if self.vault.needsRewriting { wait = Self.patience }
                } catch is CancellationError {
                    return
                } catch {
                    self.failure.withLock { $0 = error as? HearthError }
                    self.logger.error("readings could not be rewritten and will be tried again: \(error)")
                    wait = Self.patience
                }
                do { try await Task.sleep(for: wait) } catch { return }
            }
        }
    }
}
