import HTTPTypes
import HearthCore
import Hummingbird

/// `GET /healthz`: the process answers. `GET /readyz`: everything it needs works.
enum HealthRoutes {
    static func add(to router: Router<ServerContext>, _ dependencies: ServerDependencies) {
        router.get("/healthz") { _, _ -> Response in
            .json(["status": "ok", "version": .string(dependencies.settings.version)])
        }
        let readiness = Readiness(dependencies)
        router.get("/readyz") { _, _ -> Response in answer(await readiness.checks()) }
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
