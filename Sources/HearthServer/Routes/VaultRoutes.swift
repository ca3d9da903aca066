import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import OrderedCollections

/// `/vault` and `/audit`: what the vault holds, a new secret for it, and who saw what it hides.
struct VaultRoutes {
    private let vault: TokenVault?
    private let registry: StreamRegistry
    private let limits: IngestLimits

    init(_ dependencies: ServerDependencies) {
        vault = dependencies.vault
        registry = dependencies.registry
        limits = dependencies.ingest.limits
    }

    private static let tag = "Privacy"

    var routes: [Route] {
        [
            Route(
                .get, "/vault", "showVault", tag: Self.tag, "What the vault holds",
                detail: """
                    Counts of sealed values, names and keys, how each private field lies in its readings, and how far \
                    rewriting is: `sealing` fields still have readings with values in clear, `opening` ones with tokens. \
                    For the owner.
                    """,
                answers: [.json(Shape.named("Vault"), "The vault")], handler: show),
            Route(
                .post, "/vault/rotation", "rotateVault", tag: Self.tag, "Put a new secret into use",
                detail: """
                    From now on values are sealed under new keys and get new tokens. Readings are rewritten in the \
                    background, and can be read as before meanwhile; then the old secret is destroyed. For the owner.
                    """,
                answers: [.json(202, Shape.named("VaultRotation"), "It is under way")], handler: rotate),
            Route(
                .post, "/vault/resolution", "resolveTokens", tag: Self.tag, "What tokens stand for",
                detail: """
                    Values behind tokens of a stream, without their readings. One record in the audit log says that they \
                    were asked for, and why. `value` is null where the vault has none. For the owner.
                    """,
                body: .json(
                    Shape.named("VaultQuestion"), example: VaultQuestion.example,
                    "The tokens, and why they are asked for"),
                answers: [.json(Shape.named("VaultResolution"), "The values, in the order of the tokens")],
                handler: resolve),
            Route(
                .get, "/audit", "listAudit", tag: Self.tag, "Who saw what tokens stand for, newest first",
                detail: """
                    One record per request, or per page of a long answer: who, why, which fields of which stream, and how \
                    many values; never the values. For the owner.
                    """,
                parameters: [
                    RouteParameter("limit", "How many records at most", Shape.integer(1...1000, default: 200)),
                    RouteParameter("cursor", "Where to go on: `next_cursor` of the page before", Shape.text),
                ],
                answers: [.json(Shape.page(of: Shape.named("AuditRecord")), "The records")], handler: list),
            Route(
                .get, "/audit/verification", "verifyAudit", tag: Self.tag, "Compute the chain of the audit log again",
                detail: """
                    Reads the whole log. `intact` is false when a record was changed, put in or taken out; `problem` says \
                    where. For the owner.
                    """,
                answers: [.json(Shape.named("AuditVerification"), "What was found")], handler: verify),
        ]
    }

    private func target(_ context: ServerContext) throws(HearthError) -> TokenVault {
        try context.require(.administrate)
        guard let vault else {
            throw HearthError(.notFound, "There is no vault here.", hint: "It belongs to `hearth serve`.")
        }
        return vault
    }

    @Sendable private func show(_ request: Request, _ context: ServerContext) async throws -> Response {
        .json(try await target(context).overview().json)
    }

    @Sendable private func rotate(_ request: Request, _ context: ServerContext) async throws -> Response {
        let vault = try target(context)
        let epoch = try await vault.rotate(for: VaultAccess(context.caller(), context, "POST /vault/rotation"))
        return .json(["epoch": .integer(epoch)], status: .accepted)
    }

    @Sendable private func resolve(_ request: Request, _ context: ServerContext) async throws -> Response {
        let vault = try target(context)
        let question = try await request.document(limits).withRoot { root throws(HearthError) in
            try VaultQuestion(root, registry: registry)
        }
        let purpose = ["POST /vault/resolution", question.purpose].compactMap { $0 }.joined(separator: ": ")
        let found = try await vault.resolve(
            question.tokens, in: question.stream, for: VaultAccess(context.caller(), context, purpose))
        let items = zip(question.tokens, found).map { token, resolved -> JSONValue in
            [
                "token": .string(token.text), "field": resolved.map { .string($0.field) } ?? .null,
                "person_id": resolved.map { .string($0.person.description) } ?? .null,
                "value": resolved?.value ?? .null,
            ]
        }
        var response = Response.json(["items": .array(items)])
        response.headers[.cacheControl] = "no-store"
        return response
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let vault = try target(context)
        let limit = try request.queryInteger("limit", in: 1...1000) ?? 200
        var before: Int64?
        if let text = request.query("cursor") {
            guard let number = Int64(text), number > 0 else {
                throw HearthError.malformedQuery("cursor", "is not from this list")
            }
            before = number
        }
        let records = try await vault.audit.store.audit(before: before, limit: limit + 1)
        let shown = records.prefix(limit)
        return .json([
            "items": .array(shown.map(\.json)),
            "next_cursor": records.count > limit ? shown.last.map { .string(String($0.sequence)) } ?? .null : .null,
        ])
    }

    @Sendable private func verify(_ request: Request, _ context: ServerContext) async throws -> Response {
        let found = try await target(context).audit.verify()
        return .json([
            "intact": .bool(found.problem == nil), "records": .integer(Int64(found.records)),
            "first": found.first.map { .integer($0) } ?? .null, "last": found.last.map { .integer($0) } ?? .null,
            "dropped": .integer(found.dropped),
            "problem": found.problem.map {
                ["sequence": .integer($0.sequence), "message": .string($0.message)]
            } ?? .null,
        ])
    }
}

extension AuditRecord {
    fileprivate var json: JSONValue {
        var value: JSONValue = ["sequence": .integer(sequence), "at": .string(time.description)]
        // A record that somebody damaged is told as it is: `verify` says more.
        if let members = try? JSONValue(parsing: body).object {
            for (name, member) in members { value.set(name, member) }
        } else {
            value.set("action", "damaged")
            for name in ["role", "principal", "person", "purpose", "request"] { value.set(name, .null) }
        }
        value.set("hash", .string(hash.map { Self.hexadecimal($0) }.joined()))
        return value
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}

extension VaultOverview {
    fileprivate var json: JSONValue {
        [
            "epoch": .integer(epochs.last?.number ?? 0),
            "epoch_started_at": epochs.last.map { .string($0.startedAt.description) } ?? .null,
            "epochs": .integer(Int64(epochs.count)), "values": .integer(Int64(counts.entries)),
            "identities": .integer(Int64(counts.identities)), "keys": .integer(Int64(counts.keys)),
            "size_bytes": .integer(Int64(counts.bytes)),
            "fields": .array(
                fields.map {
                    [
                        "stream": .string($0.stream), "field": .string($0.field), "state": .string($0.state.rawValue),
                    ]
                }),
            "rewriting": rewriting.map {
                [
                    "started_at": .string($0.startedAt.description), "readings": .integer(Int64($0.readings)),
                    "changed": .integer(Int64($0.changed)), "blocked_by": .array($0.blockedBy.map { .string($0) }),
                ]
            } ?? .null,
            "minted": .integer(Int64(statistics.minted)), "opened": .integer(Int64(statistics.opened)),
            "missing": .integer(Int64(statistics.missing)),
        ]
    }
}
