import HearthCore
import HearthIngest
import HearthStore
import HearthVault
import Hummingbird

/// `/devices`: what sends readings.
struct DeviceRoutes {
    let directory: DeviceDirectory
    let time: any TimeSource
    let limits: IngestLimits

    init(_ dependencies: ServerDependencies) {
        directory = dependencies.ingest.devices
        time = dependencies.time
        limits = dependencies.ingest.limits
    }

    private static let tag = "Devices"
    private static let device = Shape.named("Device")

    var routes: [Route] {
        [
            Route(
                .get, "/devices", "listDevices", tag: Self.tag, "Devices of the caller, in order of registration",
                parameters: [
                    RouteParameter("include_deleted", "Removed devices, too", Shape.flag),
                    RouteParameter("person_id", "Of this person instead of the caller", Shape.id),
                ] + Page.parameters,
                answers: [.json(Shape.page(of: Self.device), "The devices")], handler: list),
            Route(
                .post, "/devices", "createDevice", tag: Self.tag, "Register a device",
                detail: "With an `id` of its own a device may register again and again: the same content answers 200.",
                body: .json(Shape.named("DeviceDraft"), example: DeviceDraft.example, "The device"),
                answers: [
                    .json(201, Self.device, "The new device"),
                    .json(200, Self.device, "The device was registered before with the same content"),
                    .json(409, Shape.named("Problem"), "The id is taken by another device"),
                ], handler: create),
            Route(
                .get, "/devices/{id}", "getDevice", tag: Self.tag, "One device, also a removed one",
                answers: [.json(Self.device, "The device")], handler: read),
            Route(
                .patch, "/devices/{id}", "updateDevice", tag: Self.tag, "Change a device",
                detail:
                    "Members that are given replace what was; `platform: null` clears it. `deleted: false` restores.",
                body: .json(Shape.named("DeviceChange"), "What changes"),
                answers: [.json(Self.device, "The device as it is now")], handler: update),
            Route(
                .delete, "/devices/{id}", "deleteDevice", tag: Self.tag, "Remove a device",
                detail: "Its readings stay and can be read; new ones are refused until it is restored.",
                answers: [RouteAnswer(204, "The device is removed, or was before")], handler: delete),
            Route(
                .post, "/devices/{id}/restore", "restoreDevice", tag: Self.tag, "Take a removed device back",
                answers: [.json(Self.device, "The device as it is now")], handler: restore),
        ]
    }

    // MARK: Handlers

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let person = try request.queryID("person_id") ?? context.caller().person
        try context.require(.readDevices(person: person))
        let isComplete = try request.queryFlag("include_deleted") ?? false
        let devices = directory.all.filter { $0.person == person && (isComplete || $0.deletedAt == nil) }
        return try Page.response(request, devices, id: \.id) { $0.write(to: &$1) }
    }

    @Sendable private func create(_ request: Request, _ context: ServerContext) async throws -> Response {
        let draft = try await request.document(limits).withRoot { root throws(HearthError) in try DeviceDraft(root) }
        let person = try draft.person ?? context.caller().person
        try context.require(.manageDevices(person: person))
        guard directory.person(person) != nil else {
            throw HearthError(
                .notFound, "There is no such person.", fields: [.init(pointer: "/person_id", message: "is not known")])
        }
        let now = time.now()
        let device = draft.device(id: draft.id ?? .random(at: now), person: person, at: now)
        if let present = directory.device(device.id) { return try Self.registeredAgain(present, device) }
        try await directory.register(device)
        return response(device, status: .created)
    }

    private static func registeredAgain(_ present: Device, _ device: Device) throws(HearthError) -> Response {
        guard present.person == device.person, present.deletedAt == nil, present.hasContent(of: device) else {
            throw HearthError(
                .conflict, "The id \(device.id) belongs to a device that is registered already, and not like this.",
                hint: "PATCH /devices/{id} changes a device; without an id a new one is made.",
                fields: [.init(pointer: "/id", message: "is taken")])
        }
        var writer = JSONWriter()
        present.write(to: &writer)
        return .json(writer)
    }

    @Sendable private func read(_ request: Request, _ context: ServerContext) async throws -> Response {
        response(try device(context, to: Action.readDevices))
    }

    @Sendable private func update(_ request: Request, _ context: ServerContext) async throws -> Response {
        let device = try device(context, to: Action.manageDevices)
        let document = try await request.document(limits)
        var changed = device
        try document.withRoot { root throws(HearthError) in try DeviceDraft.apply(root, to: &changed, at: time.now()) }
        guard changed != device else { return response(device) }
        changed.updatedAt = time.now()
        try await directory.update(changed)
        return response(changed)
    }

    @Sendable private func delete(_ request: Request, _ context: ServerContext) async throws -> Response {
        var device = try device(context, to: Action.manageDevices)
        if device.deletedAt == nil {
            device.deletedAt = time.now()
            device.updatedAt = time.now()
            try await directory.update(device)
        }
        return .noContent()
    }

    @Sendable private func restore(_ request: Request, _ context: ServerContext) async throws -> Response {
        var device = try device(context, to: Action.manageDevices)
        if device.deletedAt != nil {
            device.deletedAt = nil
            device.updatedAt = time.now()
            try await directory.update(device)
        }
        return response(device)
    }

    // MARK: Parts

    /// The device of the path, if the caller may do this to it. A device of somebody else does not exist.
    private func device(
        _ context: ServerContext, to action: (UniqueID?) -> Action
    ) throws(HearthError) -> Device {
        let id = try context.pathID("id")
        try context.require(action(nil))
        guard let device = directory.device(id), try context.caller().may(action(device.person)) else {
            throw HearthError(.notFound, "There is no device \(id).", hint: "GET /devices lists them.")
        }
        return device
    }

    private func response(_ device: Device, status: HTTPResponse.Status = .ok) -> Response {
        var writer = JSONWriter(capacity: 512)
        device.write(to: &writer)
        return .json(writer, status: status)
    }
}
