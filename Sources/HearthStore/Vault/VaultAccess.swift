package import HearthCore

/// Who wants to see what tokens stand for, and why: what the audit log says of it.
package struct VaultAccess: Sendable, Hashable {
    /// `owner`, `member`, … or `hearth` for the program itself.
    package var role: String
    /// Id of the access token; nil for the program itself.
    package var principal: UniqueID?
    /// On whose behalf.
    package var person: UniqueID?
    /// What asked, in one line without values: `GET /streams/{stream}`.
    package var purpose: String
    /// Of the request, as the request log has it.
    package var request: String?

    package init(
        role: String, principal: UniqueID? = nil, person: UniqueID? = nil, purpose: String, request: String? = nil
    ) {
        self.role = role
        self.principal = principal
        self.person = person
        self.purpose = purpose
        self.request = request
    }
}

/// A store whose readings hold tokens, and that puts values in their place for those who may see them.
package protocol TokenisedReadingStore: ReadingStore {
    /// The same readings with their values. Each call that opens any leaves a record in the audit log first.
    func opened(for access: VaultAccess) -> any ReadingStore
}
