import HTTPTypes
package import HearthCore
import HearthIngest
package import Hummingbird

/// Turns failures into `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, and Hearth's own
/// members `code`, `errors` (of `pointer` and `message`) and `hint`.
package enum ProblemResponse {
    static let mediaType = "application/problem+json"

    /// What a caller may know of any error. A failure that is none of ours gives no details away.
    package static func failure(_ error: any Error) -> HearthError {
        switch error {
        case let error as HearthError: error
        case let error as HTTPError: failure(status: error.status, message: error.body)
        case let error as any HTTPResponseError: failure(status: error.status, message: nil)
        default:
            HearthError(.internalError, "Something went wrong inside Hearth.", disposition: .defect, cause: error)
        }
    }

    /// The framework's own refusals, in our words.
    private static func failure(status: HTTPResponse.Status, message: String?) -> HearthError {
        switch status.code {
        case 404: HearthError(.notFound, "There is nothing at this path.", hint: "GET /openapi.json lists the paths.")
        case 405: HearthError(.methodNotAllowed, "This path does not have this method.")
        case 408: HearthError(.requestTimeout, "The request did not come in time.")
        case 413: HearthError(.tooLarge, "The body is larger than this path takes.")
        case 415: HearthError(.unsupportedMediaType, "This content type is not read here.")
        case 429: HearthError(.overloaded, "Hearth is busy.", disposition: .retry, retryAfter: .seconds(1))
        case 400..<500: HearthError(.malformedRequest, message ?? "The request is not understood.")
        case 503: HearthError(.shuttingDown, "Hearth is stopping.", disposition: .retry, retryAfter: .seconds(5))
        default: HearthError(.internalError, "Something went wrong inside Hearth.", disposition: .defect)
        }
    }

    /// How a caller without a good token is told what to send.
    static let challenge = "Bearer realm=\"hearth\""

    package static func response(_ error: HearthError) -> Response {
        let problem = problem(error)
        var response = Response.bytes(problem.body, contentType: mediaType, status: problem.status)
        if let wait = error.retryAfter { response.headers[.retryAfter] = String(wholeSeconds(wait)) }
        if problem.status == .unauthorized { response.headers[.wwwAuthenticate] = challenge }
        return response
    }

    /// Status and JSON text of a failure.
    static func problem(_ error: HearthError) -> (status: HTTPResponse.Status, body: [UInt8]) {
        let status = HTTPStatusTable.status(for: error)
        var writer = JSONWriter(capacity: 256)
        write(error, status: status, to: &writer)
        return (status, writer.bytes)
    }

    /// At least one second, rounded up.
    static func wholeSeconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return max(1, attoseconds > 0 ? seconds + 1 : seconds)
    }

    private static func write(_ error: HearthError, status: HTTPResponse.Status, to writer: inout JSONWriter) {
        writer.raw("{\"type\":")
        writer.write("https://hearth.invalid/errors/\(error.code)")
        writer.raw(",\"title\":")
        writer.write(status.reasonPhrase)
        writer.raw(",\"status\":")
        writer.write(status.code)
        writer.raw(",\"detail\":")
        writer.write(error.message)
        writer.comma()
        writeMembers(of: error, to: &writer)
        writer.raw("}")
    }

    /// `"code":…,"errors":[…],"hint":…`, the members that problems and socket errors share.
    static func writeMembers(of error: HearthError, to writer: inout JSONWriter) {
        writer.raw("\"code\":")
        writer.write(error.code.text)
        if !error.fields.isEmpty {
            writer.raw(",\"errors\":")
            writeFields(error.fields, to: &writer)
        }
        if let hint = error.hint {
            writer.raw(",\"hint\":")
            writer.write(hint)
        }
    }

    /// `[{"pointer":…,"message":…}, …]`
    package static func writeFields(_ fields: [HearthError.Field], to writer: inout JSONWriter) {
        writer.raw("[")
        for (index, field) in fields.enumerated() {
            if index > 0 { writer.comma() }
            writer.raw("{\"pointer\":")
            writer.write(field.pointer)
            writer.raw(",\"message\":")
            writer.write(field.message)
            writer.raw("}")
        }
        writer.raw("]")
    }
}
