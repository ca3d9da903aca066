import HearthCore

/// Cuts a stream of samples into chunks. Pure.
struct AudioChunker {
    /// A piece of a recording.
    struct Chunk: Hashable, Sendable {
        var samples: [UInt8]
        /// From 0.
        var index: Int
        /// Of its first sample.
        var timestamp: Timestamp
        /// The last message that lies in this chunk or an earlier one as a whole.
        var throughMessage: Int64
    }

    private static let maximumSeconds = 30
    /// Shorter chunks for formats that would need more memory than this.
    private static let maximumBytes = 4 << 20

    let format: SampleFormat
    /// When the recording began.
    let start: Timestamp
    private let chunkBytes: Int
    private var samples: [UInt8] = []
    private var nextIndex = 0
    /// Frames of samples in the chunks before.
    private var framesBefore = 0
    private var completeMessage: Int64

    /// - Parameter message: The number of the message that began the recording.
    init(_ format: SampleFormat, start: Timestamp, message: Int64) {
        self.format = format
        self.start = start
        completeMessage = message
        let wanted = min(format.bytesPerSecond * Self.maximumSeconds, Self.maximumBytes)
        chunkBytes = max(wanted / format.frameBytes, 1) * format.frameBytes
    }

    var bufferedBytes: Int { samples.count }

    /// Takes the samples of one message.
    /// - Returns: The chunks that are complete now.
    mutating func append(_ bytes: UnsafeRawBufferPointer, message: Int64) -> [Chunk] {
        var chunks: [Chunk] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(chunkBytes - samples.count)
            samples.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            if rest.isEmpty { completeMessage = message }
            if samples.count == chunkBytes { chunks.append(cut()) }
        }
        completeMessage = message
        return chunks
    }

    /// What is left; nil when there is nothing. Half a sample at the very end is dropped.
    mutating func finish() -> Chunk? {
        samples.removeLast(samples.count % format.frameBytes)
        return samples.isEmpty ? nil : cut()
    }

    private mutating func cut() -> Chunk {
        let microseconds = Double(framesBefore) / Double(format.sampleRate) * 1_000_000
        let chunk = Chunk(
            samples: samples, index: nextIndex,
            timestamp: Timestamp(microseconds: start.microseconds + Int64(microseconds.rounded())),
            throughMessage: completeMessage)
        framesBefore += samples.count / format.frameBytes
        nextIndex += 1
        samples = []
        return chunk
    }
}
