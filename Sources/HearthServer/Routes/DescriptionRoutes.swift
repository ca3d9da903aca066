import HTTPTypes
import HearthCore
import HearthSchema
import Hummingbird
import NIOCore
import Synchronization

/// `/openapi.json`: the description of all routes, its own included.
struct DescriptionRoutes {
    /// Made when it is first asked for, so that a start does not wait for it.
    private final class Description: Sendable {
        private let made = Mutex<(text: [UInt8], tag: EntityTag)?>(nil)
        private let make: @Sendable () -> JSONValue

        init(_ make: @escaping @Sendable () -> JSONValue) { self.make = make }

        var current: (text: [UInt8], tag: EntityTag) {
            made.withLock { made in
                if let made { return made }
                let text = Array(make().text.utf8)
                let description = (text, EntityTag(of: text))
                made = description
                return description
            }
        }
    }

    private let dependencies: ServerDependencies
    private let others: [Route]

    init(_ dependencies: ServerDependencies, others: [Route]) {
        self.dependencies = dependencies
        self.others = others
    }

    var routes: [Route] {
        var own = Route(
            .get, "/openapi.json", "getOpenAPI", tag: "About", "This description",
            answers: [
                RouteAnswer(200, "OpenAPI 3.1", [RouteContent("application/json", ["type": "object"])]),
                RouteAnswer(304, "The caller has this version"),
            ]
        ) { _, _ in .noContent() }
        let described = others + [own]
        let description = Description { [dependencies] in
            OpenAPIDocument(
                routes: described, streams: dependencies.registry.all, version: dependencies.settings.version
            ).value
        }
        own.handler = { request, _ in
            let (text, tag) = description.current
            guard !tag.isNamed(in: request) else { return tag.notModified() }
            var response = Response.bytes(text, contentType: "application/json")
            response.headers[.eTag] = tag.text
            return response
        }
        return [own]
    }
}
