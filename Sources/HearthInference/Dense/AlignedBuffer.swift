/// Memory whose first byte lies at a multiple of 64, as the kernels want it. Zeroed.
final class AlignedBuffer {
    let start: UnsafeMutableRawPointer
    let count: Int

    init(bytes: Int) {
        count = bytes
        start = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
        start.initializeMemory(as: UInt8.self, repeating: 0, count: max(bytes, 64))
    }

    convenience init(floats: Int) { self.init(bytes: floats * MemoryLayout<Float>.stride) }

    deinit { start.deallocate() }

    var floats: UnsafeMutablePointer<Float> { start.assumingMemoryBound(to: Float.self) }
}
