import HearthCore
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// How a request sees private values: as they are, or as the tokens that stand for them. A device sees tokens alone: who
/// finds a lost sensor must not read from its token where somebody lives.
struct ReadingSight {
    /// Nil: tokens.
    private let access: VaultAccess?

    static let parameter = RouteParameter(
        "resolve", "`false`: tokens stay in the place of private values, and nothing is written to the audit log",
        ["type": "boolean", "default": true])

    /// - Parameter purpose: What the audit log says: method and path without values.
    /// - Throws: `.forbidden` when values are asked for by a caller that may not see them.
    init(_ request: Request, _ context: ServerContext, _ purpose: String) throws(HearthError) {
        let caller = try context.caller()
        let wish = try request.queryFlag("resolve")
        if wish == true, !caller.mayResolve {
            throw HearthError(
                .forbidden, "A token with the role \(caller.role.rawValue) sees tokens in the place of private values.",
                hint: "Leave `resolve` out, or ask with a person's token.",
                fields: [.init(pointer: "?resolve", message: "is not for this token")])
        }
        access = wish ?? caller.mayResolve ? VaultAccess(caller, context, purpose) : nil
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
