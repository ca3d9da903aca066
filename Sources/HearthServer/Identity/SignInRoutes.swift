import HTTPTypes
import HearthCore
import Hummingbird

/// `GET /?token=…` keeps the token in a cookie, so that the link printed at the first start opens the console, and leads to
/// `/` without it. `POST /sign-out` ends that.
enum SignInRoutes {
    static func add(to router: Router<ServerContext>, _ dependencies: ServerDependencies) {
        let settings = dependencies.settings
        router.get("/") { request, _ -> Response in
            guard let text = request.query("token"), let credentials = Credentials(queryToken: text) else {
                return .json([
                    "name": "Hearth", "version": .string(settings.version), "openapi": "/openapi.json",
                ])
            }
            var response = Response(status: .seeOther)
            response.headers[.location] = "/"
            response.headers[.setCookie] = Credentials.cookie(credentials.token, isSecure: settings.usesTLS)
            return response
        }
        router.post("/sign-out") { _, _ -> Response in
            var response = Response.noContent()
            response.headers[.setCookie] = Credentials.endedCookie
            return response
        }
    }
}
