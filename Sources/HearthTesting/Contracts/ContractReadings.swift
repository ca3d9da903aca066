import HearthCore
package import HearthSchema
package import HearthStore

/// What the contract stores: streams, devices, and readings that are the same in every run.
package enum ContractReadings {
    /// Stores must be made with this digest.
    package static let digest = ReadingDigest(key: SipHash.Key(first: 0x5eed, second: 0xc0ffee))

    static let start = Timestamp(microseconds: 1_742_979_600_000_000)  // 2025-03-26T09:00:00Z
    static let hour: Int64 = 3_600_000_000

    static let people = (1...2).map { UniqueID(high: 0x7000, low: 0x8000_0000_0000_0000 | UInt64($0)) }
    /// Not in order, as ids of devices are not.
    static let devices = (1...4).map {
        UniqueID(high: UInt64($0 * 7 % 5) << 16 | 0x7000, low: 0x8000_0000_0000_0000 | UInt64($0))
    }

    /// Every type of column and free members, at a high rate, so that it is compressed.
    /// - Parameter isLarger: With two more fields, as a later definition may have.
    package static func motion(isLarger: Bool = false) throws -> StreamDefinition {
        try definition(
            "motion",
            properties: """
                "x": {"type": "number"}, "y": {"type": "number"}, "z": {"type": "number"}, "steps": {"type": "integer"},
                "worn": {"type": "boolean"}, "place": {"type": "string"}, "tags": {"type": "array"}
                """ + (isLarger ? #", "pressure": {"type": "number"}, "label": {"type": "string"}"# : ""),
            block: #""rate": "high", "indexed": ["place"]"#)
    }

    /// A stream that is never compressed, with a field that must be there.
    package static func events() throws -> StreamDefinition {
        try definition(
            "events", properties: #""kind": {"type": "string"}, "level": {"type": "integer"}"#, required: #""kind""#,
            block: #""rate": "normal""#)
    }

    static func definition(
        _ name: String, properties: String, required: String = "", block: String
    ) throws -> StreamDefinition {
        let source = """
            {"$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://hearth.invalid/schemas/\(name)/1", "title": "Contract stream \(name)", "type": "object",
            "properties": {\(properties)}, "required": [\(required)], "additionalProperties": true,
            "x-hearth": {"stream": "\(name)", "version": 1, "table": "\(name)_raw", \(block)}}
            """
        return try StreamDefinition(JSONValue(parsing: source), file: "\(name).json")
    }

    /// A stored value with its text, for comparison.
    enum Value: Hashable, Sendable {
        case null
        case integer(Int64)
        /// Bits, so that equality is exact.
        case real(UInt64)
        case text(String)
    }

    /// A reading as a value.
    struct Reading: Hashable, Sendable, CustomStringConvertible {
        var head: ReadingHead
        var values: [Value]

        var position: ReadingPosition { ReadingPosition(head) }

        func number(_ column: Int) -> Double? {
            switch values[column] {
            case .integer(let value): Double(value)
            case .real(let bits): Double(bitPattern: bits)
            case .null, .text: nil
            }
        }

        var description: String { "\(head.timestamp) \(head.device) \(head.digest) \(values)" }
    }

    static func readings(_ batch: ReadingBatch) -> [Reading] {
        (0..<batch.count).map { row in
            Reading(
                head: batch.heads[row],
                values: batch.row(row).map { cell in
                    switch cell {
                    case .null: .null
                    case .integer(let value): .integer(value)
                    case .real(let value): .real(value.bitPattern)
                    case .text: .text(batch.string(cell) ?? "")
                    }
                })
        }
    }

    static func batch(_ readings: [Reading], _ stream: StreamDefinition) -> ReadingBatch {
        var batch = ReadingBatch(stream: stream, minimumCapacity: readings.count)
        for reading in readings {
            batch.heads.append(reading.head)
            for value in reading.values {
                switch value {
                case .null: batch.cells.append(.null)
                case .integer(let value): batch.cells.append(.integer(value))
                case .real(let bits): batch.cells.append(.real(Double(bitPattern: bits)))
                case .text(let text): batch.cells.append(batch.textCell(text))
                }
            }
        }
        return batch
    }

    /// One reading of `motion` with a digest.
    static func reading(
        _ stream: StreamDefinition, person: Int = 0, device: Int = 0, at offset: Int64, x: Double = 0,
        received: Int64? = nil, name: String? = nil
    ) -> Reading {
        let time = Timestamp(microseconds: start.microseconds + offset)
        var values = [Value](repeating: .null, count: stream.columnCount)
        if stream.name == "events" {
            values[0] = .text("kind \(x)")
        } else {
            values[0] = .real(x.bitPattern)
        }
        let head = ReadingHead(
            person: people[person], device: devices[device], timestamp: time,
            received: Timestamp(microseconds: start.microseconds + (received ?? offset)))
        return sealed(Reading(head: head, values: values), stream, name: name)
    }

    /// Sets the digest, by content or by a client's name.
    static func sealed(_ reading: Reading, _ stream: StreamDefinition, name: String? = nil) -> Reading {
        var reading = reading
        if var name {
            reading.head.flags.insert(.clientKeyed)
            let device = reading.head.device
            reading.head.digest = name.withUTF8 { digest.digest(clientID: $0, stream: stream.name, device: device) }
            return reading
        }
        var batch = batch([reading], stream)
        digest.seal(&batch)
        reading.head.digest = batch.heads[0].digest
        return reading
    }

    /// Readings of `motion` with everything that can be in one, over some hours, of three devices and two people, no two
    /// of them the same.
    static func mixture(_ count: Int, seed: UInt64, stream: StreamDefinition) -> [Reading] {
        var generator = SplitMix64(seed: seed)
        var seen: Set<ReadingPosition> = []
        var result: [Reading] = []
        while result.count < count {
            let device = Int.random(in: 0..<3, using: &generator)
            let milliseconds = Int64.random(in: 0..<18_000_000, using: &generator)
            // Some readings share a time, some have microseconds.
            let offset =
                Bool.random(using: &generator)
                ? milliseconds / 500 * 500_000 : milliseconds * 1000 + .random(in: 0..<1000, using: &generator)
            let isLate = Int.random(in: 0..<20, using: &generator) == 0
            var flags: ReadingFlags = []
            if isLate { flags.insert(.late) }
            if Int.random(in: 0..<50, using: &generator) == 0 { flags.insert(.clockSkew) }
            let head = ReadingHead(
                person: people[device == 2 ? 1 : 0], device: devices[device],
                timestamp: Timestamp(microseconds: start.microseconds + offset),
                received: Timestamp(microseconds: start.microseconds + offset + (isLate ? 50 * hour : 1_500)),
                flags: flags)
            let name = Int.random(in: 0..<10, using: &generator) == 0 ? "name \(result.count)" : nil
            let reading = sealed(
                Reading(head: head, values: values(stream, using: &generator)), stream, name: name)
            if seen.insert(reading.position).inserted { result.append(reading) }
        }
        return result
    }

    /// A batch of `mixture`, for tests of one back end.
    package static func sample(_ count: Int, seed: UInt64, stream: StreamDefinition) -> ReadingBatch {
        batch(mixture(count, seed: seed, stream: stream), stream)
    }

    private static func values(_ stream: StreamDefinition, using generator: inout SplitMix64) -> [Value] {
        func maybe(_ value: Value) -> Value { Int.random(in: 0..<6, using: &generator) == 0 ? .null : value }
        let texts = ["", "home", "Straße 5", "日本語", "line\nbreak", "\u{0}zero", String(repeating: "long ", count: 60)]
        let extremes = [
            0, Double.greatestFiniteMagnitude, -Double.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e22,
            -1.0 / 3, 4_503_599_627_370_497.5,
        ]
        let integers: [Int64] = [.min, .max, 0, -1, 1, 1 << 53]
        let decimal = (Double.random(in: -20...20, using: &generator) * 100).rounded() / 100 + 0
        let float = Double(Float.random(in: -9...9, using: &generator))
        var wild = Double.random(in: -1e6...1e6, using: &generator)
        if Int.random(in: 0..<8, using: &generator) == 0 { wild = extremes.randomElement(using: &generator) ?? 0 }
        var steps = Int64.random(in: 0...5000, using: &generator)
        if Int.random(in: 0..<30, using: &generator) == 0 { steps = integers.randomElement(using: &generator) ?? 0 }
        var values: [Value] = [
            maybe(.real((decimal == 0 ? 0 : decimal).bitPattern)), maybe(.real(float.bitPattern)),
            maybe(.real(wild.bitPattern)), maybe(.integer(steps)),
            maybe(.integer(Bool.random(using: &generator) ? 1 : 0)),
            maybe(.text(texts.randomElement(using: &generator) ?? "")),
            Int.random(in: 0..<3, using: &generator) == 0 ? .text("[1,\"two\"]") : .null,
        ]
        while values.count < stream.fields.count { values.append(.null) }
        values.append(Int.random(in: 0..<4, using: &generator) == 0 ? .text("{\"confidence\":3}") : .null)
        return values
    }
}
