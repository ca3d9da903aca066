import Foundation
import HearthCore
import Synchronization

/// A sender with a device of its own, which keeps book of what the server acknowledged and sends the rest again.
///
/// Every reading has a number: it makes its time and its value, and comes back in the member `n`.
// Sendable: one thread at a time works with a client, and the test reads it after joining that thread.
final class LoadClient: @unchecked Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// One reading per request, named by the client.
        case named
        /// One reading per request, told apart by its content.
        case single
        /// Some dozen readings per request.
        case batch
        /// A WebSocket with several messages under way.
        case socket
    }

    let kind: Kind
    let device: String
    /// Number of the next new reading.
    private(set) var next = 0
    /// Sent, and not known whether it is stored.
    private(set) var unanswered: [Int] = []
    private(set) var acknowledged: Set<Int> = []
    /// Refusals that may not happen under this load.
    private(set) var surprises: [String] = []

    static let batchSize = 25
    static let window = 64
    /// Number 0 was yesterday; a millisecond lies between two readings.
    static let firstMillisecond = Int64(Date().timeIntervalSince1970 * 1000) - 86_400_000

    init(kind: Kind, device: String) {
        self.kind = kind
        self.device = device
    }

    static func milliseconds(of number: Int) -> Int64 { firstMillisecond + Int64(number) }

    private func reading(_ number: Int, more: String = "") -> String {
        let id = kind == .named ? #""id":"reading-\#(number)","# : ""
        return #"{\#(id)\#(more)"device_id":"\#(device)","timestamp":\#(Self.milliseconds(of: number)),"#
            + #""bpm":\#(40 + number % 200),"n":\#(number)}"#
    }

    private func draw(_ count: Int) -> [Int] {
        defer { next += count }
        return Array(next..<next + count)
    }

    private func settle(_ numbers: some Sequence<Int>) {
        let settled = Set(numbers)
        acknowledged.formUnion(settled)
        unanswered.removeAll { settled.contains($0) }
    }

    /// Sends until the server is gone or `stop` is set; what was unanswered goes first.
    func work(port: Int, until stop: Flag) {
        do {
            let connection = try RawConnection(port: port)
            if kind == .socket {
                try workOverSocket(connection, until: stop)
            } else {
                try workOverHTTP(connection, until: stop)
            }
        } catch is RawConnection.Broken {
            // What was under way stays unanswered.
        } catch {
            surprises.append("\(error)")
        }
    }

    private func workOverHTTP(_ connection: RawConnection, until stop: Flag) throws {
        while !stop.isSet {
            let size = kind == .batch ? Self.batchSize : 1
            let numbers = unanswered.isEmpty ? draw(size) : Array(unanswered.prefix(size))
            if unanswered.isEmpty { unanswered = numbers }
            let answer: RawConnection.Answer
            if kind == .batch {
                let readings = numbers.map { reading($0) }.joined(separator: ",")
                answer = try connection.request("POST", "/streams/heartrate", #"{"readings":[\#(readings)]}"#)
                let report = try? JSONValue(parsing: answer.body)
                let stored = (report?["accepted"]?.int64 ?? 0) + (report?["duplicates"]?.int64 ?? 0)
                guard answer.status == 200, Int(stored) == numbers.count else { return surprise(answer) }
            } else {
                answer = try connection.request("POST", "/sensor/heartrate", reading(numbers[0]))
                // 200: it was stored before its answer got lost.
                guard answer.status == 201 || answer.status == 200 else { return surprise(answer) }
            }
            settle(numbers)
        }
    }

    private func surprise(_ answer: RawConnection.Answer) {
        // The end of the server may reach a request as a refusal in time.
        if answer.status == 503 { return }
        surprises.append("status \(answer.status): \(String(decoding: answer.body.prefix(300), as: UTF8.self))")
    }

    private func workOverSocket(_ connection: RawConnection, until stop: Flag) throws {
        try connection.openSocket("/stream/\(device)")
        var resent = unanswered
        while !stop.isSet {
            let fresh = draw(max(0, Self.window - resent.count))
            unanswered += fresh
            let numbers = resent + fresh
            resent = []
            var frames: [UInt8] = []
            for number in numbers {
                frames += RawConnection.frame(reading(number, more: #""seq":\#(number + 1),"type":"heartrate","#))
            }
            try connection.send(frames)
            var open = Set(numbers)
            while !open.isEmpty {
                let answer = try JSONValue(parsing: connection.message())
                guard let sequence = answer["ack"]?.int64 else {
                    surprises.append("socket: \(answer.text.prefix(300))")
                    return
                }
                settle([Int(sequence) - 1])
                open.remove(Int(sequence) - 1)
            }
        }
    }
}

/// Something that several threads look at.
final class Flag: Sendable {
    private let state = Atomic(false)

    var isSet: Bool { state.load(ordering: .acquiring) }
    func set() { state.store(true, ordering: .releasing) }
}

/// Threads that run together and are waited for.
struct ThreadTeam {
    private var threads: [Thread] = []
    private let done = DispatchGroup()

    mutating func start(_ body: @escaping @Sendable () -> Void) {
        let done = done
        done.enter()
        let thread = Thread {
            body()
            done.leave()
        }
        thread.start()
        threads.append(thread)
    }

    func join() { done.wait() }
}
