import HTTPTypes
import HearthCore
import HearthVault
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Stands around every route: names the request, lets the caller in, turns failures into problems, counts and logs.
struct Edge: RouterMiddleware {
    typealias Context = ServerContext

    private let gate: AccessGate
    private let origins: SameOrigin
    private let metrics: ServerMetrics
    private let log: AccessLog?
    private let logger: Logger
    private let time: any TimeSource
    private let ids = RequestIDSource()

    init(_ dependencies: ServerDependencies, gate: AccessGate) {
        self.gate = gate
        origins = SameOrigin(allowed: dependencies.settings.allowedOrigins)
        metrics = dependencies.metrics
        log = dependencies.accessLog
        logger = dependencies.logger
        time = dependencies.time
    }

    func handle(
        _ request: Request, context: ServerContext, next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.requestID = request.headers[.requestID].flatMap { UniqueID($0) } ?? ids.next(at: time.now())
        metrics.requestsInFlight.add(1)
        var failure: HearthError?
        var response: Response
        do {
            context.principal = try admit(request, context)
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            // The connection is beyond repair; its handler says 400 and closes it.
            ending(400, request, context, nil, since: start).reached(bytes: 0, failure: "malformed")
            throw error
        } catch {
            let problem = ProblemResponse.failure(error)
            failure = problem
            response = ProblemResponse.response(problem)
            if let refusal = error as? HTTPError { response.headers.append(contentsOf: refusal.headers) }
            logger.report(
                problem, request: context.requestID, method: request.method.rawValue, route: context.endpointPath)
        }
        response.headers[.requestID] = context.requestID.description
        SecurityHeaders.add(to: &response.headers)
        observe(&response, request, context, failure, since: start)
        return response
    }

    // MARK: Before the route

    /// - Returns: Who calls; nil on paths that are open to everybody.
    private func admit(_ request: Request, _ context: ServerContext) throws(HearthError) -> Principal? {
        guard standardMethods.contains(request.method) else {
            throw HearthError(.methodUnknown, "There is no such method in HTTP.")
        }
        try gate.refuseFlood(from: context.peer)
        let path = request.uri.path
        if path == "/healthz" || path == "/readyz" { return nil }
        let credentials = try credentials(of: request, path: path)
        // A browser without a token is shown the way in; the page itself says nothing else.
        if credentials == nil, path == "/", request.method == .get || request.method == .head { return nil }
        let principal = try gate.admit(credentials, from: context.peer)
        if credentials?.carrier == .cookie { try refuseOtherSites(request) }
        return principal
    }

    private func credentials(of request: Request, path: String) throws(HearthError) -> Credentials? {
        if path == "/", request.method == .get, let token = request.query("token") {
            return Credentials(queryToken: token)
        }
        return try Credentials(
            authorization: request.headers[.authorization], cookies: request.headers[values: .cookie])
    }

    private func refuseOtherSites(_ request: Request) throws(HearthError) {
        switch request.method {
        case .get, .head, .options: return
        default: break
        }
        let isOwn = origins.permitsUnsafe(
            origin: request.headers[.origin], fetchSite: request.headers[.fetchSite], host: request.head.authority)
        guard isOwn else {
            throw HearthError(
                .crossOrigin, "A page of another site sent this with the console's cookie.",
                hint: "Programs send the token in the Authorization header instead of a cookie.")
        }
    }

    // MARK: After the route

    private func observe(
        _ response: inout Response, _ request: Request, _ context: ServerContext, _ failure: HearthError?,
        since start: ContinuousClock.Instant
    ) {
        let ending = ending(response.status.code, request, context, failure, since: start)
        if request.method == .head {
            ending.reached(bytes: 0, failure: nil)
        } else if response.body.isSmall {
            ending.reached(bytes: response.body.contentLength ?? 0, failure: nil)
        } else {
            response.body = response.body.observed(by: ending)
        }
    }

    private func ending(
        _ status: Int, _ request: Request, _ context: ServerContext, _ failure: HearthError?,
        since start: ContinuousClock.Instant
    ) -> RequestEnding {
        let method = request.method.rawValue
        let isDefect = failure?.disposition == .defect
        let entry = log.map { _ in
            AccessLog.Entry(
                time: time.now(), id: context.requestID, method: method, target: request.uri.string, status: status,
                duration: .zero, bytes: 0, principal: context.principal?.id,
                failure: isDefect ? failure?.code.text : nil)
        }
        return RequestEnding(
            metrics: metrics, log: log, start: start, method: method, route: context.endpointPath ?? "unknown",
            status: status, entry: entry)
    }
}

extension Logger {
    /// What is our fault goes to the log with its cause, which the caller is not told.
    func report(_ problem: HearthError, request: UniqueID, method: String, route: String?) {
        guard problem.disposition == .defect else { return }
        error(
            "\(problem.message)",
            metadata: [
                "request": "\(request)", "code": "\(problem.code)", "method": "\(method)",
                "route": "\(route ?? "-")", "cause": "\(problem.cause ?? "-")",
            ])
    }
}
