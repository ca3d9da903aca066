package import HearthConsole
package import HearthCore
package import HearthIngest
package import HearthNotify
package import HearthPipeline
package import HearthSchema
package import HearthStore
package import HearthVault
package import Logging

/// Everything the server is given. Whoever assembles the program makes it; tests make it of in-memory twins.
package struct ServerDependencies: Sendable {
    package var ingest: Ingest
    package var store: any ReadingStore
    package var catalogue: any CatalogueStore
    package var registry: StreamRegistry
    package var blobs: BlobStore
    package var authenticator: Authenticator
    package var time: any TimeSource
    package var metrics: ServerMetrics
    package var console: Console
    /// nil: the paths of documents and questions are not there.
    package var library: LibraryServices?
    package var settings: ServerSettings
    package var logger: Logger
    /// nil: requests are not logged.
    package var accessLog: AccessLog?
    /// nil: nothing works in the background.
    package var processors: (any ProcessorBoard)?
    /// nil: there is no folder for segments.
    package var spool: SpoolService?
    /// nil: private values are stored as they come.
    package var vault: TokenVault?
    /// nil: nobody outside is told of events.
    package var notifier: NotifyService?

    package init(
        ingest: Ingest, store: any ReadingStore, catalogue: any CatalogueStore, registry: StreamRegistry,
        blobs: BlobStore, authenticator: Authenticator, time: any TimeSource, metrics: ServerMetrics,
        console: Console, settings: ServerSettings, logger: Logger, accessLog: AccessLog? = nil,
        library: LibraryServices? = nil, processors: (any ProcessorBoard)? = nil, spool: SpoolService? = nil,
        vault: TokenVault? = nil, notifier: NotifyService? = nil
    ) {
        self.ingest = ingest
        self.store = store
        self.catalogue = catalogue
        self.registry = registry
        self.blobs = blobs
        self.authenticator = authenticator
        self.time = time
        self.metrics = metrics
        self.console = console
        self.settings = settings
        self.logger = logger
        self.accessLog = accessLog
        self.library = library
        self.processors = processors
        self.spool = spool
        self.vault = vault
        self.notifier = notifier
    }
}
