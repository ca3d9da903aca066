import HearthConsole
package import HearthCore
package import HearthIngest
import HearthMedia
import HearthPipeline
import HearthSchema
package import HearthServer
package import HearthStore
import HearthStoreSQLite
package import HearthVault
package import Logging
import ServiceLifecycle

/// The whole program, put together: settings in, application out. The commands and the tests get it from the same call.
package struct HearthApplication: Sendable {
    package let settings: Settings
    package let ingest: Ingest
    package let store: any ReadingStore
    package let catalogue: any CatalogueStore
    package let owner: Person
    package let ownerToken: OwnerToken
    /// Whether this start made the household.
    package let isFirstStart: Bool

    let lock: HomeLock
    let doors = OpenDoors()
    /// nil: there is no gRPC.
    let rpc: DoorMaker?
    let dependencies: ServerDependencies
    let maintenance: MaintenanceService
    let pipeline: PipelineService
    /// Reads files of strangers, and makes those of the demo household.
    let decoder: DecoderClient
    let library: LibraryParts
    let spool: SpoolService
    let vault: VaultService
    let notify: NotifyParts
    let logger: Logger

    /// Opens everything that the settings name; nothing runs yet.
    ///
    /// - Parameters:
    ///   - accessLog: Where requests are logged; nil: nowhere.
    ///   - rpc: Makes the door for gRPC, which opens when the settings name its port.
    ///   - environment: Of the process, for the time zone of a household that is made now.
    /// - Throws: `home-in-use` when another server has the home; what the keys, the stream definitions and the databases
    ///   are refused for.
    package static func assemble(
        settings: Settings, logger: Logger, accessLog: AccessLog? = nil, rpc: DoorMaker? = nil,
        time: any TimeSource = SystemTime(), environment: [String: String] = [:]
    ) async throws -> HearthApplication {
        let targets = try settings.notifyTargets()
        try LocalFile.makeFolder(settings.home)
        let lock = try HomeLock(home: settings.home)
        let isSealed = try BlobStore.holdsBlobs(home: settings.home)
        let ring = try KeyRing.load(home: settings.home, expectsExisting: isSealed)
        let digest = ReadingDigest(key: ring.sipKey(for: .digest))
        let registry = try StreamRegistry(
            try StreamRegistry.shipped()
                + StreamRegistry.load(directory: settings.home + "/schemas"))

        let vault = try await VaultParts.assemble(
            home: settings.home, ring: ring,
            catalogue: try await SQLiteCatalogueStore.open(path: settings.home + "/hearth.db"),
            readings: try await SQLiteReadingStore.open(path: settings.home + "/streams.db", digest: digest),
            streams: registry.all, time: time, logger: logger)
        let (catalogue, store) = (vault.catalogue, vault.store)
        let blobs = try BlobStore(home: settings.home, ring: ring)

        let directory = DeviceDirectory(catalogue: catalogue)
        try await directory.load()
        let isFirstStart = directory.owner == nil
        let owner = try await Self.owner(of: directory, settings, time, environment)
        let ownerToken = try OwnerToken.load(home: settings.home, configured: settings.token)
        let authenticator = Authenticator(ring: ring, catalogue: catalogue, time: time)
        try await authenticator.load()
        authenticator.install(owner: ownerToken.token, person: owner.id)

        var limits = IngestLimits()
        limits.bodyBytes = settings.bodyLimitBytes
        limits.inflatedBytes = max(limits.inflatedBytes, settings.bodyLimitBytes)
        limits.queuedRows = settings.queueRows
        let ingest = Ingest(
            admission: Admission(registry: registry, devices: directory, digest: digest, time: time, limits: limits),
            writer: CommitWriter(store: store, limits: limits))
        let holder = try await Self.holder(in: catalogue, time)
        let notify = try await NotifyParts.assemble(
            targets, settings: settings, holder: holder, time: time, logger: logger)
        let decoder = DecoderClient(settings.decoderConfiguration, logger: logger)
        let metrics = ServerMetrics()
        let library = try await LibraryParts.assemble(
            settings: settings, blobs: blobs, catalogue: catalogue, readings: store, registry: registry,
            decoder: decoder, metrics: metrics, events: notify, time: time, logger: logger)
        let pipeline = try PipelineService(
            library.processors,
            context: PipelineContext(
                holder: holder, store: store, admission: ingest.admission,
                bus: ingest.writer.bus, time: time, logger: logger))
        let spool = SpoolService(
            home: settings.home, settings: settings.spool, store: store, ingest: ingest, catalogue: catalogue,
            time: time, logger: logger, events: notify.bus, counted: { metrics.count($0) })
        notify.follow(
            library: library.store, catalogue: catalogue, readings: store, processing: store,
            processors: library.processors.map(\.name), registry: registry)
        let dependencies = ServerDependencies(
            ingest: ingest, store: store, catalogue: catalogue, registry: registry, blobs: blobs,
            authenticator: authenticator, time: time, metrics: metrics, console: try Console(),
            settings: settings.server, logger: logger, accessLog: accessLog,
            library: library.services, processors: pipeline, spool: spool, vault: vault.vault,
            notifier: notify.service)
        try AllRoutes.check(dependencies)
        let maintenance = MaintenanceService(
            registry: registry, store: store, catalogue: catalogue, blobs: blobs, time: time,
            interval: settings.maintenanceInterval, logger: logger, events: notify.bus)
        return HearthApplication(
            settings: settings, ingest: ingest, store: store, catalogue: catalogue, owner: owner,
            ownerToken: ownerToken,
            isFirstStart: isFirstStart, lock: lock, rpc: rpc, dependencies: dependencies, maintenance: maintenance,
            pipeline: pipeline, decoder: decoder, library: library, spool: spool, vault: vault.service,
            notify: notify, logger: logger)
    }

    /// Who this home is to others that share its database. `HomeLock` sees to it that only one server is it at a time.
    private static func holder(in catalogue: any CatalogueStore, _ time: any TimeSource) async throws -> UniqueID {
        let name = "pipeline.holder"
        if let known = try await catalogue.setting(name).flatMap({ UniqueID($0) }) { return known }
        let holder = UniqueID.random(at: time.now())
        try await catalogue.set(name, to: holder.description)
        return holder
    }

    /// The person the household was made for.
    private static func owner(
        of directory: DeviceDirectory, _ settings: Settings, _ time: any TimeSource, _ environment: [String: String]
    ) async throws -> Person {
        if let owner = directory.owner { return owner }
        let now = time.now()
        let zone = settings.timeZone ?? SystemTimeZone.name(environment: environment)
        let person = Person(id: .random(at: now), name: "Owner", timeZone: zone, createdAt: now)
        try await directory.register(person)
        return person
    }
}
