package import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A real PostgreSQL for tests: one server for the whole process, started when the first test wants it, and a database of its
/// own for each test. The server ends with the process, however that ends, and its folder goes with it.
package enum TestPostgres {
    /// Whether the server's programs are here. Tests that need it are otherwise skipped, visibly.
    package static var isInstalled: Bool { PostgresServer.programs != nil }

    /// What a skipped test says.
    package static let absence = "PostgreSQL is not installed (Debian: postgresql-15)"

    /// Runs `body` with the URL of an empty database, which is dropped afterwards.
    package static func withDatabase<Value>(_ body: (_ url: String) async throws -> Value) async throws -> Value {
        await places.take()
        do {
            let server = try await server.get()
            let name = try await server.makeDatabase()
            do {
                let value = try await body(server.url(of: name))
                try await server.dropDatabase(name)
                await places.give()
                return value
            } catch {
                // The failure of the test is what counts; what it left goes with the server.
                try? await server.dropDatabase(name)
                throw error
            }
        } catch {
            await places.give()
            throw error
        }
    }

    /// Databases in use at the same time: each test opens some sessions, and each is a process.
    private static let places = Places(8)
    // Tests that count on no crash need not wait for the disk.
    private static let server = Once { try PostgresServer(syncs: false) }

    /// Makes a value when it is first asked for.
    private actor Once {
        private let make: @Sendable () throws -> PostgresServer
        private var made: Task<PostgresServer, any Error>?

        init(_ make: @escaping @Sendable () throws -> PostgresServer) { self.make = make }

        func get() async throws -> PostgresServer {
            if let made { return try await made.value }
            let task = Task { [make] in try await blocking(make) }
            made = task
            return try await task.value
        }
    }

    private actor Places {
        private var free: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(_ count: Int) { free = count }

        func take() async {
            if free > 0 {
                free -= 1
                return
            }
            await withCheckedContinuation { waiting.append($0) }
        }

        func give() {
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
    }
}

/// A PostgreSQL server in a temporary folder that listens on a socket in it and nowhere else.
package final class PostgresServer: Sendable {
    /// The folder of `initdb` and `postgres`: the newest that Debian's packages put there, or that of the search path.
    static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [])
            .sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }
        let searched = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (versions.map { "\(root)/\($0)/bin" } + searched)
            .first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
    }()

    /// Its socket lies in it.
    package let folder: String
    // The open end of the pipe keeps the server up: when this process ends, the shell beside the server reads its end.
    private let lifeline: Pipe
    private let answers: Pipe
    private let count = Atomic(0)
    private let programs: String

    /// Blocks until the server answers.
    /// - Parameter syncs: Whether commits reach the disk, as they do in earnest.
    package init(syncs: Bool, settings: [String: String] = [:]) throws {
        guard let programs = Self.programs else { throw PostgresFailure(description: TestPostgres.absence) }
        self.programs = programs
        // Names of sockets are short, whatever the temporary folder is called.
        var template = Array("/tmp/hearth-pg-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw PostgresFailure(description: "mkdtemp failed: errno \(errno)") }
        folder = template.withUnsafeBufferPointer { String(decoding: $0.dropLast().map(UInt8.init), as: UTF8.self) }
        var options = [
            "listen_addresses": "", "unix_socket_directories": folder, "max_connections": "200",
            "shared_buffers": "64MB", "fsync": syncs ? "on" : "off", "full_page_writes": syncs ? "on" : "off",
            "log_min_messages": "warning",
        ]
        options.merge(settings) { $1 }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        var arguments = ["/bin/sh", "-c", Self.script, "postgres", folder, programs]
        arguments += options.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
        // The server refuses to run as root.
        if geteuid() == 0 {
            guard let user = getpwnam("postgres") ?? getpwnam("nobody") else {
                throw PostgresFailure(description: "There is no user to run the server as.")
            }
            let (number, group) = (user.pointee.pw_uid, user.pointee.pw_gid)
            guard chown(folder, number, group) == 0 else {
                throw PostgresFailure(description: "chown failed: errno \(errno)")
            }
            process.executableURL = URL(filePath: "/usr/bin/setpriv")
            arguments = ["--reuid=\(number)", "--regid=\(group)", "--clear-groups"] + arguments
        } else {
            arguments.removeFirst()
        }
        process.arguments = arguments
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        lifeline = input
        answers = output
        let word = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard word == "ready\n" else {
            let log = (try? String(contentsOfFile: folder + "/start.log", encoding: .utf8)) ?? ""
            throw PostgresFailure(description: "The PostgreSQL server did not start: \(log.suffix(2000))")
        }
    }

    /// Makes the cluster, starts the server, says so, does what it is told, and stops it when its input ends.
    private static let script = """
        trap : INT TERM HUP
        folder=$1; programs=$2; shift 2
        cd "$folder" || exit 1
        {
            "$programs/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync \
            && "$programs/pg_ctl" -D data -w -t 60 -l log start -o "$*"
        } >start.log 2>&1 </dev/null && echo ready || echo failed
        while read -r word; do
            case $word in
            stop) "$programs/pg_ctl" -D data -m immediate stop ;;
            start) "$programs/pg_ctl" -D data -w -t 60 -l log start -o "$*" ;;
            esac >start.log 2>&1 </dev/null && echo ready || echo failed
        done
        "$programs/pg_ctl" -D data -m immediate stop >/dev/null 2>&1
        rm -rf "$folder"
        """

    package func url(of database: String) -> String { "postgres:///\(database)?host=\(folder)&user=postgres" }

    /// Stops the server at once, as a power cut would, and starts it again.
    package func crashAndRestart() async throws {
        try await stop()
        try await start()
    }

    package func stop() async throws { try await tell("stop") }

    /// Starts it again, with the options it had.
    package func start() async throws { try await tell("start") }

    /// Has the shell beside the server do it: a process started here would count as running as long as the server it leaves
    /// behind.
    private func tell(_ word: String) async throws {
        try await blocking { [self] in
            try lifeline.fileHandleForWriting.write(contentsOf: Data("\(word)\n".utf8))
            let answer = String(decoding: answers.fileHandleForReading.availableData, as: UTF8.self)
            guard answer == "ready\n" else {
                let log = (try? String(contentsOfFile: folder + "/start.log", encoding: .utf8)) ?? ""
                throw PostgresFailure(description: "The server did not \(word): \(log.suffix(2000))")
            }
        }
    }

    package func makeDatabase() async throws -> String {
        let name = "test_\(count.add(1, ordering: .relaxed).newValue)"
        // Not the default template, of which only one copy can be made at a time while somebody looks at it.
        try await blocking { [self] in
            try run("createdb", ["-h", folder, "-U", "postgres", "-T", "template0", name])
        }
        return name
    }

    package func dropDatabase(_ name: String) async throws {
        try await blocking { [self] in
            try run("dropdb", ["-h", folder, "-U", "postgres", "--force", name])
        }
    }

    @discardableResult
    private func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program.hasPrefix("/") ? program : "\(programs)/\(program)")
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw PostgresFailure(
                description: "\(program) failed: \(String(decoding: complaint.suffix(500), as: UTF8.self))")
        }
        return String(decoding: text, as: UTF8.self)
    }
}

package struct PostgresFailure: Error, CustomStringConvertible {
    package var description: String
}

/// Runs what blocks away from the cooperative pool.
private func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
}
