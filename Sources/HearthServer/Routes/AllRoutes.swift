package import HearthCore
import HearthIngest
import HearthKnow
import HearthSchema
import Hummingbird

/// Every path of the program: one table, from which the router and its description are made.
package enum AllRoutes {
    /// In the order in which people read about them.
    package static func table(_ dependencies: ServerDependencies) -> [Route] {
        var routes = DeviceRoutes(dependencies).routes
        routes += DeviceActivityRoutes(dependencies).routes
        routes += TokenRoutes(dependencies).routes
        routes += ReadingRoutes(dependencies).routes
        routes += UploadRoutes(dependencies).routes
        routes += BlobRoutes(dependencies).routes
        routes += StreamRoutes(dependencies).routes
        routes += AggregateRoutes(dependencies).routes
        routes += SchemaRoutes(dependencies).routes
        routes += AppUsageRoutes(dependencies).routes
        routes += PersonRoutes(dependencies).routes
        routes += ExportRoutes(dependencies).routes
        routes += ProcessorRoutes(dependencies).routes
        routes += SpoolRoutes(dependencies).routes
        routes += VaultRoutes(dependencies).routes
        routes += GateRoutes(dependencies).routes
        routes += NotifyRoutes(dependencies).routes
        routes += SocketRouter.routes
        routes += HealthRoutes.routes(dependencies)
        routes += MetricsRoutes.routes(dependencies)
        routes += SignInRoutes(dependencies).routes
        routes += ConsoleRoutes(dependencies).routes
        if let library = dependencies.library {
            let upload = DocumentUpload(
                ingest: dependencies.ingest, blobs: dependencies.blobs, library: library, time: dependencies.time)
            routes +=
                DocumentRoutes(
                    store: library.store, upload: upload, changed: library.intake.noteChange, time: dependencies.time
                ).routes
            routes +=
                ChatRoutes(
                    answerer: library.answerer, store: library.store, limits: dependencies.ingest.limits
                ).routes
            routes += SearchRoutes(retriever: library.retriever).routes
            routes +=
                TimelineRoutes(
                    library: library.store, registry: dependencies.registry, store: dependencies.store
                ).routes
        }
        routes += DescriptionRoutes(dependencies, others: routes).routes
        return routes
    }

    /// Two routes cannot share a place. Ours do not, so a clash is the fault of a stream's own path.
    /// - Throws: `.invalidStreamDefinition`, naming the stream.
    package static func check(_ dependencies: ServerDependencies) throws(HearthError) {
        let routes = table(dependencies)
        for stream in dependencies.registry.all {
            guard let path = stream.path else { continue }
            // One of the routes that fit is the stream's own.
            let fitting = routes.filter { matches($0.path, path) }
            guard fitting.count > 1 || fitting.first?.method != .post else { continue }
            throw HearthError(
                .invalidStreamDefinition, "The stream \(stream.name) wants the path \(path), which Hearth uses itself.",
                hint: "Choose another path in its x-hearth block, or null.")
        }
    }

    /// Whether a route with this template answers this path.
    private static func matches(_ template: String, _ path: String) -> Bool {
        let parts = template.split(separator: "/")
        let segments = path.split(separator: "/")
        return parts.count == segments.count && zip(parts, segments).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }

    static func add(to router: Router<ServerContext>, _ dependencies: ServerDependencies) {
        for route in table(dependencies) { route.add(to: router) }
    }
}
