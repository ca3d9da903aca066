import HTTPTypes
import HearthCore
import HearthSchema
import HearthVault
import Hummingbird

/// `/schemas`: the JSON Schema of each stream, payload and envelope.
struct SchemaRoutes {
    private struct Document: Sendable {
        var text: [UInt8]
        /// Changes with the text.
        var tag: String
    }

    let registry: StreamRegistry

    init(_ dependencies: ServerDependencies) { registry = dependencies.registry }

    var routes: [Route] {
        [
            Route(
                .get, "/schemas", "listSchemas", tag: "Schemas", "The schemas of all streams",
                answers: [
                    .json(
                        Shape.page(
                            of: Shape.object([
                                "name": Shape.text, "version": Shape.integer, "title": Shape.text, "href": Shape.text,
                            ])), "The schemas in order of name")
                ], handler: list),
            Route(
                .get, "/schemas/{name}", "getSchema", tag: "Schemas", "The JSON Schema of a stream",
                detail: "Answers 304 to `If-None-Match` with the schema's `ETag`.",
                answers: [
                    RouteAnswer(
                        200, "The schema, draft 2020-12", [RouteContent("application/schema+json", ["type": "object"])]),
                    RouteAnswer(304, "The caller has this version"),
                ], handler: read),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.readRegistry)
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"items\":[")
        for (index, stream) in registry.all.enumerated() {
            if index > 0 { writer.comma() }
            writer.raw("{")
            writer.member("name", stream.name)
            writer.comma()
            writer.member("version", stream.version)
            writer.comma()
            writer.member("title", stream.title)
            writer.comma()
            writer.member("href", "/schemas/\(stream.name)")
            writer.raw("}")
        }
        writer.raw("],\"next_cursor\":null}")
        return .json(writer)
    }

    @Sendable private func read(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.readRegistry)
        let stream = try registry.stream(context.pathText("name"))
        var writer = JSONWriter(capacity: 4096)
        writer.write(stream.document)
        let tag = EntityTag(of: writer.bytes)
        guard !tag.isNamed(in: request) else { return tag.notModified() }
        var response = Response.bytes(writer.bytes, contentType: "application/schema+json")
        response.headers[.eTag] = tag.text
        response.headers[.cacheControl] = "private, no-cache"
        return response
    }
}

/// What names one version of an answer (RFC 9110 section 8.8.3).
struct EntityTag {
    /// With quotes.
    let text: String

    init(_ name: String) { text = "\"\(name)\"" }

    /// Of content: a hash that stays the same over restarts. Nobody gains by a collision, so its key is open.
    init(of bytes: [UInt8]) {
        var hash = SipHash(key: SipHash.Key(first: 0, second: 0))
        bytes.withUnsafeBytes { hash.combine($0) }
        self.init(String(hash.finalize(), radix: 36))
    }

    /// Whether `If-None-Match` names this version.
    func isNamed(in request: Request) -> Bool {
        request.headers[values: .ifNoneMatch].contains { value in
            value.split(separator: ",").contains { item in
                var name = item.trimmingSpaces()
                if name.hasPrefix("W/") { name = name.dropFirst(2) }
                return name == text || name == "*"
            }
        }
    }

    func notModified() -> Response {
        var headers = HTTPFields()
        headers[.eTag] = text
        return Response(status: .notModified, headers: headers)
    }
}
