import HearthCore
package import HearthMedia

#if canImport(Glibc)
import Glibc
#endif

/// The decoder's end of the socket. Blocks.
package final class FrameChannel {
    private let descriptor: Int32

    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// The next frame; nil when the other side has left.
    package func receive() throws -> Frame? {
        guard let header = take(Frame.headerBytes) else { return nil }
        let (kind, length) = try Frame.parse(header: header)
        if length == 0 { return Frame(kind) }
        return take(length).map { Frame(kind, $0) }
    }

    /// - Throws: `ChannelClosed` when the other side has left.
    package func send(_ frame: Frame) throws {
        guard write(frame.header), write(frame.payload) else { throw ChannelClosed() }
    }

    private func take(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let received = bytes.withUnsafeMutableBytes { buffer in
                read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
            }
            if received > 0 {
                filled += received
            } else if received == 0 || errno != EINTR {
                return nil
            }
        }
        return bytes
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + sent }, bytes.count - sent)
            }
            if count > 0 {
                sent += count
            } else if count == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }
}

/// Nobody listens any more.
package struct ChannelClosed: Error {}
