import HearthCore
import HearthIngest
import HearthKnow
import HearthNotify
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import NIOPosix

/// `/people`: who lives here, and forgetting what somebody left.
struct PersonRoutes {
    let registry: StreamRegistry
    let directory: DeviceDirectory
    let store: any ReadingStore
    let blobs: BlobStore
    let library: LibraryServices?
    let spool: SpoolService?
    let notifier: NotifyService?
    let limits: IngestLimits

    init(_ dependencies: ServerDependencies) {
        registry = dependencies.registry
        directory = dependencies.ingest.devices
        store = dependencies.store
        blobs = dependencies.blobs
        library = dependencies.library
        spool = dependencies.spool
        notifier = dependencies.notifier
        limits = dependencies.ingest.limits
    }

    var routes: [Route] {
        [
            Route(
                .get, "/people", "listPeople", tag: "People", "The people of the household that the caller may see",
                parameters: Page.parameters,
                answers: [.json(Shape.page(of: Shape.named("Person")), "The people in order of arrival")], handler: list
            ),
            Route(
                .delete, "/people/{id}/data", "erasePerson", tag: "People", "Erase all of a person",
                detail: """
                    Readings, files, documents with their passages, conversations and their journal, events \
                    that wait for webhooks, and the segments of the spool that were worked. For the owner alone. \
                    Cannot be undone: `confirm` repeats the person's name or id. Files that another \
                    person's readings name stay. Devices and tokens stay.
                    """,
                body: .json(
                    Shape.object(["confirm": Shape.text], others: false), example: ["confirm": "Anna"],
                    "The confirmation"),
                answers: [.json(Shape.named("Erasure"), "What was erased")], handler: erase),
        ]
    }

    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        let caller = try context.caller()
        try context.require(.readDevices())
        let people = directory.people.filter { caller.may(.readDevices(person: $0.id)) }
        return try Page.response(request, people, id: \.id) { person, writer in
            writer.object {
                $0.member("id", person.id)
                $0.member("name", person.name)
                $0.member("time_zone", person.timeZone)
                $0.member("created_at", person.createdAt)
            }
        }
    }

    @Sendable private func erase(_ request: Request, _ context: ServerContext) async throws -> Response {
        try context.require(.administrate)
        let id = try context.pathID("id")
        guard let person = directory.person(id) else {
            throw HearthError(.notFound, "There is no such person.", hint: "GET /people lists them.")
        }
        let confirmation = try await request.document(limits).withRoot { root throws(HearthError) in
            var reader = try MemberReader(root)
            let text = reader.text("confirm", 1...200, isRequired: true)
            if let text, text != person.name, UniqueID(text) != person.id {
                reader.report("confirm", "is not this person's name or id")
            }
            try reader.check("The confirmation")
            return text
        }
        guard confirmation != nil else { throw HearthError(.internalError, "No confirmation.", disposition: .defect) }
        let gate = library?.intake.gate ?? ErasureGate()
        let (readings, files, documents, turns) = try await gate.erase(person.id) { try await eraseAll(of: person) }
        library?.intake.noteChange()
        _ = try await notifier?.eraseEvents(of: person.id)
        // Segments hold readings as they came.
        let segments = try await spool?.eraseFiles() ?? 0
        var writer = JSONWriter()
        writer.raw("{")
        writer.member("readings", readings)
        writer.comma()
        writer.member("files", files)
        writer.comma()
        writer.member("documents", documents)
        writer.comma()
        writer.member("turns", turns)
        writer.comma()
        writer.member("segments", segments)
        writer.raw("}")
        return .json(writer)
    }

    private func eraseAll(of person: Person) async throws -> (readings: Int, files: Int, documents: Int, turns: Int) {
        let named = try await blobs(of: person.id)
        let readings = try await store.erase(person: person.id, device: nil)
        let files = try await remove(named)
        // After the readings, from which documents are made.
        let documents = try await library?.store.erase(person: person.id) ?? 0
        let turns = try await library?.journal.erase(person: person.id) ?? 0
        return (readings, files, documents, turns)
    }

    /// Blobs that a person's readings name.
    private func blobs(of person: UniqueID) async throws -> Set<String> {
        var named: Set<String> = []
        for stream in registry.all {
            guard let column = stream.blobColumn else { continue }
            let query = ReadingQuery(stream: stream, person: person)
            var position: ReadingPosition?
            repeat {
                let page = try await store.page(query, after: position, limit: 4096)
                for row in 0..<page.count {
                    if let blob = page.string(page[row, column]) { named.insert(blob) }
                }
                position = page.count == 4096 ? page.heads.last.map { ReadingPosition($0) } : nil
            } while position != nil
        }
        return named
    }

    /// Deletes those that nobody names any more. The same bytes may arrive from somebody else meanwhile: then the file is
    /// younger than the moment at which we looked, and stays.
    private func remove(_ named: Set<String>) async throws -> Int {
        guard !named.isEmpty else { return 0 }
        // Files carry the system's time, whatever time the program is given.
        let moment = SystemTime().now()
        var kept: Set<String> = []
        for stream in registry.all {
            guard let column = stream.blobColumn else { continue }
            kept.formUnion(try await store.distinctText(of: stream, column: column))
        }
        let gone = named.subtracting(kept)
        let blobs = blobs
        return try await NIOThreadPool.singleton.runIfActive {
            try gone.reduce(0) { try blobs.delete($1, unmodifiedSince: moment) ? $0 + 1 : $0 }
        }
    }
}
