import HTTPTypes
import HearthConsole
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// The pages for people: a shell for each, and the files that they load. What they show they ask the other paths for.
struct ConsoleRoutes {
    let registry: StreamRegistry
    let directory: DeviceDirectory
    let store: any ReadingStore
    let settings: ServerSettings
    let console: Console
    private let signIn: SignInRoutes

    init(_ dependencies: ServerDependencies) {
        registry = dependencies.registry
        directory = dependencies.ingest.devices
        store = dependencies.store
        settings = dependencies.settings
        console = dependencies.console
        signIn = SignInRoutes(dependencies)
    }

    private static let tag = "Console"
    private static let page = [RouteContent("text/html", Shape.text)]

    var routes: [Route] {
        [
            Route(
                .get, "/", "getStartPage", tag: Self.tag, "The page to ask on",
                detail: "Programs that do not ask for `text/html` get a summary of what is here as JSON.",
                parameters: [
                    RouteParameter(
                        "token",
                        "Lets a browser in: it gets a session in a cookie, and the address is shown without it",
                        Shape.text),
                    RouteParameter("session", "A conversation to go on with", Shape.id),
                ],
                answers: [
                    RouteAnswer(200, "The page", Self.page + [RouteContent("application/json", ["type": "object"])])
                ],
                handler: start),
            shell(
                .timeline, "getTimelinePage", "The page of days",
                [
                    RouteParameter("day", "As YYYY-MM-DD", Shape.text),
                    RouteParameter("kind", "Of documents", Shape.text),
                ]
            ),
            shell(
                .documents, "getDocumentsPage", "The page of documents",
                [RouteParameter("q", "To search for", Shape.text), RouteParameter("kind", "Of documents", Shape.text)]),
            shell(
                .document, "getDocumentPage", "The page of one document",
                [
                    RouteParameter("passage", "To open at", Shape.id),
                    RouteParameter("start", "First code point to mark", Shape.integer),
                    RouteParameter("end", "Code point after the marked ones", Shape.integer),
                ]),
            shell(.devices, "getDevicesPage", "The page of devices"),
            shell(.system, "getSystemPage", "The page of health and background work"),
            Route(
                .get, "/ui/assets/{name}", "getConsoleFile", tag: Self.tag, "A file that pages load",
                answers: [
                    RouteAnswer(
                        200, "The file",
                        [RouteContent("text/javascript", Shape.text), RouteContent("text/css", Shape.text)])
                ],
                handler: asset),
        ]
    }

    private func shell(
        _ page: ConsolePage, _ name: String, _ summary: String, _ parameters: [RouteParameter] = []
    ) -> Route {
        Route(
            .get, page.path, name, tag: Self.tag, summary, parameters: parameters,
            answers: [RouteAnswer(200, "The page", Self.page)]
        ) { _, context in
            guard context.principal != nil else { return Self.html(Stranger.html, status: .unauthorized) }
            return Self.html(Console.html(page, isDemo: settings.isDemo))
        }
    }

    @Sendable private func start(_ request: Request, _ context: ServerContext) async throws -> Response {
        if let answer = try await signIn.signIn(request) { return answer }
        let isBrowser = request.accepts("text/html")
        guard let caller = context.principal else {
            guard isBrowser else { throw HearthError.unauthorized() }
            return Self.html(Stranger.html, status: .unauthorized)
        }
        return isBrowser ? Self.html(Console.html(.ask, isDemo: settings.isDemo)) : try await summary(caller)
    }

    private func summary(_ caller: Principal) async throws -> Response {
        let statistics = try await store.statistics(of: nil).filter { statistics in
            caller.may(.readStream(statistics.stream, person: statistics.person, device: statistics.device))
                && statistics.person == caller.person
        }
        let devices =
            caller.may(.readDevices()) ? directory.all.filter { $0.person == caller.person && $0.deletedAt == nil } : []
        return .json([
            "name": "Hearth", "version": .string(settings.version), "devices": .integer(Int64(devices.count)),
            "streams": .integer(Int64(registry.all.count)),
            "readings": .integer(Int64(statistics.reduce(0) { $0 + $1.count })), "description": "/openapi.json",
        ])
    }

    @Sendable private func asset(_ request: Request, _ context: ServerContext) async throws -> Response {
        let name = try context.pathText("name")
        guard let asset = console.asset(name) else { throw HearthError(.notFound, "There is no such file.") }
        var response = Response.bytes(asset.bytes, contentType: asset.contentType)
        // A new version of Hearth must not meet the scripts of the old one.
        response.headers[.cacheControl] = "no-cache"
        return response
    }

    private static func html(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
        var response = Response.bytes(Array(html.utf8), contentType: "text/html; charset=utf-8", status: status)
        response.headers[.contentSecurityPolicy] = Console.contentSecurityPolicy
        return response
    }
}

/// For whoever comes without a token.
private enum Stranger {
    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Hearth</title>
        <link rel="stylesheet" href="/ui/assets/style.css">
        </head>
        <body><main><h1>This is private.</h1><p>Open the address that Hearth printed when it started; it ends in \
        <code>/?token=…</code> and lets this browser in. On the machine itself, the token stands in \
        <code>keys/owner.token</code> of Hearth's folder.</p></main></body>
        </html>

        """
}
