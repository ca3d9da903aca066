import Synchronization

/// Where a decoder gets a file from. Its bytes go from here into the memory of the decoder and never to a disk.
package struct DecoderInput: Sendable {
    /// The next piece, of any size; nil at the end. Blocks; called from a thread of its own, one call at a time.
    package var next: @Sendable () throws -> [UInt8]?

    package init(next: @escaping @Sendable () throws -> [UInt8]?) { self.next = next }

    /// No file at all.
    package static var none: DecoderInput { DecoderInput { nil } }

    /// A file that is opened when its first byte is asked for, where its bytes are read: opening it blocks, too.
    ///
    /// - Parameter open: Gives what reads the next piece.
    package init(opening open: @escaping @Sendable () throws -> @Sendable () throws -> [UInt8]?) {
        let opened = Opened()
        self.init { try opened.next(or: open)() }
    }

    private final class Opened: Sendable {
        private let opened = Mutex<(@Sendable () throws -> [UInt8]?)?>(nil)

        func next(
            or open: () throws -> @Sendable () throws -> [UInt8]?
        ) throws -> @Sendable () throws -> [UInt8]? {
            try opened.withLock { opened in
                if let opened { return opened }
                let next = try open()
                opened = next
                return next
            }
        }
    }

    package init(_ bytes: [UInt8]) {
        let rest = Rest(bytes)
        self.init { rest.take() }
    }

    /// Handed out once, then gone.
    private final class Rest: Sendable {
        private let bytes: Mutex<[UInt8]?>
        init(_ bytes: [UInt8]) { self.bytes = Mutex(bytes) }
        func take() -> [UInt8]? {
            bytes.withLock { bytes in
                defer { bytes = nil }
                return bytes
            }
        }
    }
}
