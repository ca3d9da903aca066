import HTTPTypes
import HearthCore
import Hummingbird

/// `GET /healthz`: the process answers. `GET /readyz`: everything it needs works.
enum HealthRoutes {
    static func routes(_ dependencies: ServerDependencies) -> [Route] {
        let readiness = Readiness(dependencies)
        var routes = [
            Route(
                .get, "/healthz", "getHealth", tag: "Operation", "Whether the process answers",
                answers: [.json(Shape.object(["status": Shape.text, "version": Shape.text]), "It does")]
            ) { _, _ in .json(["status": "ok", "version": .string(dependencies.settings.version)]) },
            Route(
                .get, "/readyz", "getReadiness", tag: "Operation", "Whether everything that is needed works",
                answers: [
                    .json(Shape.named("Readiness"), "Everything works"),
                    .json(503, Shape.named("Readiness"), "Something does not; `checks` says what"),
                ]
            ) { _, _ in answer(await readiness.checks()) },
        ]
        for index in routes.indices { routes[index].isOpen = true }
        return routes
    }

    private static func answer(_ checks: [Readiness.Check]) -> Response {
        let isReady = checks.allSatisfy { $0.failure == nil }
        var writer = JSONWriter()
        writer.raw("{\"status\":")
        writer.write(isReady ? "ready" : "unavailable")
        writer.raw(",\"checks\":{")
        for (index, check) in checks.enumerated() {
            if index > 0 { writer.comma() }
            writer.key(check.name)
            writer.raw("{\"status\":")
            writer.write(check.failure == nil ? "ok" : "failed")
            writer.raw(",\"ms\":")
            writer.write(Double(check.duration.microseconds) / 1000)
            if let failure = check.failure {
                writer.raw(",\"code\":")
                writer.write(failure.code.text)
                writer.raw(",\"detail\":")
                writer.write(failure.message)
            }
            writer.raw("}")
        }
        writer.raw("}}")
        return .json(writer, status: isReady ? .ok : .serviceUnavailable)
    }
}
