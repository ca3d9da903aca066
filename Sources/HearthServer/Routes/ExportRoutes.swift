import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird

/// `/export`: everything of a person, to take away.
struct ExportRoutes {
    let registry: StreamRegistry
    let directory: DeviceDirectory
    let store: any ReadingStore
    let blobs: BlobStore
    let library: (any LibraryStore)?
    let time: any TimeSource

    init(_ dependencies: ServerDependencies) {
        registry = dependencies.registry
        directory = dependencies.ingest.devices
        store = dependencies.store
        blobs = dependencies.blobs
        library = dependencies.library?.store
        time = dependencies.time
    }

    var routes: [Route] {
        [
            Route(
                .get, "/export", "exportData", tag: "People", "Everything of a person as a ZIP archive",
                detail: """
                    `streams/<stream>.ndjson` with the readings, oldest first; `files/` with the files that they name; \
                    `library/` with `documents.ndjson`, `turns.ndjson` and `gaps.ndjson`, newest first; `schemas/`, `devices.json` and `manifest.json`. Made while it is sent. What is more than 2 GiB \
                    comes in several parts.
                    """,
                parameters: Array(ReadScope.parameters.dropFirst()) + [
                    RouteParameter("files", "Whether to put in files, too", ["type": "boolean", "default": true]),
                    ReadingSight.parameter,
                ],
                answers: [RouteAnswer(200, "The archive", [RouteContent("application/zip", Shape.binary)])],
                handler: export)
        ]
    }

    @Sendable private func export(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try request.queryID("person_id") ?? context.caller().person
        try context.require(.export(person: id))
        guard let person = directory.person(id) else {
            throw HearthError(.notFound, "There is no such person.", hint: "GET /people lists them.")
        }
        let (from, to) = (try request.queryTime("from"), try request.queryTime("to"))
        if let from, let to, from >= to { throw HearthError.malformedQuery("to", "is not after from") }
        let archive = ExportArchive(
            person: person, devices: directory.all.filter { $0.person == id }, streams: registry.all,
            store: try ReadingSight(request, context, "GET /export").store(store),
            library: library, blobs: try request.queryFlag("files") ?? true ? blobs : nil, from: from, to: to,
            now: time.now())
        var headers = HTTPFields()
        headers[.contentType] = "application/zip"
        headers[.contentDisposition] = "attachment; filename=\"hearth-\(archive.now.description.prefix(10)).zip\""
        headers[.cacheControl] = "no-store"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await archive.write(to: &writer)
                try await writer.finish(nil)
            })
    }
}
