import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// Whose readings, of which devices and of what time a request asks for, checked against what its caller may see.
struct ReadScope {
    var person: UniqueID
    /// nil: all of the person's.
    var devices: [UniqueID]?
    var from: Timestamp?
    var to: Timestamp?

    /// What every path that reads understands.
    static let parameters = [
        RouteParameter("device_id", "Only of this device, or of these: several with commas", Shape.text),
        RouteParameter("person_id", "Of this person instead of the caller", Shape.id),
        RouteParameter("from", "Not before: RFC 3339, or seconds or milliseconds since 1970", Shape.text),
        RouteParameter("to", "Before: RFC 3339, or seconds or milliseconds since 1970", Shape.text),
    ]

    init(
        _ request: Request, _ context: ServerContext, _ directory: DeviceDirectory, stream: String
    ) throws(HearthError) {
        let caller = try context.caller()
        person = try request.queryID("person_id") ?? caller.person
        from = try request.queryTime("from")
        to = try request.queryTime("to")
        if let from, let to, from >= to { throw .malformedQuery("to", "is not after from") }
        var found: [UniqueID] = []
        for text in request.queryList("device_id") {
            guard let id = UniqueID(text) else { throw .malformedQuery("device_id", "is not a UUID") }
            guard let device = directory.device(id), caller.may(.readStream(stream, person: device.person, device: id))
            else {
                // Which devices others have is nobody's business.
                try context.require(.readStream(stream, device: caller.deviceID))
                throw HearthError(
                    .notFound, "There is no device \(id).", hint: "GET /devices lists them.",
                    fields: [.init(pointer: "?device_id", message: "there is no such device")])
            }
            if found.isEmpty, request.query("person_id") == nil { person = device.person }
            guard device.person == person else { throw .malformedQuery("device_id", "names devices of several people") }
            found.append(id)
        }
        // A device sees what it sent itself.
        if found.isEmpty, caller.role == .device, let own = caller.deviceID { found = [own] }
        devices = found.isEmpty ? nil : found
        try context.require(.readStream(stream, person: person, device: found.first))
    }

    func query(_ stream: StreamDefinition, order: ReadingQuery.Order = .newestFirst) -> ReadingQuery {
        ReadingQuery(stream: stream, person: person, devices: devices, from: from, to: to, order: order)
    }

    func contains(_ head: ReadingHead) -> Bool {
        head.person == person && devices?.contains(head.device) ?? true
    }

    func contains(_ statistics: StreamStatistics) -> Bool {
        statistics.person == person && devices?.contains(statistics.device) ?? true
    }
}
