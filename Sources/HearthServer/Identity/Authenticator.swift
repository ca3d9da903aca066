package import HearthCore
package import HearthStore
package import HearthVault
import Synchronization

/// Knows every token that is good now. Looks up without waiting: the table is in memory, changed when tokens are made and
/// revoked, loaded from the catalogue at start.
package final class Authenticator: Sendable {
    private let ring: KeyRing
    private let catalogue: any CatalogueStore
    private let time: any TimeSource
    private let table = Mutex<[TokenDigest: TokenRecord]>([:])

    package init(ring: KeyRing, catalogue: any CatalogueStore, time: any TimeSource) {
        self.ring = ring
        self.catalogue = catalogue
        self.time = time
    }
}
