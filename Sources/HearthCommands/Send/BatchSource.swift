import HearthCore
import NIOPosix
import Synchronization

/// Hands out batches to several senders.
final class BatchSource: Sendable {
    private struct State {
        var reader: ItemReader
        /// An item that did not fit the batch before it.
        var leftover: SendItem?
        var refused: [RefusedItem] = []
    }

    private let state: Mutex<State>
    private let device: String?
    private let stream: String?

    /// - Parameters:
    ///   - device: Id for readings that name none.
    ///   - stream: Stream for readings that name none.
    init(_ reader: ItemReader, device: String?, stream: String?) {
        state = Mutex(State(reader: reader))
        self.device = device
        self.stream = stream
    }

    /// The next batch, nil at the end. Waits for the input on a thread that may block.
    func next() async throws -> SendBatch? {
        try await NIOThreadPool.singleton.runIfActive { try self.read() }
    }

    private func read() throws -> SendBatch? {
        try state.withLock { state in
            var batch: SendBatch?
            var byteCount = 0
            while let item = try state.leftover ?? state.reader.next() {
                state.leftover = nil
                let ownDevice = item.device ?? device
                let ownStream = item.stream ?? stream
                if let begun = batch {
                    let fits =
                        begun.device == ownDevice && begun.stream == ownStream
                        && begun.items.count < SendBatch.itemLimit && byteCount + item.json.count <= SendBatch.byteLimit
                    guard fits else {
                        state.leftover = item
                        break
                    }
                } else {
                    batch = SendBatch(device: ownDevice, stream: ownStream)
                }
                batch?.items.append(item)
                byteCount += item.json.count
            }
            state.refused += state.reader.takeRefused()
            return batch
        }
    }

    var bytesRead: Int { state.withLock { $0.reader.bytesRead } }

    /// What could not even be sent, and the number of it.
    var refused: [RefusedItem] { state.withLock { $0.refused } }
}
