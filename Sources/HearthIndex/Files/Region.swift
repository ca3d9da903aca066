import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Zeroed memory for `capacity` elements that never moves, so that readers need no lock against its growth. What was never
/// written takes no room.
final class Region<Element: BitwiseCopyable>: @unchecked Sendable {  // Who writes what when is its owner's promise.
    let base: UnsafeMutablePointer<Element>
    let capacity: Int
    private let length: Int

    init(capacity: Int) throws(SystemCallError) {
        self.capacity = capacity
        length = max(1, capacity * MemoryLayout<Element>.stride)
        guard
            let address = mmap(
                nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            address != MAP_FAILED
        else { throw SystemCallError("mmap", "memory") }
        base = address.bindMemory(to: Element.self, capacity: capacity)
    }

    deinit { munmap(base, length) }

    subscript(index: Int) -> Element {
        get { base[index] }
        set { base[index] = newValue }
    }
}
