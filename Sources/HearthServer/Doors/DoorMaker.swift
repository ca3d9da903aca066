package import ServiceLifecycle

/// Makes a door beside HTTP to the same household. Whoever starts the program hands it in, so that the modules that put the
/// program together need not know what the door is made of.
package struct DoorMaker: Sendable {
    /// - Parameters:
    ///   - gate: Shared by all doors, so that a caller has one rate, and a guesser one lock.
    ///   - port: 0 takes any free port.
    ///   - onRunning: To be called with the port once the door is open.
    package typealias Make =
        @Sendable (
            _ dependencies: ServerDependencies, _ gate: AccessGate, _ port: Int,
            _ onRunning: @escaping @Sendable (Int) -> Void
        ) -> any Service

    package let make: Make

    package init(make: @escaping Make) { self.make = make }
}

/// A door's port could not be listened on.
package struct ListeningFailure: Error {
    package let port: Int
    package let cause: any Error

    package init(port: Int, cause: any Error) {
        self.port = port
        self.cause = cause
    }
}
