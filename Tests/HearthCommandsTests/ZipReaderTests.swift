import Foundation
import HearthCore
import Testing

@testable import HearthCommands

@Suite struct ZipReaderTests {
    /// An archive of stored entries, as APPNOTE 6.3.10 writes it.
    private func archive(_ entries: [(name: String, content: String)], damage: Bool = false) -> Data {
        var data = Data()
        var directory = Data()
        func half(_ value: Int, _ data: inout Data) {
            data.append(contentsOf: [UInt8(value & 255), UInt8(value >> 8 & 255)])
        }
        func word(_ value: Int, _ data: inout Data) {
            half(value & 0xffff, &data)
            half(value >> 16, &data)
        }
        for (name, content) in entries {
            let bytes = Array(content.utf8)
            let offset = data.count
            let checksum = Int(Self.checksum(bytes)) ^ (damage ? 1 : 0)
            for isDirectory in [false, true] {
                var header = Data()
                word(isDirectory ? 0x0201_4b50 : 0x0403_4b50, &header)
                if isDirectory { half(20, &header) }
                for value in [20, 0, 0, 0, 0] { half(value, &header) }
                for value in [checksum, bytes.count, bytes.count] { word(value, &header) }
                half(name.utf8.count, &header)
                half(0, &header)
                if isDirectory {
                    for value in [0, 0, 0] { half(value, &header) }
                    word(0, &header)
                    word(offset, &header)
                }
                header.append(contentsOf: name.utf8)
                if isDirectory { directory += header } else { data += header + bytes }
            }
        }
        let start = data.count
        data += directory
        word(0x0605_4b50, &data)
        for value in [0, 0, entries.count, entries.count] { half(value, &data) }
        word(directory.count, &data)
        word(start, &data)
        half(0, &data)
        return data
    }

    /// CRC-32 as ISO 3309 defines it, bit by bit.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xedb8_8320 : 0) }
        }
    }

    private func extract(_ data: Data) throws -> [String: String] {
        try TemporaryFolder.use { folder in
            let path = folder + "/a.zip"
            try data.write(to: URL(fileURLWithPath: path))
            let zip = try ZipReader(path)
            var found: [String: String] = [:]
            for entry in zip.entries {
                try zip.extract(entry, below: folder + "/out")
                found[entry.name] = try String(contentsOfFile: folder + "/out/" + entry.name, encoding: .utf8)
            }
            #expect(!FileManager.default.fileExists(atPath: folder + "/evil"))
            return found
        }
    }

    @Test func entriesBecomeFiles() throws {
        let files = ["a.json": "{}", "streams/gps.ndjson": "1\n2\n", "empty": ""]
        #expect(try extract(archive(files.map { ($0.key, $0.value) })) == files)
    }

    @Test(arguments: ["../evil", "/evil", "a/../../evil", "a//b", ".."])
    func namesThatLeadOutAreRefused(_ name: String) {
        #expect(throws: HearthError.self) { try extract(archive([(name, "x")])) }
    }

    @Test func damageIsNoticed() throws {
        #expect(throws: HearthError.self) { try extract(archive([("a", "x")], damage: true)) }
        let whole = archive([("a", "some text"), ("b", "more")])
        for count in 0..<whole.count {
            #expect(throws: HearthError.self, "\(count) bytes") { try extract(whole.prefix(count)) }
        }
    }
}
