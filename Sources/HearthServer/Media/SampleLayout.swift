/// Where the samples of a recording lie in its file, and how much of it a second takes.
struct SampleLayout: Equatable {
    /// What a WAV file's `fmt ` chunk holds; nil for samples without a header.
    var format: [UInt8]?
    /// Of the first sample in the file, in bytes.
    var offset = 0
    /// Bytes of samples by the header; nil where it does not know, as with recorders that stream.
    var statedBytes: Int?
    /// More than 0.
    var bytesPerSecond: Int
    /// One sample of every channel; nil for samples that are compressed.
    var frameBytes: Int?

    /// Bytes of samples in a file of this size: what a header promises and did not come does not count.
    func sampleBytes(in fileBytes: Int) -> Int { min(statedBytes ?? .max, max(fileBytes - offset, 0)) }

    func seconds(in fileBytes: Int) -> Double { Double(sampleBytes(in: fileBytes)) / Double(bytesPerSecond) }
}
