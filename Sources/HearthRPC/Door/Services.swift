import GRPCCore
import HearthServer

/// Everything that the door offers.
enum Services {
    static func router<Transport: ServerTransport>(_ desk: CallDesk) -> RPCRouter<Transport> {
        var table = MethodTable<Transport>(desk, messageBytes: desk.dependencies.settings.limits.messageBytes)
        let readiness = SharedReadiness(desk.dependencies)
        let query = QueryMethods(desk.dependencies)
        IngestionMethods(desk).register(in: &table)
        query.register(in: &table)
        RouterMethods(desk, query, readiness).register(in: &table)
        HealthMethods(readiness, services: table.services).register(in: &table)
        ReflectionMethods(services: table.services).register(in: &table)
        return table.router
    }
}
