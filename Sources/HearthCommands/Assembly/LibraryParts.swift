import HearthCollect
import HearthCore
import HearthInference
import HearthKnow
import HearthMedia
import HearthModelServers
import HearthPerceive
import HearthPipeline
import HearthSchema
import HearthServer
import HearthStore
import HearthStoreSQLite
import HearthVault
import Logging

/// What makes documents and answers from them, put together from the settings.
struct LibraryParts: Sendable {
    let store: any LibraryStore
    /// Without a model, when words alone are searched, they only forget what went.
    let followers: [EmbeddingFollower]
    let upkeep: LibraryUpkeep
    let services: LibraryServices
    let processors: [any Processor]

    private let embedder: DeferredEmbedder?
    private let vectors: [PassageVectors]
    private let languageModel: LanguageModelClient?
    private let transcriber: (any RemoteTranscriber)?

    static func assemble(
        settings: Settings, blobs: BlobStore, catalogue: any CatalogueStore, readings: any ReadingStore,
        registry: StreamRegistry, decoder: DecoderClient, metrics: ServerMetrics, events: NotifyParts,
        time: any TimeSource,
        logger: Logger
    ) async throws -> LibraryParts {
        let store = try await SQLiteLibraryStore.open(path: settings.home + "/library.db")
        var embedder: DeferredEmbedder?
        do {
            embedder = try settings.embedder
        } catch let error as HearthError {
            logger.notice("Search ranks by words alone: \(error.message)", metadata: ["hint": "\(error.hint ?? "")"])
        }
        let vectors = try await Self.vectors(of: embedder, below: settings.home + "/index", logger)
        let followers = vectors.map { opened in
            EmbeddingFollower(
                store: store, embedder: embedder, vectors: opened, logger: logger, observer: metrics,
                events: events.bus, time: time)
        }
        let gate = ErasureGate()
        let intake = DocumentIntake(
            store: store, time: time, gate: gate,
            sourceExists: { person, stream, reading in
                guard let definition = registry[stream] else { return false }
                return try await readings.reading(reading, in: definition, person: person) != nil
            },
            sourceReceived: { person, stream, reading in
                guard let definition = registry[stream] else { return nil }
                return try await readings.reading(reading, in: definition, person: person)?.heads.first?.received
            },
            changed: {
                for follower in followers { follower.wake() }
                events.libraryChanged()
            },
            stored: { metrics.stored(articles: $0) })
        let files = FileReader(blobs: blobs, decoder: decoder, intake: intake)
        let fetcher = PageFetcher(policy: try settings.fetchPolicy)
        let retriever = HybridRetriever(
            store: store, embedder: embedder, vectors: embedder == nil ? nil : vectors.first, observer: metrics)
        let languageModel = try settings.llmURL.map { url in
            LanguageModelClient(
                endpoint: try ModelServerEndpoint(
                    .languageModel, base: url, model: settings.llmModel ?? "", key: settings.llmKey))
        }
        let transcriber = try settings.transcriber
        let journal = TurnJournal(home: settings.home)
        let answerer = Answerer(
            retriever: retriever, library: store, catalogue: catalogue, embedder: embedder, writer: languageModel,
            journal: journal, gate: gate, time: time, told: { metrics.told(isAnswered: $0) })
        return LibraryParts(
            store: store, followers: followers,
            upkeep: LibraryUpkeep(store: store, followers: followers, logger: logger),
            services: LibraryServices(
                store: store, intake: intake, files: files,
                fetch: { try await fetcher.fetch($0) },
                retriever: retriever, answerer: answerer, journal: journal),
            processors: try processors(settings, blobs, readings, registry, decoder, transcriber, intake)
                + [FileProcessor(reader: files)], embedder: embedder, vectors: vectors, languageModel: languageModel,
            transcriber: transcriber)
    }

    /// The index of the model; without one every index that is there, so that what is deleted leaves them, too.
    private static func vectors(
        of embedder: DeferredEmbedder?, below parent: String, _ logger: Logger
    ) async throws -> [PassageVectors] {
        guard let embedder else { return try await PassageVectors.openAll(in: parent) }
        let folder = "\(parent)/\(embedder.name.replacing("/", with: "-"))"
        for gone in try PassageVectors.removeOthers(in: parent, than: folder) {
            logger.notice("The vectors of another model were removed", metadata: ["folder": "\(gone)"])
        }
        return [try await PassageVectors.open(folder, model: embedder.name, dimension: embedder.dimension)]
    }

    /// What hears, sees, and makes documents of what was heard and seen.
    private static func processors(
        _ settings: Settings, _ blobs: BlobStore, _ readings: any ReadingStore, _ registry: StreamRegistry,
        _ decoder: DecoderClient, _ transcriber: (any RemoteTranscriber)?, _ intake: DocumentIntake
    ) throws -> [any Processor] {
        guard let described = registry[PictureProcessor.described] else {
            throw HearthError(.internalError, "A stream that ships is missing.", disposition: .defect)
        }
        let languages = settings.ocrLanguages.isEmpty ? ["eng"] : settings.ocrLanguages
        let hearing = RecordingLane.allCases.flatMap { lane -> [any Processor] in
            [
                SpeechProcessor(decoder: decoder, blobs: blobs, lane: lane),
                TranscriptProcessor(decoder: decoder, blobs: blobs, remote: transcriber, lane: lane),
            ]
        }
        return hearing + [
            PictureProcessor(
                decoder: decoder, blobs: blobs,
                groups: LookalikeGroups(
                    store: readings, stream: described, sources: ["image", "screenshot"].compactMap { registry[$0] }),
                languages: languages),
            NoteDocumentProcessor(intake: intake),
            TranscriptDocumentProcessor(intake: intake, readings: readings),
            ScreenshotDocumentProcessor(intake: intake),
        ]
    }

    /// Closes what `assemble` opened.
    func close() async throws {
        try await languageModel?.shutdown()
        try await transcriber?.shutdown()
        await embedder?.close()
        for opened in vectors { try await opened.close() }
        try await store.close()
    }
}
