import GRDB
import HearthCore
import Synchronization

/// How many terms passages have, with those of their titles, remembered: a number is never used twice, and a passage never
/// changes.
final class PassageLengths: Sendable {
    /// Numbers above this are read every time: 16 MiB of lengths are enough.
    private static let capacity = 1 << 22

    /// By number; 0 is not known yet.
    private let known = Mutex<[UInt32]>([])

    func lengths(of numbers: some Collection<Int64>, in db: Database) throws -> [UInt32] {
        var lengths = known.withLock { known in
            numbers.map { known.indices.contains(Int($0)) ? known[Int($0)] : 0 }
        }
        guard lengths.contains(0) else { return lengths }
        let statement = try RawStatement(db, "SELECT sz FROM terms_docsize WHERE id = ?")
        defer { statement.clear() }
        var read: [(number: Int, length: UInt32)] = []
        for (place, number) in numbers.enumerated() where lengths[place] == 0 {
            statement.bind(1, number)
            if try statement.step() {
                let length = FTS5Integers.all(in: statement.bytes(0)).reduce(0, +)
                lengths[place] = UInt32(clamping: length)
                read.append((Int(number), lengths[place]))
            }
            statement.reset()
        }
        known.withLock { known in
            let highest = min(read.map(\.number).max() ?? 0, Self.capacity - 1)
            if highest >= known.count {
                // Doubled, so that a growing library is not copied with every query.
                let room = min(Swift.max(highest + 1, known.count * 2), Self.capacity)
                known += Array(repeating: 0, count: room - known.count)
            }
            for (number, length) in read where known.indices.contains(number) { known[number] = length }
        }
        return lengths
    }
}

/// Numbers as FTS5 and SQLite store them: 7 bits a byte, the highest first, a set high bit where more follow.
enum FTS5Integers {
    static func all(in bytes: UnsafeRawBufferPointer) -> [UInt64] {
        var numbers: [UInt64] = []
        var (number, count): (UInt64, Int) = (0, 0)
        for byte in bytes {
            count += 1
            // The ninth byte has all its bits.
            number = count == 9 ? number << 8 | UInt64(byte) : number << 7 | UInt64(byte & 0x7f)
            if byte & 0x80 == 0 || count == 9 {
                numbers.append(number)
                (number, count) = (0, 0)
            }
        }
        return numbers
    }
}
