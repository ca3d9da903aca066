package import HearthCore
import HearthMedia

#if canImport(Glibc)
import Glibc
#endif

/// A whole file in memory, which is not moved while it is read: C libraries keep pointers into it.
package final class InputBytes {
    /// realloc moves large blocks by their pages, so that a growing file is never there twice.
    private var start: UnsafeMutableRawPointer?
    private var capacity = 0
    package private(set) var count = 0

    package init() {}

    package init(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try append($0) } }

    deinit { free(start) }

    /// Valid as long as this object is and nothing is appended.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    package func append(_ piece: UnsafeRawBufferPointer) throws(HearthError) {
        guard let source = piece.baseAddress, !piece.isEmpty else { return }
        guard piece.count <= MediaLimits.inputBytes - count else {
            throw HearthError(.tooLarge, "The file is larger than \(MediaLimits.inputBytes) bytes.")
        }
        if count + piece.count > capacity {
            let wanted = max(capacity * 2, count + piece.count, 65536)
            guard let grown = realloc(start, wanted) else {
                throw HearthError(.tooLarge, "There is too little memory for the file.")
            }
            start = grown
            capacity = wanted
        }
        start.map { _ = memcpy($0 + count, source, piece.count) }
        count += piece.count
    }
}
