import GRPCCore
import HearthCore
import HearthProtocols
import SwiftProtobuf

/// `grpc.health.v1.Health`: open to everybody, as `/healthz` and `/readyz` are. A service serves while everything that Hearth
/// needs works.
struct HealthMethods: Sendable {
    private typealias Method = Grpc_Health_V1_Health.Method

    private let readiness: SharedReadiness
    private let services: Set<String>

    /// Between two looks of a watch.
    private static let interval = Duration.seconds(2)

    /// - Parameter services: Full names of those that are served.
    init(_ readiness: SharedReadiness, services: Set<String>) {
        self.readiness = readiness
        self.services = services.union(["", Grpc_Health_V1_Health.descriptor.fullyQualifiedService])
    }

    func register<Transport: ServerTransport>(in table: inout MethodTable<Transport>) {
        table.unary(Method.Check.descriptor, isOpen: true, check)
        table.stream(Method.Watch.descriptor, isOpen: true, watch)
    }

    @Sendable private func check(
        _ request: Grpc_Health_V1_HealthCheckRequest, _ call: RPCCall
    ) async throws -> Grpc_Health_V1_HealthCheckResponse {
        guard services.contains(request.service) else {
            throw HearthError(.notFound, "There is no service \(request.service.prefix(200)) here.")
        }
        let isReady = await readiness.isReady
        return .with { $0.status = isReady ? .serving : .notServing }
    }

    @Sendable private func watch(
        _ messages: Received<Grpc_Health_V1_HealthCheckRequest>,
        _ writer: RPCWriter<Grpc_Health_V1_HealthCheckResponse>, _ call: RPCCall
    ) async throws {
        try await OnlyMessage.use(of: messages, within: RPCLimits.openPatience) { request in
            try await watch(request.service, writer)
        }
    }

    /// Until the call ends, which cancels it.
    private func watch(
        _ service: String, _ writer: RPCWriter<Grpc_Health_V1_HealthCheckResponse>
    ) async throws {
        var last: Grpc_Health_V1_HealthCheckResponse.ServingStatus?
        while true {
            var status = Grpc_Health_V1_HealthCheckResponse.ServingStatus.serviceUnknown
            if services.contains(service) { status = await readiness.isReady ? .serving : .notServing }
            if status != last {
                try await writer.write(.with { $0.status = status })
                last = status
            }
            try await Task.sleep(for: Self.interval)
        }
    }
}
