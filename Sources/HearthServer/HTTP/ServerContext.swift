package import HearthCore
package import HearthVault
package import Hummingbird
package import NIOCore

/// What a route knows about its request besides the request itself.
package struct ServerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Repeated in the answer as `X-Request-Id` and in the log.
    package var requestID = UniqueID(high: 0, low: 0)
    /// Who calls. Nil on the few paths that are open to everybody.
    package var principal: Principal?
    /// Where the connection comes from; nil in tests without a socket.
    package let peer: SocketAddress?

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress
    }
}

extension ServerContext {
    /// Who calls; throws `.unauthorized` where nobody is known.
    package func caller() throws(HearthError) -> Principal {
        guard let principal else { throw .unauthorized() }
        return principal
    }

    /// Throws `.forbidden`, saying what is missing, unless the caller may do this.
    package func require(_ action: Action) throws(HearthError) {
        let caller = try caller()
        guard caller.may(action) else { throw .forbidden(action, caller) }
    }

    /// A path parameter that must be a UUID. What is not one does not exist.
    package func pathID(_ name: String) throws(HearthError) -> UniqueID {
        guard let text = parameters.get(name), let id = UniqueID(text) else {
            throw HearthError(
                .malformedRequest, "The id in the path is not a UUID.",
                fields: [HearthError.Field(pointer: "{\(name)}", message: "is not a UUID")])
        }
        return id
    }
}
