import HearthCore
import HearthServer
import HearthVault

/// What a handler knows about its call besides the messages.
struct RPCCall: Sendable {
    /// In the log.
    let id: UniqueID
    /// Nil only for methods that are open to everybody.
    let principal: Principal?
    /// Of a method that is open to everybody.
    let seat: OpenCalls.Seat?

    init(id: UniqueID, principal: Principal?, seat: OpenCalls.Seat? = nil) {
        self.id = id
        self.principal = principal
        self.seat = seat
    }

    /// Who calls; throws `.unauthorized` where nobody is known.
    func caller() throws(HearthError) -> Principal {
        guard let principal else { throw .unauthorized() }
        return principal
    }

    /// Throws `.forbidden`, saying what is missing, unless the caller may do this.
    func require(_ action: Action) throws(HearthError) {
        let caller = try caller()
        guard caller.may(action) else { throw .forbidden(action, caller) }
    }
}
