import Foundation
import HearthCore
import Testing

@testable import HearthVault

#if canImport(Glibc)
import Glibc
#endif

/// A small file system of its own, which only root may mount.
@Suite(.enabled("needs root, to mount a small file system") { canMount() })
struct FullDiskTests {
    @Test func fullDiskIsToldAndHealsByItself() throws {
        try withSmallDisk("size=1m") { home in
            let store = try BlobStore(home: home, ring: .sample)
            let kept = try store.store([UInt8](repeating: 1, count: 100_000))
            for _ in 0..<3 {
                let writer = try store.makeWriter()
                expectFull {
                    for _ in 0..<200 { try writer.append([UInt8](repeating: 2, count: 10_000)) }
                }
                expectFull { _ = try writer.finish() }
                #expect(files(below: "\(home)/blobs/tmp") == [])
            }
            let later = try store.store([UInt8](repeating: 3, count: 100_000))
            #expect(try store.content(of: kept.sha256).count == 100_000)
            #expect(try store.content(of: later.sha256).count == 100_000)
        }
    }

    @Test func sealingTheEndOnAFullDiskIsTold() throws {
        try withSmallDisk("size=256k") { home in
            let store = try BlobStore(home: home, ring: .sample)
            let writer = try store.makeWriter()
            // Waits in memory until the end.
            try writer.append([UInt8](repeating: 2, count: 60_000))
            let filler = try #require(fopen("\(home)/filler", "w"))
            let block = [UInt8](repeating: 1, count: 4096)
            setvbuf(filler, nil, _IONBF, 0)
            while fwrite(block, 1, block.count, filler) == block.count {}
            fclose(filler)
            expectFull { _ = try writer.finish() }
            #expect(files(below: home) == ["filler"])
            unlink("\(home)/filler")
            #expect(try store.store([UInt8](repeating: 2, count: 60_000)).size == 60_000)
        }
    }

    @Test func diskWithoutRoomForFilesIsTold() throws {
        try withSmallDisk("size=1m,nr_inodes=8") { home in
            let store = try BlobStore(home: home, ring: .sample)
            for index in 0..<8 { try? Data().write(to: URL(filePath: "\(home)/\(index)")) }
            expectFull { _ = try store.makeWriter() }
            expectFull { _ = try KeyRing.load(home: home, expectsExisting: false) }
            #expect(!FileManager.default.fileExists(atPath: "\(home)/keys/household.key"))
        }
    }

    private func expectFull(_ body: () throws -> Void) {
        do {
            try body()
            Issue.record("the disk is not full")
        } catch let failure as HearthError {
            #expect(failure.code == .storageFull && failure.disposition == .retry, "\(failure)")
        } catch {
            Issue.record(error)
        }
    }
}

private func withSmallDisk(_ options: String, _ body: (String) throws -> Void) throws {
    try withHome { home in
        guard mount("tmpfs", home, "tmpfs", 0, options) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EPERM) }
        defer { umount2(home, Int32(MNT_DETACH)) }
        try body(home)
    }
}

private func canMount() -> Bool { (try? withSmallDisk("size=64k") { _ in }) != nil }
