// Writes notes and works them until it is killed, or with `finish` until nothing waits. Prints the number of each note that
// was acknowledged.
import Foundation
import HearthCore
import HearthIngest
import HearthPipeline
import HearthSchema
import HearthStore
import HearthStoreSQLite
import HearthTesting
import HearthVault
import Logging
import Synchronization

let path = CommandLine.arguments[1]
let first = Int(CommandLine.arguments[2]) ?? 0
let finishes = CommandLine.arguments.contains("finish")
let streams = try PipelineStreams()
let store = try await SQLiteReadingStore.open(path: path, digest: ContractReadings.digest)
try await store.install(streams.registry.all)
let writer = CommitWriter(store: store, limits: IngestLimits())
let admission = Admission(
    registry: streams.registry, devices: DeviceDirectory(catalogue: MemoryCatalogueStore()),
    digest: ContractReadings.digest, time: SystemTime(), limits: IngestLimits())
let words = WordProcessor(batchLimit: 16)
words.isUnreadable.withLock { $0 = { text in text.hasSuffix(" bad") } }
let pipeline = try PipelineService(
    [words, LetterProcessor()],
    context: PipelineContext(
        holder: UniqueID(high: 0x9000, low: 1), store: store, admission: admission, bus: writer.bus,
        logger: Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() }))

func note(_ number: Int) -> ReadingBatch {
    var batch = ReadingBatch(stream: streams.note)
    let taken = Timestamp(microseconds: 1_742_979_600_000_000 + Int64(number) * 1_000_000)
    batch.heads.append(
        ReadingHead(
            person: UniqueID(high: 0x7000, low: 1 << 63), device: UniqueID(high: 0x7000, low: 1 << 63 | 1),
            timestamp: taken, received: admission.time.now()))
    batch.cells.append(batch.textCell("note number \(number)" + (number % 10 == 9 ? " bad" : "")))
    ContractReadings.digest.seal(&batch)
    return batch
}

try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await writer.run() }
    group.addTask { try await pipeline.run() }
    if finishes {
        while true {
            let overviews = try await pipeline.overviews()
            if overviews.allSatisfy({ $0.waiting == 0 && $0.run == nil && $0.state == .idle }) { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        group.cancelAll()
        return
    }
    var number = first
    while true {
        // Each round asks for a part of the work to be done again, so that runs are interrupted, too.
        if number == first + 20 { _ = try await pipeline.run("words", from: Timestamp(microseconds: 0)) }
        _ = try await writer.submit([note(number)])
        FileHandle.standardOutput.write(Data("\(number)\n".utf8))
        number += 1
    }
}
try await store.close()
