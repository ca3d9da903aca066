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

    /// A path parameter without percent encoding (RFC 3986, section 2.1).
    package func pathText(_ name: String) throws(HearthError) -> String {
        guard let text = PercentEncoding.decode(parameters.get(name) ?? "") else {
            throw HearthError(
                .malformedRequest, "The path has a percent sign that encodes no UTF-8.",
                fields: [HearthError.Field(pointer: "{\(name)}", message: "must be UTF-8 in percent encoding")])
        }
        return text
    }

    /// A path parameter that must be a UUID. What is not one does not exist.
    package func pathID(_ name: String) throws(HearthError) -> UniqueID {
        guard let id = UniqueID(try pathText(name)) else {
            throw HearthError(
                .malformedRequest, "The id in the path is not a UUID.",
                fields: [HearthError.Field(pointer: "{\(name)}", message: "is not a UUID")])
        }
        return id
    }
}
