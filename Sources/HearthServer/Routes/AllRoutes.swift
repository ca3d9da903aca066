import HearthCore
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
        routes += SocketRouter.routes
        routes += HealthRoutes.routes(dependencies)
        routes += MetricsRoutes.routes(dependencies)
        routes += SignInRoutes.routes
        routes += LandingRoutes(dependencies).routes
        routes += DescriptionRoutes(dependencies, others: routes).routes
        return routes
    }

    static func add(to router: Router<ServerContext>, _ dependencies: ServerDependencies) {
        for route in table(dependencies) { route.add(to: router) }
    }
}
