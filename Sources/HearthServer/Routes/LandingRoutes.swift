import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// `/`: a page that says what is here, for whoever opens the address in a browser.
struct LandingRoutes {
    let registry: StreamRegistry
    let directory: DeviceDirectory
    let store: any ReadingStore
    let settings: ServerSettings
    let time: any TimeSource

    init(_ dependencies: ServerDependencies) {
        registry = dependencies.registry
        directory = dependencies.ingest.devices
        store = dependencies.store
        settings = dependencies.settings
        time = dependencies.time
    }

    var routes: [Route] {
        [
            Route(
                .get, "/", "getStatusPage", tag: "About", "What is here, as a page for people",
                detail: "Programs that do not ask for `text/html` get the same as JSON.",
                parameters: [
                    RouteParameter(
                        "token", "Lets a browser in: it becomes a cookie, and the address is shown without it",
                        Shape.text)
                ],
                answers: [
                    RouteAnswer(
                        200, "The page",
                        [RouteContent("text/html", Shape.text), RouteContent("application/json", ["type": "object"])])
                ], handler: show)
        ]
    }

    @Sendable private func show(_ request: Request, _ context: ServerContext) async throws -> Response {
        if let answer = SignInRoutes.signIn(request, settings) { return answer }
        guard let caller = context.principal else { return try stranger(request) }
        let statistics = try await store.statistics(of: nil).filter { statistics in
            caller.may(.readStream(statistics.stream, person: statistics.person, device: statistics.device))
                && statistics.person == caller.person
        }
        let devices =
            caller.may(.readDevices()) ? directory.all.filter { $0.person == caller.person && $0.deletedAt == nil } : []
        guard request.accepts("text/html") else {
            return .json([
                "name": "Hearth", "version": .string(settings.version), "devices": .integer(Int64(devices.count)),
                "streams": .integer(Int64(registry.all.count)),
                "readings": .integer(Int64(statistics.reduce(0) { $0 + $1.count })), "description": "/openapi.json",
            ])
        }
        let page = StatusPage(
            devices: devices, streams: registry.all, statistics: statistics, version: settings.version, now: time.now())
        return Self.page(page.html)
    }

    /// A person without a token is told where to find the way in; a program that it needs one.
    private func stranger(_ request: Request) throws(HearthError) -> Response {
        guard request.accepts("text/html") else { throw .unauthorized() }
        return Self.page(StatusPage.stranger, status: .unauthorized)
    }

    private static func page(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
        var response = Response.bytes(Array(html.utf8), contentType: "text/html; charset=utf-8", status: status)
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return response
    }
}
