// swift-tools-version:6.2
import PackageDescription

// ---------------------------------------------------------------------------------------------------------------------
// The map of the program. Every target of ours stands in `modules` with its layer; a module may import only modules of
// lower layers. The loop at the end applies one set of compiler settings to all of them and refuses a wrong arrow.
// ---------------------------------------------------------------------------------------------------------------------

let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let nioCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcTransport = Target.Dependency.product(
    name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let grpcProtobuf = Target.Dependency.product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

struct Module {
    var name: String
    var layer: Int
    var modules: [String] = []
    var outside: [Target.Dependency] = []
    var resources: [Resource] = []
    var isExecutable = false
    /// Where its sources are, when not in Sources/ under its name.
    var path: String?
}

let modules: [Module] = [
    // 0 words: what everything is said in
    Module(name: "HearthCore", layer: 0, outside: [orderedCollections]),
    // words for programs of others, made from protos/ by scripts/protocols
    Module(name: "HearthProtocols", layer: 0, outside: [grpcCore, grpcProtobuf, protobuf]),
    // 1 grammar: what may be said
    Module(
        name: "HearthSchema", layer: 1, modules: ["HearthCore"], outside: [orderedCollections, "CPCRE2"],
        resources: [.copy("Resources")]),
    // 2 promises: seams and keys
    Module(name: "HearthStore", layer: 2, modules: ["HearthCore", "HearthSchema"], outside: [orderedCollections]),
    Module(name: "HearthVault", layer: 2, modules: ["HearthCore"], outside: [crypto]),
    // 3 drivers: one product each
    Module(
        name: "HearthStoreSQLite", layer: 3, modules: ["HearthCore", "HearthSchema", "HearthStore"],
        outside: [crypto, grdb, grdbSQLite, heap, "CZstd"]),
    Module(
        name: "HearthIndex", layer: 3, modules: ["HearthCore", "HearthStore"], outside: ["CHearthKernels"]),
    Module(
        name: "HearthInference", layer: 3, modules: ["HearthCore"],
        outside: [orderedCollections, "CHearthKernels", "CHearthProcess"]),
    Module(
        name: "HearthModelServers", layer: 3, modules: ["HearthCore"], outside: [asyncHTTPClient, nioCore, nioHTTP1]),
    // what may be reached outside, and connections that reach nothing else
    Module(
        name: "HearthFetch", layer: 3, modules: ["HearthCore"],
        outside: [asyncHTTPClient, nioCore, nioCompression]),
    // 4 flow
    Module(
        name: "HearthIngest", layer: 4, modules: ["HearthCore", "HearthSchema", "HearthStore", "HearthVault"],
        outside: [lifecycle, logging, orderedCollections, "CZstd", "CZlib"]),
    // what the process that decodes is asked and answers
    Module(
        name: "HearthMedia", layer: 4, modules: ["HearthCore"],
        outside: [logging, orderedCollections, "CHearthProcess"]),
    // 5 background work
    Module(
        name: "HearthPipeline", layer: 5,
        modules: ["HearthCore", "HearthSchema", "HearthStore", "HearthIngest"],
        outside: [lifecycle, logging]),
    // reads files of strangers, in a process of its own
    Module(
        name: "HearthDecode", layer: 5, modules: ["HearthCore", "HearthInference", "HearthMedia"],
        outside: [
            orderedCollections, "CCairo", "CFFmpeg", "CFlite", "CGMime", "CHearthProcess", "CPocketSphinx",
            "CPoppler", "CTesseract", "CXML2",
        ]),
    // 6 parts
    Module(
        name: "HearthPerceive", layer: 6,
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthInference", "HearthModelServers",
            "HearthIngest", "HearthMedia", "HearthPipeline",
        ],
        outside: [lifecycle, logging, orderedCollections, "CHearthProcess"]),
    Module(
        name: "HearthKnow", layer: 6,
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthIndex", "HearthInference",
            "HearthModelServers", "HearthIngest", "HearthMedia", "HearthPipeline",
        ],
        outside: [asyncHTTPClient, crypto, lifecycle, logging, nioCore, nioHTTP1, orderedCollections]),
    Module(
        name: "HearthCollect", layer: 6,
        modules: ["HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthFetch", "HearthMedia"],
        outside: [asyncHTTPClient, crypto, logging, nioCore, nioHTTP1]),
    // tells programs outside what happens here
    Module(
        name: "HearthNotify", layer: 6,
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthFetch", "HearthIngest", "HearthPipeline",
        ],
        outside: [asyncHTTPClient, crypto, lifecycle, logging, mustache, nioCore, nioHTTP1, orderedCollections]),
    // tasks and time
    Module(
        name: "HearthPlan", layer: 6, modules: ["HearthCore"],
        resources: [.copy("Resources/QuickAdd")]),
    Module(name: "HearthConsole", layer: 6, modules: ["HearthCore"], resources: [.copy("Assets")]),
    // 7 edge
    Module(
        name: "HearthServer", layer: 7,
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthIngest", "HearthMedia", "HearthPipeline",
            "HearthFetch", "HearthKnow", "HearthCollect", "HearthNotify", "HearthConsole",
        ],
        outside: [
            hummingbird, hummingbirdCore, hummingbirdTLS, lifecycle, logging, nioCore, nioPosix, nioHTTP1, nioWebSocket,
            nioFoundation, nioHTTPTypes, nioHTTPTypesHTTP1, nioSSL, httpTypes, orderedCollections, crypto, "CZlib",
            "CZstd",
        ]),
    // beside HTTP: the door for gRPC
    Module(
        name: "HearthRPC", layer: 8,
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthIngest", "HearthMedia", "HearthKnow",
            "HearthServer", "HearthProtocols",
        ],
        outside: [
            grpcCore, grpcTransport, grpcProtobuf, protobuf, httpTypes, lifecycle, logging, nioCore, nioPosix, nioSSL,
            orderedCollections,
        ]),
    // 8 commands: the one place that assembles the program
    Module(
        name: "HearthCommands", layer: 8,
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthStoreSQLite", "HearthIndex",
            "HearthInference", "HearthModelServers", "HearthIngest", "HearthMedia", "HearthPipeline",
            "HearthFetch", "HearthPerceive", "HearthKnow", "HearthCollect", "HearthNotify", "HearthConsole",
            "HearthServer",
        ],
        outside: [
            argumentParser, grdbSQLite, lifecycle, logging, nioCore, nioHTTP1, nioPosix, nioSSL, orderedCollections,
            unixSignals, yams, "CPCRE2", "CZlib", "CZstd",
        ]),
    Module(name: "hearth", layer: 9, modules: ["HearthCommands", "HearthRPC"], isExecutable: true),
    Module(name: "hearth-decoder", layer: 9, modules: ["HearthDecode"], isExecutable: true),
    // beside: numbers from inside the process, for Benchmarks/run.py
    Module(
        name: "hearth-bench", layer: 9,
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthStoreSQLite", "HearthIndex",
            "HearthInference", "HearthIngest", "HearthKnow", "HearthPlan", "HearthProtocols",
        ],
        outside: [
            orderedCollections, grdbSQLite, logging, grpcCore, grpcTransport, grpcProtobuf, protobuf, "CHearthKernels",
        ], isExecutable: true,
        path: "Benchmarks/Sources/hearth-bench"
    ),
    // beside: works until the crash test of the pipeline kills it
    Module(
        name: "hearth-pipeline-probe", layer: 10,
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthStoreSQLite", "HearthVault", "HearthIngest",
            "HearthPipeline", "HearthTesting",
        ],
        outside: [lifecycle, logging], isExecutable: true, path: "Tests/HearthPipelineProbe"),
    // beside: the test kit
    Module(
        name: "HearthTesting", layer: 9,
        modules: ["HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthIngest", "HearthPipeline"]),
]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

var targets: [Target] = [
    // Arithmetic on vectors and matrices, chosen at load for the processor it runs on.
    .target(name: "CHearthKernels"),
    // Calls that the kernel offers and Swift cannot name.
    .target(name: "CHearthProcess"),
    .systemLibrary(name: "CGMime", pkgConfig: "gmime-3.0", providers: [.apt(["libgmime-3.0-dev"])]),
    .systemLibrary(name: "CPoppler", pkgConfig: "poppler-glib", providers: [.apt(["libpoppler-glib-dev"])]),
    .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CFlite", providers: [.apt(["flite1-dev"])]),
    .systemLibrary(
        name: "CFFmpeg", pkgConfig: "libavformat",
        providers: [
            .apt(["libavformat-dev", "libavcodec-dev", "libswresample-dev", "libswscale-dev", "libavutil-dev"])
        ]
    ),
    .systemLibrary(name: "CTesseract", pkgConfig: "tesseract", providers: [.apt(["libtesseract-dev"])]),
    .systemLibrary(name: "CPocketSphinx", pkgConfig: "pocketsphinx", providers: [.apt(["libpocketsphinx-dev"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
]

let layers = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0.layer) })
for module in modules {
    for name in module.modules {
        guard let layer = layers[name], layer < module.layer else {
            fatalError(
                "\(module.name) (layer \(module.layer)) may not import \(name): a module imports lower layers only")
        }
    }
    let dependencies = module.modules.map { Target.Dependency(stringLiteral: $0) } + module.outside
    targets.append(
        module.isExecutable
            ? .executableTarget(
                name: module.name, dependencies: dependencies, path: module.path, swiftSettings: settings)
            : .target(
                name: module.name, dependencies: dependencies, resources: module.resources, swiftSettings: settings))
}

/// One test target per module, so that an edit rebuilds and reruns little.
let tests: [(name: String, modules: [String], outside: [Target.Dependency])] = [
    (name: "TidyTests", modules: [], outside: []),
    (name: "DocsTests", modules: [], outside: []),
    (name: "HearthCoreTests", modules: ["HearthCore", "HearthTesting"], outside: [orderedCollections]),
    (
        name: "HearthSchemaTests", modules: ["HearthCore", "HearthSchema", "HearthTesting"],
        outside: [orderedCollections]
    ),
    (
        name: "HearthIngestTests",
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthStoreSQLite", "HearthIngest",
            "HearthTesting",
        ],
        outside: [logging, orderedCollections, "CZlib", "CZstd"]
    ),
    (
        name: "HearthServerTests",
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthIngest", "HearthMedia", "HearthPipeline",
            "HearthFetch", "HearthKnow", "HearthNotify", "HearthConsole", "HearthServer", "HearthTesting",
        ],
        outside: [
            hummingbird, hummingbirdCore, hummingbirdTesting, httpTypes, nioCore, nioPosix, nioSSL, logging, lifecycle,
            orderedCollections, "CZlib",
        ]
    ),
    (
        name: "HearthRPCTests",
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthIngest", "HearthMedia", "HearthKnow",
            "HearthConsole", "HearthServer", "HearthProtocols", "HearthRPC", "HearthTesting",
        ],
        outside: [grpcCore, grpcTransport, grpcProtobuf, protobuf, lifecycle, logging, nioCore]
    ),
    (
        name: "HearthInferenceTests", modules: ["HearthCore", "HearthInference", "HearthTesting"],
        outside: [orderedCollections, "CHearthKernels"]
    ),
    (
        name: "HearthPipelineTests",
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthStoreSQLite", "HearthVault", "HearthIngest",
            "HearthPipeline", "HearthTesting", "hearth-pipeline-probe",
        ],
        outside: [lifecycle, logging]
    ),
    (name: "HearthVaultTests", modules: ["HearthCore", "HearthVault"], outside: []),
    (
        name: "HearthCommandsTests",
        modules: [
            "HearthCore", "HearthIngest", "HearthNotify", "HearthServer", "HearthStore", "HearthVault",
            "HearthCommands",
            "HearthTesting", "hearth-decoder",
        ],
        outside: [argumentParser, lifecycle, logging, orderedCollections]
    ),
    (
        name: "HearthMediaTests", modules: ["HearthCore", "HearthMedia", "HearthTesting", "hearth-decoder"],
        outside: [logging]
    ),
    (
        name: "HearthKnowTests",
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthIndex", "HearthInference",
            "HearthModelServers", "HearthMedia", "HearthPipeline", "HearthKnow", "HearthTesting", "hearth-decoder",
        ],
        outside: [lifecycle, logging, nioCore, nioHTTP1, nioPosix, orderedCollections]
    ),
    (
        name: "HearthDecodeTests",
        modules: ["HearthCore", "HearthInference", "HearthMedia", "HearthDecode", "HearthTesting"],
        outside: ["CHearthProcess", "CZlib"]
    ),
    (
        name: "HearthCollectTests", modules: ["HearthCore", "HearthFetch", "HearthCollect", "HearthTesting"],
        outside: [hummingbird, hummingbirdTesting, httpTypes, nioCore]
    ),
    (name: "HearthFetchTests", modules: ["HearthCore", "HearthFetch"], outside: []),
    (
        name: "HearthNotifyTests",
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthStoreSQLite", "HearthVault", "HearthFetch",
            "HearthIngest",
            "HearthNotify", "HearthTesting",
        ],
        outside: [crypto, lifecycle, logging, nioCore, nioHTTP1, nioPosix, orderedCollections]
    ),
    (name: "HearthPlanTests", modules: ["HearthCore", "HearthPlan"], outside: []),
    (
        name: "HearthPerceiveTests",
        modules: [
            "HearthCore", "HearthSchema", "HearthStore", "HearthVault", "HearthInference", "HearthModelServers",
            "HearthMedia", "HearthPipeline", "HearthPerceive", "HearthTesting", "hearth-decoder",
        ], outside: [logging, orderedCollections]
    ),
    // Kills the real program, so that must be built too.
    (name: "CrashTests", modules: ["HearthCore", "HearthTesting", "hearth"], outside: []),
    // Drives the real program with a real browser.
    (name: "ConsoleTests", modules: ["HearthCore", "hearth", "hearth-decoder"], outside: []),
    (name: "HearthIndexTests", modules: ["HearthCore", "HearthIndex", "HearthTesting"], outside: ["CHearthKernels"]),
    (name: "HearthStoreTests", modules: ["HearthCore", "HearthSchema", "HearthStore", "HearthTesting"], outside: []),
    (
        name: "HearthStoreSQLiteTests",
        modules: ["HearthCore", "HearthSchema", "HearthStore", "HearthStoreSQLite", "HearthTesting"],
        outside: [grdb, grdbSQLite]
    ),
]

for test in tests {
    targets.append(
        .testTarget(
            name: test.name,
            dependencies: test.modules.map { Target.Dependency(stringLiteral: $0) } + test.outside,
            swiftSettings: settings))
}

let package = Package(
    name: "hearth",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "hearth", targets: ["hearth"]),
        .executable(name: "hearth-decoder", targets: ["hearth-decoder"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: targets
)
