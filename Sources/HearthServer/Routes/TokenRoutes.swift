import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// `/tokens`: who is let in.
struct TokenRoutes {
    let authenticator: Authenticator
    let directory: DeviceDirectory
    let registry: StreamRegistry
    let time: any TimeSource
    let limits: IngestLimits

    init(_ dependencies: ServerDependencies) {
        authenticator = dependencies.authenticator
        directory = dependencies.ingest.devices
        registry = dependencies.registry
        time = dependencies.time
        limits = dependencies.ingest.limits
    }

    var routes: [Route] {
        [
            Route(
                .get, "/tokens", "listTokens", tag: "Tokens", "Tokens of the caller, without what is secret about them",
                parameters: [
                    RouteParameter("include_revoked", "Revoked ones, too", Shape.flag),
                    RouteParameter("person_id", "Of this person instead of the caller", Shape.id),
                ] + Page.parameters,
                answers: [.json(Shape.page(of: Shape.named("Token")), "The tokens in order of age")], handler: list),
            Route(
                .post, "/tokens", "createToken", tag: "Tokens", "Make a token",
                detail: """
                    The token stands in the answer and is shown never again. A caller grants no more than they have. With \
                    `streams` the token reads and writes these and does nothing else.
                    """,
                body: .json(Shape.named("TokenDraft"), example: TokenDraft.example, "What the token is for"),
                answers: [.json(201, Shape.named("NewToken"), "The token, good at once")], handler: create),
            Route(
                .delete, "/tokens/{id}", "revokeToken", tag: "Tokens", "End a token at once",
                answers: [RouteAnswer(204, "The token lets nobody in any more")], handler: revoke),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let person = try request.queryID("person_id") ?? context.caller().person
        try context.require(.manageTokens(person: person))
        let isComplete = try request.queryFlag("include_revoked") ?? false
        let records = authenticator.records.filter { $0.person == person && (isComplete || $0.revokedAt == nil) }
        return try Page.response(request, records, id: \.id) { record, writer in
            writer.raw("{")
            record.writeMembers(to: &writer)
            writer.raw("}")
        }
    }

    @Sendable private func create(_ request: Request, _ context: ServerContext) async throws -> Response {
        let caller = try context.caller()
        try context.require(.manageTokens())
        let draft = try await request.document(limits).withRoot { root throws(HearthError) in
            try TokenDraft(root, registry: registry, now: time.now())
        }
        let device = draft.device.flatMap { directory.device($0) }
        if draft.device != nil,
            device?.deletedAt != nil || device.map({ !caller.may(.manageDevices(person: $0.person)) }) ?? true
        {
            throw HearthError(
                .invalidValue, "There is no such device.", hint: "GET /devices lists them.",
                fields: [.init(pointer: "/device_id", message: "there is no such device")])
        }
        let person = draft.person ?? device?.person ?? caller.person
        guard directory.person(person) != nil, device.map({ $0.person == person }) ?? true else {
            throw HearthError(
                .invalidValue, "The token's person is not known, or the device is somebody else's.",
                fields: [.init(pointer: "/person_id", message: "is nobody's id, or not the device's owner")])
        }
        let grant = Principal(
            id: caller.id, role: draft.role, person: person, deviceID: draft.device,
            streams: draft.streams.map { Set($0) })
        guard caller.mayGrant(grant) else {
            throw HearthError(
                .forbidden, "This token may not make one with the role \(draft.role.rawValue) for this person.",
                hint: "Ask the owner.")
        }
        let (token, record) = try await authenticator.mint(
            Authenticator.Grant(
                name: draft.name, role: draft.role, person: person, device: draft.device, streams: draft.streams,
                expiresAt: draft.expiresAt))
        var writer = JSONWriter(capacity: 512)
        writer.raw("{")
        record.writeMembers(to: &writer)
        writer.comma()
        writer.member("token", token.secret)
        writer.raw("}")
        var response = Response.json(writer, status: .created)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    @Sendable private func revoke(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.pathID("id")
        try context.require(.manageTokens())
        guard let record = authenticator.record(id), try context.caller().may(.manageTokens(person: record.person))
        else {
            throw HearthError(.notFound, "There is no such token.", hint: "GET /tokens lists them.")
        }
        try await authenticator.revoke(id)
        return .noContent()
    }
}
