import Dispatch
import Foundation
import HearthCore
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Whether the real program is there to be killed.
private let isProgramBuilt = ServerProcess.program != nil

/// `kill -9` of the real program while it seals private values, rewrites old readings and rotates its secret.
@Suite("Vault crash", .serialized, .enabled(if: isProgramBuilt, "the program hearth is not beside the tests"))
struct VaultCrashTests {
    static let rounds = ProcessInfo.processInfo.environment["HEARTH_VAULT_ROUNDS"].flatMap(Int.init) ?? 40

    @Test func privateValuesAreNeitherLostNorStoredInClear() throws {
        let household = try Household()
        defer { household.remove() }
        var random = Seeded(20_261_122)
        let visits = Visits()
        try visits.define(isPrivate: false, in: household.home)
        var server = try ServerProcess(home: household.home)
        let device = try Household.registerDevice("Planted Phone", on: server)
        // From before their field was private.
        for start in stride(from: 0, to: 3000, by: 500) {
            let isStored = visits.send(start..<start + 500, stream: "visits", device: device, to: server.port)
            #expect(isStored)
        }
        visits.next = 3000
        server.kill()
        try visits.define(isPrivate: true, in: household.home)
        server = try ServerProcess(home: household.home)
        var midway = 0
        var rotations = 0
        for round in 1...Self.rounds {
            let port = server.port
            let start = visits.next
            let sending = DispatchGroup()
            for (lane, stream) in ["bluetooth", "wifi", "visits"].enumerated() {
                DispatchQueue.global().async(group: sending) {
                    for part in 0..<4 {
                        let first = start + (lane * 4 + part) * 40
                        if !visits.send(first..<first + 40, stream: stream, device: device, to: port) { return }
                    }
                }
            }
            visits.next = start + 480
            if round % 4 == 0,
                let answer = try? RawConnection(port: port).request("POST", "/vault/rotation"), answer.status == 202
            {
                rotations += 1
            }
            usleep(UInt32.random(in: 1000...150_000, using: &random))
            // Only counted: an answer may be late where much else is going on.
            if let vault = try? Self.vault(server), vault["rewriting"]?.isNull == false { midway += 1 }
            server.kill()
            sending.wait()
            server = try ServerProcess(home: household.home)
        }
        try Self.settle(server)
        // What was not acknowledged is sent again, and becomes no second reading.
        visits.sendAgain(device: device, to: server.port)
        let found = try visits.compare(device: device, on: server)
        #expect(found.isEmpty, "\(found.prefix(5))")
        let report = try JSONValue(parsing: RawConnection(port: server.port).request("GET", "/audit/verification").body)
        #expect(report["intact"]?.bool == true)
        let vault = try Self.vault(server)
        #expect(vault["missing"]?.int64 == 0)
        #expect(vault["epoch"]?.int64 == Int64(rotations + 1))
        #expect(vault["epochs"]?.int64 == 1)
        server.kill()
        let secrets = try FileManager.default.contentsOfDirectory(atPath: household.home + "/keys").filter {
            $0.hasPrefix("vault-")
        }
        #expect(secrets == ["vault-\(rotations + 1).key"])
        let leaks = try visits.leaks(in: household)
        #expect(leaks.isEmpty, "\(leaks.prefix(5))")
        print(
            "vault crash: \(Self.rounds) rounds of kill -9, \(midway) of them while readings were rewritten, "
                + "\(rotations) rotations; \(visits.next) readings")
        // Else nothing was interrupted, and nothing is proved.
        #expect(midway > Self.rounds / 10)
        #expect(rotations > 0)
    }

    private static func vault(_ server: ServerProcess) throws -> JSONValue {
        let answer = try RawConnection(port: server.port).request("GET", "/vault")
        guard answer.status == 200 else { throw CrashFailure("no vault: status \(answer.status)") }
        return try JSONValue(parsing: answer.body)
    }

    /// Waits until all readings are rewritten.
    private static func settle(_ server: ServerProcess) throws {
        for _ in 0..<1200 {
            guard let vault = try? vault(server) else { continue }
            let states = Set(vault["fields"]?.array?.compactMap { $0["state"]?.string } ?? [])
            if vault["rewriting"]?.isNull == true, vault["epochs"]?.int64 == 1, states == ["sealed"] { return }
            usleep(100_000)
        }
        throw CrashFailure("the vault did not come to rest")
    }
}

/// Readings whose private values can be told from everything else in a file.
private final class Visits: Sendable {
    private struct State {
        var next = 0
        /// Batches without an answer.
        var open: [(stream: String, numbers: Range<Int>)] = []
        /// By stream, also those without an answer.
        var sent: [String: Set<Int>] = [:]
    }

    private let state = Mutex(State())
    private let start = Int(Date().timeIntervalSince1970) * 1000 - 7_200_000

    var next: Int {
        get { state.withLock { $0.next } }
        set { state.withLock { $0.next = newValue } }
    }

    func define(isPrivate: Bool, in home: String) throws {
        let list = isPrivate ? #"["place", "latitude"]"# : "[]"
        let source = """
            {"$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://hearth.invalid/schemas/visits/1", "title": "Visits", "type": "object",
            "properties": {"place": {"type": "string", "maxLength": 100}, "latitude": {"type": "number"}},
            "required": ["place"],
            "additionalProperties": true,
            "x-hearth": {"stream": "visits", "version": 1, "table": "visits_raw", "private": \(list),
            "example": {"place": "the market"}}}
            """
        try FileManager.default.createDirectory(atPath: home + "/schemas", withIntermediateDirectories: true)
        try Data(source.utf8).write(to: URL(fileURLWithPath: home + "/schemas/visits.json"))
    }

    private func payload(_ number: Int, _ stream: String) -> String {
        switch stream {
        case "bluetooth": #""device_address":"planted radio \#(number % 5)","device_name":"planted name \#(number)""#
        case "wifi": #""ssid":"planted network \#(number % 7)","ip_address":"planted address \#(number)""#
        default: #""place":"planted place \#(number)","latitude":\#(Self.latitude(number))"#
        }
    }

    /// Exact in binary, and with a beginning that no other number has.
    private static func latitude(_ number: Int) -> Double { 47.984375 + Double(number) / 4_294_967_296 }

    /// - Returns: whether all was acknowledged.
    func send(_ numbers: Range<Int>, stream: String, device: String, to port: Int) -> Bool {
        let items = numbers.map { number in
            #"{"timestamp":\#(start + number * 10),"n":\#(number),\#(payload(number, stream))}"#
        }
        let body = #"{"device_id":"\#(device)","stream":"\#(stream)","readings":[\#(items.joined(separator: ","))]}"#
        state.withLock { $0.sent[stream, default: []].formUnion(numbers) }
        let answer = try? RawConnection(port: port).request("POST", "/sensor/batch", body)
        let isKnown = answer.map { (200..<300).contains($0.status) } ?? false
        if !isKnown { state.withLock { $0.open.append((stream, numbers)) } }
        return isKnown
    }

    func sendAgain(device: String, to port: Int) {
        let open = state.withLock { state in
            defer { state.open = [] }
            return state.open
        }
        for batch in open { _ = send(batch.numbers, stream: batch.stream, device: device, to: port) }
    }

    /// What a reader misses, sees twice, or sees otherwise than it was sent.
    func compare(device: String, on server: ServerProcess) throws -> [String] {
        var problems = state.withLock { $0.open.map { "\($0.stream) \($0.numbers) was refused" } }
        for stream in ["bluetooth", "wifi", "visits"] {
            let answer = try RawConnection(port: server.port).request(
                "GET", "/streams/\(stream)?device_id=\(device)", accept: "application/x-ndjson")
            guard answer.status == 200 else { throw CrashFailure("no readings: status \(answer.status)") }
            var seen: Set<Int> = []
            for line in answer.body.split(separator: UInt8(ascii: "\n")) {
                let reading = try JSONValue(parsing: Array(line))
                let number = Int(reading["n"]?.int64 ?? -1)
                if !seen.insert(number).inserted { problems.append("\(stream) \(number) is there twice") }
                let isSame =
                    switch stream {
                    case "bluetooth":
                        reading["device_address"]?.string == "planted radio \(number % 5)"
                            && reading["device_name"]?.string == "planted name \(number)"
                    case "wifi":
                        reading["ssid"]?.string == "planted network \(number % 7)"
                            && reading["ip_address"]?.string == "planted address \(number)"
                    default:
                        reading["place"]?.string == "planted place \(number)"
                            && reading["latitude"]?.double == Self.latitude(number)
                    }
                if !isSame { problems.append("\(stream) \(number) is \(reading.text)") }
            }
            problems += expected(stream).subtracting(seen).sorted().map { "\(stream) \($0) is missing" }
        }
        return problems
    }

    private func expected(_ stream: String) -> Set<Int> { state.withLock { $0.sent[stream] ?? [] } }

    /// Private values in files of the home that are not the vault's, and beside it.
    func leaks(in household: Household) throws -> [String] {
        let home = household.home
        let names = (FileManager.default.enumerator(atPath: home)?.allObjects as? [String] ?? []).filter {
            !$0.hasPrefix("vault.db")
        }
        var paths = names.map { "\(home)/\($0)" }
        paths += [home + ".out", home + ".log"]
        return paths.flatMap { path -> [String] in
            guard let data = FileManager.default.contents(atPath: path) else { return [] }
            var found = data.range(of: Data("lanted ".utf8)) == nil ? [] : ["planted text in \(path)"]
            if holdsLatitude(data) { found.append("a latitude in \(path)") }
            return found
        }
    }

    /// SQLite writes doubles with the highest byte first; the first four are the same in all latitudes.
    private func holdsLatitude(_ data: Data) -> Bool {
        let prefix = withUnsafeBytes(of: Self.latitude(0).bitPattern.bigEndian) { Data($0) }.prefix(4)
        var rest = data.startIndex..<data.endIndex
        while let match = data.range(of: prefix, in: rest) {
            let bits = data[match.lowerBound...].prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let number = (Double(bitPattern: bits) - Self.latitude(0)) * 4_294_967_296
            if number >= 0, number < Double(next), number == number.rounded() { return true }
            rest = match.upperBound..<data.endIndex
        }
        return false
    }
}
