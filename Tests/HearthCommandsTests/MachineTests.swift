import Foundation
import HearthCore
import Testing

@testable import HearthCommands

@Suite struct HomeLockTests {
    @Test func secondServerIsRefusedAndToldWhoHasIt() throws {
        try TemporaryFolder.use { home in
            #expect(HomeLock.holder(of: home) == nil)
            let lock = try HomeLock(home: home)
            #expect(HomeLock.holder(of: home)?.process == getpid())
            #expect(HomeLock.holder(of: home)?.address == nil)
            let address = ServerAddress(usesTLS: false, host: "127.0.0.1", port: 1234)
            try lock.publish(address)
            #expect(HomeLock.holder(of: home)?.address == address)
            #expect(HomeLock.holder(of: home)?.certificate == nil)
            try lock.publish(address, certificate: "/etc/hearth/hearth.crt")
            #expect(HomeLock.holder(of: home)?.certificate == "/etc/hearth/hearth.crt")
            let refusal = try #require(throws: HearthError.self) { try HomeLock(home: home) }
            #expect(refusal.code == .homeInUse)
            #expect(refusal.message.contains("process \(getpid())"))
            #expect(refusal.message.contains("http://127.0.0.1:1234"))
            lock.release()
            #expect(HomeLock.holder(of: home) == nil)
            let again = try HomeLock(home: home)
            again.release()
        }
    }
}

@Suite struct FileSystemKindTests {
    private let mounts = """
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        23 22 0:20 / /mnt/my\\040share rw - nfs4 server:/a rw
        24 22 0:21 / /tmp rw shared:2 master:1 - tmpfs tmpfs rw
        25 24 8:2 / /tmp/disk rw - ext4 /dev/sdb rw
        """

    @Test func deepestMountCounts() {
        #expect(FileSystemKind.of("/home/a", mounts: mounts) == .local)
        #expect(FileSystemKind.of("/tmp/a", mounts: mounts) == .memory)
        #expect(FileSystemKind.of("/tmp/disk/a", mounts: mounts) == .local)
        #expect(FileSystemKind.of("/tmpfile", mounts: mounts) == .local)
        #expect(FileSystemKind.of("/mnt/my share/a", mounts: mounts) == .network)
    }
}

@Suite struct MetricsTextTests {
    @Test func samplesAreSummedOverLabels() {
        let metrics = MetricsText("# HELP a x\na{b=\"1 2\"} 3\na{b=\"2\"} 4.5\nhearth_ingest_queue_depth 7\nn NaN\n")
        #expect(metrics.values["a"] == 7.5)
        #expect(metrics.queueRows == 7)
        #expect(metrics.values["n"] == nil)
        #expect(metrics.uptimeSeconds == nil)
    }
}

@Suite struct PortProbeTests {
    @Test func portZeroIsAlwaysFree() {
        #expect(PortProbe.state(host: "127.0.0.1", port: 0) == .free)
    }

    @Test func addressOfAnotherMachineIsRefused() {
        let state = PortProbe.state(host: "192.0.2.1", port: 4000)
        #expect(state != .free && state != .taken)
    }
}

@Suite struct SystemTimeZoneTests {
    @Test func namesAreChecked() {
        #expect(SystemTimeZone.exists("UTC"))
        for wrong in ["", "/etc/passwd", "../../etc/passwd", "Europe/", "Nowhere/City", "Europe/Ber lin"] {
            #expect(!SystemTimeZone.exists(wrong), "\(wrong)")
        }
        #expect(SystemTimeZone.exists(SystemTimeZone.name(environment: [:])))
    }
}
