import HTTPTypes
import HearthCore
import HearthSchema

/// Describes a table of routes as OpenAPI 3.1. The router is made from the same table, so the two cannot disagree.
struct OpenAPIDocument {
    let routes: [Route]
    let streams: [StreamDefinition]
    let version: String

    var value: JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Hearth", "version": .string(version),
                "summary": "A private intelligence server for one household",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "security": [["token": []]],
            "tags": .array(tags.map { ["name": .string($0)] }),
            "paths": paths,
            "components": [
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
                "schemas": .members(ComponentSchemas.all(streams)),
                "responses": [
                    "Problem": [
                        "description": "What is wrong and what to do now (RFC 9457)",
                        "content": ["application/problem+json": ["schema": Shape.named("Problem")]],
                    ]
                ],
            ],
        ]
    }

    private var tags: [String] {
        routes.reduce(into: []) { tags, route in
            if !tags.contains(route.tag) { tags.append(route.tag) }
        }
    }

    private var paths: JSONValue {
        var paths: [(path: String, operations: [(String, JSONValue)])] = []
        for route in routes {
            let operation = (route.method.rawValue.lowercased(), operation(route))
            if let index = paths.firstIndex(where: { $0.path == route.path }) {
                paths[index].operations.append(operation)
            } else {
                paths.append((route.path, [operation]))
            }
        }
        return .members(paths.map { ($0.path, .members($0.operations)) })
    }

    private func operation(_ route: Route) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("operationId", .string(route.name)), ("tags", [.string(route.tag)]), ("summary", .string(route.summary)),
        ]
        if let detail = route.detail { members.append(("description", .string(detail))) }
        if route.isOpen { members.append(("security", [])) }
        let parameters = route.pathParameters.map(Self.pathParameter) + route.parameters.map(Self.parameter)
        if !parameters.isEmpty { members.append(("parameters", .array(parameters))) }
        if let body = route.body {
            members.append(
                (
                    "requestBody",
                    [
                        "description": .string(body.summary), "required": .bool(body.isRequired),
                        "content": Self.contents(body.contents),
                    ]
                ))
        }
        var answers = route.answers.map { answer in (String(answer.status), Self.answer(answer)) }
        answers.append(("default", ["$ref": "#/components/responses/Problem"]))
        members.append(("responses", .members(answers)))
        return .members(members)
    }

    private static func answer(_ answer: RouteAnswer) -> JSONValue {
        var members: [(String, JSONValue)] = [("description", .string(answer.summary))]
        if !answer.contents.isEmpty { members.append(("content", contents(answer.contents))) }
        return .members(members)
    }

    private static func contents(_ contents: [RouteContent]) -> JSONValue {
        .members(
            contents.map { content in
                var members: [(String, JSONValue)] = [("schema", content.schema)]
                if let example = content.example { members.append(("example", example)) }
                return (content.mediaType, .members(members))
            })
    }

    private static func parameter(_ parameter: RouteParameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": "query", "description": .string(parameter.summary),
            "required": .bool(parameter.isRequired), "schema": parameter.schema,
        ]
    }

    private static func pathParameter(_ name: String) -> JSONValue {
        let schema: JSONValue =
            switch name {
            case "id", "device_id": Shape.id
            case "sha256": ["type": "string", "pattern": "^[0-9a-f]{64}$"]
            default: Shape.text
            }
        return ["name": .string(name), "in": "path", "required": true, "schema": schema]
    }
}
