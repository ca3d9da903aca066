package import HearthCore
package import HearthVault

extension HearthError {
    package static func unauthorized(_ message: String = "This needs a token.") -> HearthError {
        HearthError(
            .unauthorized, message,
            hint: "Send the header Authorization: Bearer <token>. `hearth tokens create` makes one.")
    }

    /// Says which right the caller lacks.
    package static func forbidden(_ action: Action, _ caller: Principal) -> HearthError {
        let what =
            switch action {
            case .writeStream(let stream, _, _): "write the stream \(stream) of this device"
            case .readStream(let stream, _, _): "read the stream \(stream) of this device"
            case .readRegistry: "read the registry of streams"
            case .readDevices: "read devices"
            case .manageDevices: "change devices"
            case .manageTokens: "see, make or revoke tokens"
            case .readLibrary: "read documents or ask about them"
            case .writeLibrary: "change documents"
            case .export: "export data"
            case .readMetrics: "read metrics"
            case .readHealth: "read the state of the server"
            case .openGate: "open the gate of the spool"
            case .administrate: "administrate the household"
            }
        var limits = "the role \(caller.role.rawValue)"
        if let streams = caller.streams {
            limits += ", confined to the streams \(streams.sorted().joined(separator: ", "))"
        }
        return HearthError(
            .forbidden, "This token may not \(what).", hint: "The token has \(limits). Use another, or ask the owner.")
    }
}
