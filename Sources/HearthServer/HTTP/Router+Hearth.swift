import HTTPTypes
import HearthCore
package import Hummingbird

/// Puts the program's paths together: what stands around every route, the routes, and an answer for every method that a
/// path does not have.
package func makeRouter(_ dependencies: ServerDependencies) -> Router<ServerContext> {
    let gate = AccessGate(dependencies.authenticator, dependencies.settings.rates, dependencies.metrics)
    return makeRouter(dependencies, gate: gate)
}

/// - Parameter gate: Shared with the sockets, so that a caller has one rate for both.
func makeRouter(_ dependencies: ServerDependencies, gate: AccessGate) -> Router<ServerContext> {
    let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
    router.addMiddleware {
        Edge(dependencies, gate: gate)
        ResponseCompression()
        IdempotencyKeys(dependencies)
    }
    AllRoutes.add(to: router, dependencies)
    refuseOtherMethods(of: router)
    return router
}

private func refuseOtherMethods(of router: Router<ServerContext>) {
    var methods: [String: (path: RouterPath, methods: Set<HTTPRequest.Method>)] = [:]
    for route in router.routes {
        methods[route.path.description, default: (route.path, [])].methods.insert(route.method)
    }
    for (path, present) in methods.values {
        var offered = present
        // The router makes HEAD of GET.
        if offered.contains(.get) { offered.insert(.head) }
        let allow = offered.map(\.rawValue).sorted().joined(separator: ", ")
        for method in standardMethods where !offered.contains(method) {
            router.on(path, method: method) { _, _ -> Response in
                var response = ProblemResponse.response(
                    HearthError(.methodNotAllowed, "This path has the methods \(allow)."))
                response.headers[.allow] = allow
                return response
            }
        }
    }
}

/// The methods of RFC 9110 and PATCH. CONNECT and others are answered by the edge.
let standardMethods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace]
