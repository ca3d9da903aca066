package import HTTPTypes
package import HearthCore
package import Hummingbird

/// One endpoint, declared once: the router calls what `/openapi.json` and `docs/reference/http.md` describe.
package struct Route: Sendable {
    package typealias Handler = @Sendable (Request, ServerContext) async throws -> Response

    package var method: HTTPRequest.Method
    /// As OpenAPI writes it: `/devices/{id}`.
    package var path: String
    /// `operationId`: unique, a verb and a noun.
    package var name: String
    package var tag: String
    /// One line, without a full stop.
    package var summary: String
    package var detail: String?
    /// Whether it is answered without a token.
    package var isOpen = false
    /// Query parameters; those of the path are read from it.
    package var parameters: [RouteParameter]
    package var body: RouteBody?
    package var answers: [RouteAnswer]
    package var handler: Handler

    package init(
        _ method: HTTPRequest.Method, _ path: String, _ name: String, tag: String, _ summary: String,
        detail: String? = nil, parameters: [RouteParameter] = [], body: RouteBody? = nil, answers: [RouteAnswer],
        handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.name = name
        self.tag = tag
        self.summary = summary
        self.detail = detail
        self.parameters = parameters
        self.body = body
        self.answers = answers
        self.handler = handler
    }

    /// Names between braces, in order.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }.map {
            String($0.dropFirst().dropLast())
        }
    }

    func add(to router: some RouterMethods<ServerContext>) {
        let known = Set(parameters.map(\.name))
        let handler = handler
        router.on(RouterPath(path), method: method) { request, context -> Response in
            if let query = request.uri.query, !query.isEmpty {
                try Self.refuseUnknown(in: request, known)
            }
            return try await handler(request, context)
        }
    }

    /// A misspelt filter would otherwise silently answer something else than was asked.
    private static func refuseUnknown(in request: Request, _ known: Set<String>) throws(HearthError) {
        let unknown = request.uri.queryParameters.map { String($0.key) }.filter { !known.contains($0) && !$0.isEmpty }
        guard let first = unknown.first else { return }
        let hint =
            known.isEmpty
            ? "This path has no query parameters." : "This path has \(known.sorted().joined(separator: ", "))."
        throw HearthError(
            .malformedRequest, "The query parameter \(first) is not known here.", hint: hint,
            fields: unknown.map { HearthError.Field(pointer: "?\($0)", message: "is not known here") })
    }
}

/// A query parameter.
package struct RouteParameter: Sendable {
    package var name: String
    package var summary: String
    /// JSON Schema of its value.
    package var schema: JSONValue
    package var isRequired = false

    init(_ name: String, _ summary: String, _ schema: JSONValue, isRequired: Bool = false) {
        self.name = name
        self.summary = summary
        self.schema = schema
        self.isRequired = isRequired
    }
}

/// What a request carries.
package struct RouteBody: Sendable {
    package var summary: String
    /// Schemas by media type, the usual one first.
    package var contents: [RouteContent]
    package var isRequired = true

    init(_ summary: String, _ contents: [RouteContent], isRequired: Bool = true) {
        self.summary = summary
        self.contents = contents
        self.isRequired = isRequired
    }

    static func json(_ schema: JSONValue, example: JSONValue? = nil, _ summary: String) -> RouteBody {
        RouteBody(summary, [RouteContent("application/json", schema, example: example)])
    }
}

package struct RouteAnswer: Sendable {
    package var status: Int
    package var summary: String
    package var contents: [RouteContent]

    init(_ status: Int, _ summary: String, _ contents: [RouteContent] = []) {
        self.status = status
        self.summary = summary
        self.contents = contents
    }

    static func json(_ status: Int, _ schema: JSONValue, _ summary: String) -> RouteAnswer {
        RouteAnswer(status, summary, [RouteContent("application/json", schema)])
    }

    static func json(_ schema: JSONValue, _ summary: String) -> RouteAnswer { json(200, schema, summary) }
}

/// One form of a body.
package struct RouteContent: Sendable {
    package var mediaType: String
    package var schema: JSONValue
    package var example: JSONValue?

    init(_ mediaType: String, _ schema: JSONValue, example: JSONValue? = nil) {
        self.mediaType = mediaType
        self.schema = schema
        self.example = example
    }
}
