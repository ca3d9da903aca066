import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// How a request sees private values: as they are, or as the tokens that stand for them. Whoever may read a reading may see
/// what it says, so that everybody reads back what was sent; a device reads nothing but what it sent itself.
struct ReadingSight {
    /// Nil: tokens.
    private let access: VaultAccess?

    static let parameter = RouteParameter(
        "resolve", "`false`: tokens stay in the place of private values, and nothing is written to the audit log",
        ["type": "boolean", "default": true])

    /// - Parameter purpose: What the audit log says: method and path without values.
    init(_ request: Request, _ context: ServerContext, _ purpose: String) throws(HearthError) {
        access = try request.queryFlag("resolve") ?? true ? VaultAccess(context.caller(), context, purpose) : nil
    }

    func store(_ store: any ReadingStore) -> any ReadingStore {
        guard let access, let tokenised = store as? any TokenisedReadingStore else { return store }
        return tokenised.opened(for: access)
    }
}

extension VaultAccess {
    init(_ caller: Principal, _ context: ServerContext, _ purpose: String) {
        self.init(
            role: caller.role.rawValue, principal: caller.id, person: caller.person, purpose: purpose,
            request: context.requestID.description)
    }
}
