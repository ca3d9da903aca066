import Crypto
import Foundation
import HearthCore
import Testing

@testable import HearthVault

@Suite struct KeyRingTests {
    @Test func firstStartMakesAKeyThatStays() throws {
        try withHome { home in
            let first = try KeyRing.load(home: "\(home)/new/folders", expectsExisting: false)
            let again = try KeyRing.load(home: "\(home)/new/folders", expectsExisting: true)
            #expect(first.fingerprint == again.fingerprint)
            #expect(first.key(for: .blob) == again.key(for: .blob))
            #expect(try permissions(of: "\(home)/new/folders/keys") == 0o700)
            #expect(try permissions(of: "\(home)/new/folders/keys/household.key") == 0o600)
            #expect(files(below: home) == ["new/folders/keys/household.key"])
            #expect(try contents(of: "\(home)/new/folders/keys/household.key").count == 32)
        }
    }

    @Test func twoHouseholdsHaveDifferentKeys() throws {
        let rings = try (0..<2).map { _ in try withHome { try KeyRing.load(home: $0, expectsExisting: false) } }
        #expect(rings[0].fingerprint != rings[1].fingerprint)
    }

    @Test func missingKeyIsNotReplacedWhenSealedDataExists() throws {
        try withHome { home in
            #expect(failureCode { try KeyRing.load(home: home, expectsExisting: true) } == .keyMissing)
            #expect(files(below: home) == [])
        }
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o601, 0o666]) func keyOpenToOthersIsRefused(_ mode: Int) throws {
        try withHome { home in
            _ = try KeyRing.load(home: home, expectsExisting: false)
            try setPermissions(mode, of: "\(home)/keys/household.key")
            #expect(failureCode { try KeyRing.load(home: home, expectsExisting: true) } == .keyExposed)
            try setPermissions(0o400, of: "\(home)/keys/household.key")
            _ = try KeyRing.load(home: home, expectsExisting: true)
        }
    }

    @Test func folderWritableByOthersIsRefused() throws {
        try withHome { home in
            _ = try KeyRing.load(home: home, expectsExisting: false)
            try setPermissions(0o770, of: "\(home)/keys")
            #expect(failureCode { try KeyRing.load(home: home, expectsExisting: true) } == .keyExposed)
        }
    }

    @Test(arguments: [0, 1, 31, 33, 64, 4096, 100_000]) func keyOfAnotherSizeIsRefused(_ size: Int) throws {
        try withHome { home in
            _ = try KeyRing.load(home: home, expectsExisting: false)
            let path = "\(home)/keys/household.key"
            try write([UInt8](repeating: 7, count: size), to: path)
            try setPermissions(0o600, of: path)
            for expectsExisting in [false, true] {
                #expect(
                    failureCode { try KeyRing.load(home: home, expectsExisting: expectsExisting) } == .keyMalformed)
            }
            #expect(try contents(of: path).count == size, "a wrong key is not overwritten")
        }
    }

    @Test func folderInTheKeysPlaceIsRefused() throws {
        try withHome { home in
            try FileManager.default.createDirectory(
                atPath: "\(home)/keys/household.key", withIntermediateDirectories: true)
            try setPermissions(0o700, of: "\(home)/keys")
            #expect(failureCode { try KeyRing.load(home: home, expectsExisting: false) } == .keyMalformed)
        }
    }

    @Test func crashWhileMakingTheKeyIsRepaired() throws {
        try withHome { home in
            try FileManager.default.createDirectory(atPath: "\(home)/keys", withIntermediateDirectories: true)
            try setPermissions(0o700, of: "\(home)/keys")
            try write([1, 2, 3], to: "\(home)/keys/household.key.new")
            _ = try KeyRing.load(home: home, expectsExisting: false)
            #expect(files(below: home) == ["keys/household.key"])
        }
    }

    @Test func startsAtTheSameTimeAgreeOnOneKey() throws {
        try withHome { home in
            try inThreads(8) { index in
                let ring = try KeyRing.load(home: home, expectsExisting: false)
                try write(Array("\(ring.fingerprint)".utf8), to: "\(home)/seen-\(index)")
            }
            let seen = try Set((0..<8).map { try contents(of: "\(home)/seen-\($0)") })
            #expect(seen.count == 1)
        }
    }

    @Test func fileAtTheHomesPlaceIsAnError() throws {
        try withHome { home in
            try write([], to: "\(home)/file")
            #expect(failureCode { try KeyRing.load(home: "\(home)/file", expectsExisting: false) } == .storageFailed)
        }
    }

    /// Computed with another implementation (Python's `cryptography`) for the key of bytes 0…31.
    @Test(arguments: [
        ("blob", "afae1cd34e98a9151c2b6484003c9d980a826ad13e9e7ad90d17415937a5849c"),
        ("blob-name", "c2452f4575a2ff56ffe402439f1e2f87cb66c230bd7e89d99e80e3e15ce94521"),
        ("token", "81432b5f85a6220b51581b7439198282f69dc63fa516a35b1a27c4c9a8c79d83"),
        ("digest", "4ba4d419526cf04656a8a2fd53d79239c70dd1e8b2e425181162b9f04b0ec6d3"),
        ("custom", "74a54fff61b958eef5173b0f220b256fe223850909a8528a8284f02c46bbfb07"),
    ]) func subkeysAreHKDF(_ label: String, _ expected: String) {
        let key = KeyRing.sample.key(for: KeyPurpose(label))
        #expect(key.withUnsafeBytes { Hexadecimal.encode($0) } == expected)
    }

    @Test func fingerprintAndSipKeyAreStable() {
        #expect(KeyRing.sample.fingerprint == 0xf1c8_f07f_f369_1bf0)
        #expect(
            KeyRing.sample.sipKey(for: .digest)
                == SipHash.Key(first: 0x46f0_6c52_19d4_a44b, second: 0x3992_d753_fda2_a856))
    }

    @Test func descriptionsKeepTheKey() {
        let ring = KeyRing(key: [UInt8](repeating: 171, count: 32))
        var text = ""
        dump(ring, to: &text)
        text += "\(ring) \(String(reflecting: ring)) \(["ring": ring])"
        #expect(!text.contains("171, 171") && !text.lowercased().contains("abab"))
    }
}
