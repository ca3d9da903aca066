import Hummingbird

/// Every REST route of the program.
enum AllRoutes {
    static func add(to router: Router<ServerContext>, _ dependencies: ServerDependencies) {
    }
}
