import HTTPTypes
import HearthCore
import Hummingbird

/// `GET /?token=…` keeps the token in a cookie, so that the link printed at the first start opens the console, and leads to
/// `/` without it. `POST /sign-out` ends that.
enum SignInRoutes {
    static var routes: [Route] {
        [
            Route(
                .post, "/sign-out", "signOut", tag: "Operation", "Make a browser forget its token",
                answers: [RouteAnswer(204, "The cookie is gone; the token itself stays good")]
            ) { _, _ in
                var response = Response.noContent()
                response.headers[.setCookie] = Credentials.endedCookie
                return response
            }
        ]
    }

    /// The answer to `GET /` with a token in the query, which the edge has found good; nil without one.
    static func signIn(_ request: Request, _ settings: ServerSettings) -> Response? {
        guard let text = request.query("token"), let credentials = Credentials(queryToken: text) else { return nil }
        var response = Response(status: .seeOther)
        response.headers[.location] = "/"
        response.headers[.setCookie] = Credentials.cookie(credentials.token, isSecure: settings.usesTLS)
        return response
    }
}
