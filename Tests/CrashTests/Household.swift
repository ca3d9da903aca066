import Foundation
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// A server's home with the clients that write to it, and the comparison of what they know with what is stored.
struct Household {
    let home: String
    var clients: [LoadClient] = []

    /// A folder of its own below `folder`.
    init(below folder: String = FileManager.default.temporaryDirectory.path) throws {
        home = folder + "/hearth-crash-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    }

    func remove() {
        for path in [home, home + ".out", home + ".log"] { try? FileManager.default.removeItem(atPath: path) }
    }

    mutating func registerClients(_ kinds: [LoadClient.Kind], on server: ServerProcess) throws {
        for kind in kinds {
            clients.append(LoadClient(kind: kind, device: try Self.registerDevice(kind.rawValue, on: server)))
        }
    }

    static func registerDevice(_ name: String, on server: ServerProcess) throws -> String {
        let answer = try RawConnection(port: server.port).request(
            "POST", "/devices", #"{"name":"\#(name)","kind":"watch"}"#)
        guard answer.status == 201, let id = try JSONValue(parsing: answer.body)["id"]?.string else {
            throw CrashFailure("no device: status \(answer.status), \(String(decoding: answer.body, as: UTF8.self))")
        }
        return id
    }

    /// Numbers of the readings that a device has in a stream, from `first` on, with how often each is there.
    static func stored(
        of device: String, in stream: String = "heartrate", from first: Int = 0, on server: ServerProcess
    ) throws -> [Int: Int] {
        let from = Timestamp(microseconds: LoadClient.milliseconds(of: first) * 1000)
        let answer = try RawConnection(port: server.port).request(
            "GET", "/streams/\(stream)?device_id=\(device)&from=\(from)", accept: "application/x-ndjson")
        guard answer.status == 200 else {
            throw CrashFailure(
                "no readings: status \(answer.status), \(String(decoding: answer.body.prefix(300), as: UTF8.self))")
        }
        var counts: [Int: Int] = [:]
        for line in answer.body.split(separator: UInt8(ascii: "\n")) {
            guard let number = try JSONValue(parsing: Array(line))["n"]?.int64 else {
                throw CrashFailure("a reading without its number: \(String(decoding: line, as: UTF8.self))")
            }
            counts[Int(number), default: 0] += 1
        }
        return counts
    }

    /// What is wrong with what a server has.
    struct Comparison {
        var acknowledged = 0
        var lost = 0
        var doubled = 0
        /// Stored, although nobody ever sent it like this.
        var foreign = 0
        /// Stored, but the answer was lost: to be sent again without becoming two.
        var unanswered = 0
    }

    /// Compares numbers from `first` of each client on.
    func compare(from first: [Int]? = nil, on server: ServerProcess) throws -> Comparison {
        var result = Comparison()
        for (index, client) in clients.enumerated() {
            let start = first?[index] ?? 0
            let counts = try Self.stored(of: client.device, from: start, on: server)
            let known = client.acknowledged.filter { $0 >= start }
            result.acknowledged += known.count
            result.lost += known.count { counts[$0] == nil }
            result.doubled += counts.values.count { $0 > 1 }
            result.unanswered += counts.keys.count { $0 < client.next && !client.acknowledged.contains($0) }
            result.foreign += counts.keys.count { $0 >= client.next }
        }
        return result
    }
}
