import HearthServer
import HummingbirdCore
import Hummingbird
import NIOCore
import ServiceLifecycle
import Logging
func makeApplication(_ dependencies: ServerDependencies, onReady: @escaping @Sendable (Int) -> Void) -> some Service {
    Application(
        router: makeRouter(dependencies),
        configuration: .init(address: .hostname(dependencies.settings.host, port: dependencies.settings.port)),
        onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) },
        logger: dependencies.logger)
}
