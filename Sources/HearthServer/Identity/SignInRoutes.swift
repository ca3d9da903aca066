import HTTPTypes
import HearthCore
import HearthVault
import Hummingbird

/// `GET /?token=…` opens a session and keeps its token in a cookie, so that the link printed at the first start opens the
/// console, and leads to `/` without it. `POST /sign-out` ends that.
struct SignInRoutes {
    let authenticator: Authenticator
    let settings: ServerSettings

    init(_ dependencies: ServerDependencies) {
        authenticator = dependencies.authenticator
        settings = dependencies.settings
    }

    var routes: [Route] {
        [
            Route(
                .post, "/sign-out", "signOut", tag: "Operation", "End a browser's session",
                answers: [RouteAnswer(204, "The session has ended; the token of the link stays good")]
            ) { _, context in
                try await authenticator.endSession(context.caller())
                var response = Response.noContent()
                response.headers[.setCookie] = Credentials.endedCookie
                return response
            }
        ]
    }

    /// The answer to `GET /` with a token in the query, which the edge has found good; nil without one. A session that the
    /// browser had before ends.
    func signIn(_ request: Request) async throws -> Response? {
        guard let text = request.query("token"), let credentials = Credentials(queryToken: text) else { return nil }
        let session = try await authenticator.openSession(with: credentials.token)
        let before = try Credentials(authorization: nil, cookies: request.headers[values: .cookie])
        if let before, before.token.secret != credentials.token.secret,
            let principal = authenticator.session(before.token)
        {
            try await authenticator.endSession(principal)
        }
        var response = Response(status: .seeOther)
        response.headers[.location] = "/"
        response.headers[.setCookie] = Credentials.cookie(session, isSecure: settings.usesTLS)
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
