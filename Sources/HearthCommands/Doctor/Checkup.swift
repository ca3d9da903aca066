import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Everything the doctor looks at, in the order in which a person would.
struct Checkup {
    let settings: Settings
    let context: CommandContext

    /// Below this the server calls itself not ready.
    static let leastFreeBytes = 64 << 20
    static let comfortableFreeBytes = 1 << 30

    func findings() async -> [Finding] {
        var findings = folders() + [diskSpace(), fileSystem()]
        findings.append(await server())
        findings.append(rpc())
        findings += exposure() + TLSCheckup(settings: settings, now: context.time.now()).findings()
        findings += [descriptors(), clock(), timeZone()]
        findings += VaultCheckup(settings: settings).findings()
        findings += LibraryCheckup(settings: settings).findings()
        findings += NotifyCheckup(settings: settings).findings()
        findings += await ModelCheckup(settings: settings).findings()
        return findings
    }

    // MARK: Files

    private func folders() -> [Finding] {
        let home = settings.home
        guard LocalFile.exists(home) else {
            return [.ok("home", "\(home) does not exist yet; the first `hearth serve` makes it")]
        }
        guard LocalFile.isFolder(home) else {
            return [.fail("home", "\(home) is not a folder", fix: "set HEARTH_HOME to a folder")]
        }
        var findings: [Finding] = []
        if access(home, R_OK | W_OK | X_OK) != 0 {
            findings.append(
                .fail(
                    "home", "\(home) cannot be written by this user", fix: "give it to the user that runs Hearth: chown"
                ))
        } else if let mode = LocalFile.permissions(home), mode & 0o077 != 0 {
            findings.append(
                .warn("home", "other users of this machine can look into \(home)", fix: "chmod 700 \(home)"))
        } else {
            findings.append(.ok("home", "\(home) belongs to its owner alone"))
        }
        return findings + [keys(home + "/keys")]
    }

    private func keys(_ folder: String) -> Finding {
        guard LocalFile.isFolder(folder) else { return .ok("keys", "none yet; the first start makes them") }
        let exposed = ([folder] + LocalFile.names(in: folder).map { folder + "/" + $0 }).filter {
            (LocalFile.permissions($0) ?? 0) & 0o077 != 0
        }
        guard exposed.isEmpty else {
            return .fail(
                "keys", "other users can read \(exposed.joined(separator: ", "))", fix: "chmod -R go= \(folder)")
        }
        guard LocalFile.isFile(folder + "/household.key") || LocalFile.names(in: settings.home + "/blobs").isEmpty
        else {
            return .fail(
                "keys", "the household key is missing, and originals are sealed with it",
                fix: "put household.key back into \(folder) from a backup")
        }
        return .ok("keys", "only their owner can read them")
    }

    private func diskSpace() -> Finding {
        guard let space = DiskSpace.of(settings.home) else {
            return .warn("disk", "the free space of \(settings.home) is not known", fix: "check that its disk is there")
        }
        let text = "\(ByteCount.text(space.free)) free of \(ByteCount.text(space.total))"
        if space.free < Self.leastFreeBytes {
            return .fail("disk", text, fix: "free some space; Hearth answers 507 until then and goes on by itself")
        }
        if space.free < Self.comfortableFreeBytes {
            return .warn("disk", text, fix: "free some space before it runs out")
        }
        return .ok("disk", text)
    }

    private func fileSystem() -> Finding {
        switch FileSystemKind.of(settings.home) {
        case .memory:
            .warn(
                "file system", "the home folder lies in memory: everything is gone after a restart of the machine",
                fix: "set HEARTH_HOME to a folder on a disk")
        case .network:
            .warn(
                "file system", "the home folder lies on a network share: locks and flushes are not dependable there",
                fix: "set HEARTH_HOME to a folder on a local disk")
        case .local: .ok("file system", "local")
        }
    }

    // MARK: Server

    private func server() async -> Finding {
        if let holder = HomeLock.holder(of: settings.home) {
            guard let address = holder.address else {
                return .warn("server", "process \(holder.process) is starting", fix: "look again in a moment")
            }
            do {
                let client = try ServerClient(settings: settings)
                let answer = try await client.perform(.get("/readyz"))
                if answer.status == 200 { return .ok("server", "process \(holder.process) is ready at \(address)") }
                return .fail(
                    "server", "process \(holder.process) runs at \(address) but is not ready",
                    fix: "`hearth status` says why")
            } catch let error as HearthError where error.disposition != .retry {
                return .fail(
                    "server", "process \(holder.process) runs, but: \(error.message)",
                    fix: error.hint ?? "look at its log")
            } catch {
                return .fail(
                    "server", "process \(holder.process) runs but does not answer at \(address)",
                    fix: "look at its log; stop it with `kill \(holder.process)`")
            }
        }
        switch PortProbe.state(host: settings.host, port: settings.port) {
        case .free: return .ok("server", "not running; port \(settings.port) is free")
        case .taken:
            return .fail(
                "server", "not running, and another program listens on port \(settings.port)",
                fix: "stop that program, or set HEARTH_PORT to another port")
        case .refused(let reason):
            return .fail(
                "server", "not running, and \(settings.host) port \(settings.port) cannot be listened on: \(reason)",
                fix: "correct HEARTH_HOST and HEARTH_PORT; ports below 1024 need a privilege")
        }
    }

    private func rpc() -> Finding {
        if let holder = HomeLock.holder(of: settings.home), holder.address != nil {
            guard let port = holder.rpcPort else { return .ok("gRPC", "off; HEARTH_GRPC_PORT opens it") }
            guard PortProbe.state(host: settings.host, port: port) == .taken else {
                return .fail("gRPC", "nobody listens on port \(port)", fix: "look at the log, and restart Hearth")
            }
            return .ok("gRPC", "process \(holder.process) listens on port \(port)")
        }
        guard let port = settings.grpcPort else { return .ok("gRPC", "off; HEARTH_GRPC_PORT opens it") }
        switch PortProbe.state(host: settings.host, port: port) {
        case .free: return .ok("gRPC", "not running; port \(port) is free")
        case .taken:
            return .fail(
                "gRPC", "not running, and another program listens on port \(port)",
                fix: "stop that program, or set HEARTH_GRPC_PORT to another port")
        case .refused(let reason):
            return .fail(
                "gRPC", "not running, and \(settings.host) port \(port) cannot be listened on: \(reason)",
                fix: "correct HEARTH_HOST and HEARTH_GRPC_PORT; ports below 1024 need a privilege")
        }
    }

    private func exposure() -> [Finding] {
        guard !settings.isLoopback, !settings.usesTLS else { return [] }
        return [
            .warn(
                "exposure", "\(settings.host) can be reached from the network, and everything travels unencrypted",
                fix: "set HEARTH_TLS_CERTIFICATE and HEARTH_TLS_KEY, or listen on 127.0.0.1")
        ]
    }

    // MARK: Machine

    private func descriptors() -> Finding {
        let limit = DescriptorLimit.current
        let needed = settings.maxConnections + DescriptorLimit.reserve
        // `hearth serve` raises its own limit up to the hard one.
        if limit.hard >= needed {
            return .ok("open files", "up to \(Quantity.grouped(limit.hard)); \(needed) are needed")
        }
        return .warn(
            "open files", "at most \(limit.hard), but \(settings.maxConnections) connections need \(needed)",
            fix: "raise the limit (ulimit -Hn, LimitNOFILE), or lower HEARTH_MAX_CONNECTIONS")
    }

    private func clock() -> Finding {
        let now = context.time.now()
        // Hearth did not exist before.
        guard now > Timestamp(seconds: 1_760_000_000), now < Timestamp(seconds: 4_100_000_000) else {
            return .fail("clock", "it says \(now)", fix: "set the clock of this machine; readings are judged by it")
        }
        let newest = ["streams.db", "streams.db-wal", "hearth.db", "hearth.db-wal"].compactMap { name in
            LocalFile.status(settings.home + "/" + name).map { Timestamp(seconds: Double($0.st_mtim.tv_sec)) }
        }.max()
        if let newest, newest > now + .seconds(60) {
            return .fail(
                "clock", "it was set back: the databases were written \(Quantity.age(of: newest, at: now))",
                fix: "set the clock of this machine; readings are judged by it")
        }
        return .ok("clock", ClockKeeper.isKnown ? "kept right by a time server" : "plausible")
    }

    private func timeZone() -> Finding {
        .ok("time zone", settings.timeZone ?? SystemTimeZone.name(environment: context.environment))
    }
}
