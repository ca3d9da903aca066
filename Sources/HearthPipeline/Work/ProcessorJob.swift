import HearthCore
import HearthStore

/// Readings to work, and how far the processor is once they are done.
struct ProcessorJob: Sendable {
    enum Lane: Sendable { case live, run, replay }

    var lane: Lane
    var batch: ReadingBatch
    var progress: ProcessorProgress
}
