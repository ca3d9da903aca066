import Foundation
import HearthCore
import HearthPlan
import OrderedCollections

/// The quick-add parser against the labelled texts of Recognizers-Text: span and resolution both right, per file.
enum QuickAddBench {
    /// Files with what they report, and the manner of reading they are labelled for.
    static let files: [(name: String, kinds: Set<String>?, manner: TemporalFinder.Manner)] = [
        ("DateTimeModel", nil, .mentions), ("DateTimeModelTasksMode", nil, .tasks),
        ("SetExtractor", ["set"], .mentions), ("SetParser", ["set"], .mentions),
        ("DurationExtractor", ["duration"], .mentions), ("DurationParser", ["duration"], .mentions),
    ]

    /// - Parameters:
    ///   - half: 0 is what the grammar was developed on, 1 what is reported.
    ///   - failures: tells the texts that were read otherwise. Only for the half that was developed on.
    static func run(specifications folder: String, half: Int, grammar: Grammar, failures: Bool = false) throws
        -> JSONValue
    {
        var rows: [JSONValue] = []
        for file in files {
            let path = "\(folder)/DateTime/English/\(file.name).json"
            var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
            let cases = (try JSONValue(parsing: bytes).array ?? []).compactMap { RecognizersCase($0, file: file.name) }
                .filter { $0.half == half }
            let finder = TemporalFinder(grammar: grammar, manner: file.manner)
            var right = 0
            var unsupported = 0
            var misses: [JSONValue] = []
            var faults: [String: Int64] = [:]
            for item in cases {
                let supported = item.unsupported.isEmpty
                if !supported { unsupported += 1 }
                let found = finder.phrases(in: item.input, now: item.reference)
                    .map { RecognizersForm($0, in: item.input) }
                    .filter { file.kinds?.contains($0.kind) ?? true }
                let isRight =
                    found.count == item.expected.count
                    && zip(found, item.expected).allSatisfy { matches($0, $1) }
                if supported, isRight { right += 1 }
                if supported { tally(found, item, &faults) }
                if supported, !isRight, failures { misses.append(describe(item, found)) }
            }
            let supported = cases.count - unsupported
            var latencies = latencies(cases, finder)
            latencies.sort()
            let last = latencies.isEmpty ? 0 : latencies[min(latencies.count - 1, latencies.count * 99 / 100)]
            rows.append([
                "p99_seconds": .real(last),
                "file": .string(file.name), "cases": .integer(Int64(cases.count)),
                "unsupported": .integer(Int64(unsupported)), "right": .integer(Int64(right)),
                "share": .real(Double(right) / Double(max(supported, 1))), "misses": .array(misses),
                "faults": .object(
                    .init(uniqueKeysWithValues: faults.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })),
            ])
        }
        return .array(rows)
    }

    /// Seconds of each call, each text read several times.
    private static func latencies(_ cases: [RecognizersCase], _ finder: TemporalFinder) -> [Double] {
        let clock = ContinuousClock()
        var found = 0
        return (0..<10).flatMap { _ in
            cases.map { item in
                clock.measure { found += finder.phrases(in: item.input, now: item.reference).count }.inSeconds
            }
        }
    }

    /// How each expected phrase fared, by its kind, without the texts.
    private static func tally(_ found: [RecognizersForm], _ item: RecognizersCase, _ faults: inout [String: Int64]) {
        for expected in item.expected {
            let end = expected.start + expected.length
            let fate: String
            if found.contains(where: { matches($0, expected) }) {
                fate = "right"
            } else if let same = found.first(where: { $0.start == expected.start && $0.length == expected.length }) {
                fate = same.kind == expected.kind ? "other values" : "other kind"
            } else if found.contains(where: { $0.start < end && expected.start < $0.start + $0.length }) {
                fate = "other span"
            } else {
                fate = "not found"
            }
            faults["\(expected.kind): \(fate)", default: 0] += 1
        }
        let extra = found.filter { one in
            !item.expected.contains { $0.start < one.start + one.length && one.start < $0.start + $0.length }
        }
        for one in extra { faults["\(one.kind): not there", default: 0] += 1 }
    }

    private static func matches(_ found: RecognizersForm, _ expected: RecognizersCase.Expected) -> Bool {
        found.kind == expected.kind && found.start == expected.start && found.length == expected.length
            && (expected.values.isEmpty || found.values == expected.values)
    }

    private static func describe(_ item: RecognizersCase, _ found: [RecognizersForm]) -> JSONValue {
        func text(_ start: Int, _ length: Int) -> String {
            let units = Array(item.input.utf16)
            guard start >= 0, start + length <= units.count else { return "?" }
            return String(decoding: units[start..<start + length], as: UTF16.self)
        }
        let expected = item.expected.map { "\(text($0.start, $0.length)) [\($0.kind)] \($0.values.sorted())" }
        let got = found.map { "\(text($0.start, $0.length)) [\($0.kind)] \($0.values.sorted())" }
        return .string("\(item.input)\n     want \(expected)\n     got  \(got)")
    }
}
