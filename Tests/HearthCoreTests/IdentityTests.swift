import HearthCore
import HearthTesting
import Testing

@Suite("Unique ids")
struct UniqueIDTests {
    @Test("the text form is read in any case and written in lower case")
    func text() throws {
        let id = try #require(UniqueID("018F2C2E-7b3a-7ABC-8def-0123456789AB"))
        #expect(id.high == 0x018f_2c2e_7b3a_7abc)
        #expect(id.low == 0x8def_0123_4567_89ab)
        #expect(id.description == "018f2c2e-7b3a-7abc-8def-0123456789ab")
        var generator = SplitMix64(seed: 1)
        for _ in 0..<1000 {
            let random = UniqueID(high: generator.next(), low: generator.next())
            #expect(UniqueID(random.description) == random)
        }
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "018f2c2e7b3a7abc8def0123456789ab", "018f2c2e-7b3a-7abc-8def-0123456789a",
            "018f2c2e-7b3a-7abc-8def-0123456789abc",
            "018f2c2e-7b3a-7abc-8def-0123456789ag", "018f2c2e-7b3a-7abc-8de-f0123456789ab",
            "{18f2c2e-7b3a-7abc-8def-0123456789a}",
            "018f2c2e 7b3a 7abc 8def 0123456789ab",
        ])
    func malformed(text: String) { #expect(UniqueID(text) == nil) }

    @Test("one wrong byte anywhere is refused")
    func wrongByte() {
        let good = Array("018f2c2e-7b3a-7abc-8def-0123456789ab".utf8)
        for place in good.indices {
            for byte in UInt8.min...UInt8.max {
                var text = good
                text[place] = byte
                let isTaken =
                    good[place] == UInt8(ascii: "-")
                    ? byte == good[place] : "0123456789abcdefABCDEF".utf8.contains(byte)
                if (text.withUnsafeBufferPointer { UniqueID(utf8: $0) } != nil) != isTaken {
                    Issue.record("byte \(byte) at \(place)")
                }
            }
        }
    }

    @Test("fresh ids are version 7, differ and sort by their millisecond")
    func fresh() {
        var generator = SplitMix64(seed: 2)
        var last: UniqueID?
        for millisecond in 0..<1000 {
            let id = UniqueID(
                at: Timestamp(microseconds: 1_700_000_000_000_000 + Int64(millisecond) * 1000), using: &generator)
            #expect(id.high >> 12 & 15 == 7)
            #expect(id.low >> 62 == 2)
            #expect(id.high >> 16 == UInt64(1_700_000_000_000 + millisecond))
            if let last { #expect(last < id) }
            last = id
        }
        let now = Timestamp(microseconds: 1_700_000_000_000_000)
        #expect(Set((0..<1000).map { _ in UniqueID.random(at: now) }).count == 1000)
    }
}

@Suite("Record ids")
struct RecordIDTests {
    @Test("give back the time and the digest they were made of")
    func inversion() throws {
        var generator = SplitMix64(seed: 3)
        let borders: [Int64] = [
            0, -1, 1, 999, 1000, -999, -1000, -1001, 1_700_000_000_123_456, (1 << 47) * 1000 - 1, -(1 << 47) * 1000,
        ]
        let times =
            borders + (0..<5000).map { _ in Int64.random(in: -(1 << 47) * 1000..<(1 << 47) * 1000, using: &generator) }
        for microseconds in times {
            let record = RecordID(timestamp: Timestamp(microseconds: microseconds), digest: generator.next())
            #expect(RecordID(record.id) == record)
            #expect(try RecordID(#require(UniqueID(record.description))) == record)
            #expect(record.id.high >> 12 & 15 == 7)
            #expect(record.id.low >> 62 == 2)
        }
    }

    @Test("sort by time from 1970 on")
    func order() {
        var last = RecordID(timestamp: Timestamp(microseconds: 0), digest: .max)
        for microseconds in [1, 999, 1000, 1001, 1_000_000, 1_700_000_000_000_000, 1_700_000_000_000_001] as [Int64] {
            let record = RecordID(timestamp: Timestamp(microseconds: microseconds), digest: 0)
            #expect(last.id < record.id)
            last = RecordID(timestamp: record.timestamp, digest: .max)
        }
    }

    @Test("refuse ids that no record has")
    func foreign() throws {
        for text in [
            "018f2c2e-7b3a-4abc-8def-0123456789ab", "018f2c2e-7b3a-7abc-cdef-0123456789ab",
            "018f2c2e-7b3a-73e8-8def-0123456789ab",
        ] {
            #expect(try RecordID(#require(UniqueID(text))) == nil)
        }
        #expect(try RecordID(#require(UniqueID("018f2c2e-7b3a-73e7-8def-0123456789ab"))) != nil)
    }
}

@Suite("SipHash-1-3")
struct SipHashTests {
    /// Key 00…0f, message 00, 01, …, of whole words; made with OpenSSL's SIPHASH (`c-rounds:1`, `d-rounds:3`), whose
    /// bytes are little-endian.
    @Test(
        "agrees with OpenSSL on whole words",
        arguments: [
            (0, 0xabac_0158_050f_c4dc), (1, 0x3690_9511_8d29_9a8e), (2, 0xcc4f_dd1a_7d90_8b66),
            (3, 0xf464_aeb2_6734_9c8c),
            (4, 0x8115_7b6c_16a7_b60d), (5, 0xc1d2_3632_99e4_1531), (7, 0xb4bc_c0db_243c_6d75),
            (8, 0xf179_97ec_4b4a_6065),
        ] as [(Int, UInt64)])
    func vectors(words: Int, hash: UInt64) {
        var hasher = SipHash(key: .init(first: 0x0706_0504_0302_0100, second: 0x0f0e_0d0c_0b0a_0908))
        for word in 0..<words {
            hasher.combine((0..<8).reduce(UInt64(0)) { $0 | UInt64(word * 8 + $1) << UInt64($1 * 8) })
        }
        #expect(hasher.finalize() == hash)
    }

    @Test("sequences of byte fields that only differ in where one ends have different hashes")
    func fields() {
        func hash(_ fields: [[UInt8]]) -> UInt64 {
            var hasher = SipHash(key: .init(first: 1, second: 2))
            for field in fields { field.withUnsafeBytes { hasher.combine($0) } }
            return hasher.finalize()
        }
        let sequences: [[[UInt8]]] = [
            [], [[]], [[], []], [[0]], [[0, 0]], [[0], []], [[], [0]], [[1, 2, 3]], [[1, 2], [3]], [[1], [2, 3]],
            [[1, 2, 3, 4, 5, 6, 7, 8]], [[1, 2, 3, 4, 5, 6, 7], [8]], [[1, 2, 3, 4, 5, 6, 7, 8], []],
            [[1, 2, 3, 4, 5, 6, 7, 8, 9]], [[1, 2, 3, 4, 5, 6, 7, 8, 0]],
        ]
        #expect(Set(sequences.map(hash)).count == sequences.count)
    }

    @Test("the key matters")
    func key() {
        let hashes = (0..<64).map { bit in
            var hasher = SipHash(key: .init(first: 1 << UInt64(bit), second: 0))
            hasher.combine(7)
            return hasher.finalize()
        }
        #expect(Set(hashes).count == 64)
    }
}
