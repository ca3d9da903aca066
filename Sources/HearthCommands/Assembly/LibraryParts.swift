import Foundation
import HearthCollect
import HearthCore
import HearthInference
import HearthKnow
import HearthMedia
import HearthPipeline
import HearthServer
import HearthStore
import HearthStoreSQLite
import HearthVault
import Logging

/// What makes documents and answers from them, put together from the settings.
struct LibraryParts: Sendable {
    let store: any LibraryStore
    /// nil without a model: then words alone are searched.
    let follower: EmbeddingFollower?
    let services: LibraryServices
    let processors: [any Processor]

    /// Why texts are not embedded; nil: they are.
    let missingModel: HearthError?

    static func assemble(
        settings: Settings, blobs: BlobStore, catalogue: any CatalogueStore, decoder: DecoderClient,
        time: any TimeSource, logger: Logger
    ) async throws -> LibraryParts {
        let store = try await SQLiteLibraryStore.open(path: settings.home + "/library.db")
        var embedder: DeferredEmbedder?
        var missingModel: HearthError?
        do {
            embedder = try DeferredEmbedder(
                library: ModelLibrary(folder: URL(fileURLWithPath: settings.models)), model: settings.embeddingModel,
                precision: settings.embeddingPrecision == "fp32" ? .float32 : .int8,
                threads: ProcessInfo.processInfo.activeProcessorCount)
        } catch let error as HearthError {
            missingModel = error
            logger.notice("Search ranks by words alone: \(error.message)", metadata: ["hint": "\(error.hint ?? "")"])
        }
        var vectors: PassageVectors?
        var follower: EmbeddingFollower?
        if let embedder {
            let folder = "\(settings.home)/index/\(embedder.name.replacing("/", with: "-"))"
            let opened = try await PassageVectors.open(folder, model: embedder.name, dimension: embedder.dimension)
            follower = EmbeddingFollower(store: store, embedder: embedder, vectors: opened, logger: logger)
            vectors = opened
        }
        let intake = DocumentIntake(store: store, time: time, changed: { [follower] in follower?.wake() })
        let files = FileReader(blobs: blobs, decoder: decoder, intake: intake)
        let fetcher = PageFetcher(policy: try FetchPolicy(allowing: settings.fetchAllow.joined(separator: ",")))
        let retriever = HybridRetriever(store: store, embedder: embedder, vectors: vectors)
        let answerer = Answerer(
            retriever: retriever, library: store, catalogue: catalogue, embedder: embedder, writer: nil,
            journal: TurnJournal(home: settings.home), time: time)
        return LibraryParts(
            store: store, follower: follower,
            services: LibraryServices(
                store: store, intake: intake, files: files,
                fetch: { address in
                    let page = try await fetcher.fetch(address)
                    return FetchedFile(bytes: page.bytes, mediaType: page.mediaType, url: page.url)
                },
                retriever: retriever, answerer: answerer),
            processors: [FileProcessor(reader: files)], missingModel: missingModel)
    }
}
