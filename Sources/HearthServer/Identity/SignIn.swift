import HTTPTypes
import HearthCore
import HearthVault
import Hummingbird

/// How a browser keeps a token: `GET /?token=…`, the link printed at the first start, puts it into a cookie and leads to `/`
/// without it; `POST /sign-out` ends that.
enum SignIn {
    static func redirect(_ token: AccessToken, isSecure: Bool) -> Response {
        var response = Response(status: .seeOther)
        response.headers[.location] = "/"
        response.headers[.setCookie] = Credentials.cookie(token, isSecure: isSecure)
        return response
    }

    static func addRoutes(to router: Router<ServerContext>) {
        router.post("/sign-out") { _, _ -> Response in
            var response = Response.noContent()
            response.headers[.setCookie] = Credentials.endedCookie
            return response
        }
    }
}
