import HearthCore
import HearthServer
import NIOCore

#if canImport(Glibc)
import Glibc
#endif

/// Says why an address could not be listened on, and what to do.
enum PortConflict {
    /// The error itself when it is about something else.
    static func explain(_ error: any Error, settings: Settings) async -> any Error {
        if let failure = error as? ListeningFailure {
            return HearthError(
                .addressInUse,
                "\(settings.host) port \(failure.port) cannot be listened on for gRPC: \(failure.cause).",
                hint: "Stop the program that has it, or choose another port with HEARTH_GRPC_PORT.",
                cause: failure.cause)
        }
        guard let failure = error as? IOError else { return error }
        let place = "\(settings.host) port \(settings.port)"
        switch failure.errnoCode {
        case EADDRINUSE:
            let address = ServerAddress(listening: settings.host, port: settings.port, usesTLS: settings.usesTLS)
            let isHearth = await answersAsHearth(at: address)
            return HearthError(
                .addressInUse,
                isHearth
                    ? "Another Hearth, with another home, listens on \(place) already."
                    : "Another program listens on \(place) already.",
                hint: "Stop it, or choose another port: hearth serve --port \(settings.port + 1)", cause: failure)
        case EACCES:
            return HearthError(
                .addressInUse, "This user may not listen on \(place).",
                hint: "Ports below 1024 need a privilege; choose a higher one with HEARTH_PORT.", cause: failure)
        case EADDRNOTAVAIL:
            return HearthError(
                .addressInUse, "This machine does not have the address \(settings.host).",
                hint: "Set HEARTH_HOST to one that it has, 0.0.0.0 for all of them.", cause: failure)
        default: return error
        }
    }

    private static func answersAsHearth(at address: ServerAddress) async -> Bool {
        var client = ServerClient(address: address, token: nil)
        // Hearth answers this at once; whatever holds the port must not hold us.
        client.answerTimeout = .seconds(2)
        guard let answer = try? await client.perform(.get("/healthz")), answer.status == 200,
            let value = try? JSONValue(parsing: answer.body)
        else { return false }
        return value["status"] == "ok"
    }
}
