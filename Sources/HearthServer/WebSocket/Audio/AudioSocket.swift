import HearthCore
import NIOCore

/// `WS /audio/stream/{device_id}`, on the event loop: text messages with a file each, or, after a message that says the
/// format, binary messages with samples.
final class AudioSocket: SocketSession {
    private let jobs: AsyncStream<AudioJob>.Continuation
    private unowned let outlet: any SocketOutlet
    private let time: any TimeSource
    private var recording: (id: UniqueID, chunker: AudioChunker)?
    private var messageCount: Int64 = 0
    private var waitingJobs = 0
    private var waitingBytes = 0
    private var hasEnded = false

    /// What waits for the disk, beyond which nothing more is read.
    private static let maximumWaitingBytes = 8 << 20
    private static let maximumWaitingJobs = 256

    init(jobs: AsyncStream<AudioJob>.Continuation, outlet: any SocketOutlet, time: any TimeSource) {
        self.jobs = jobs
        self.outlet = outlet
        self.time = time
    }

    var isFull: Bool { waitingBytes >= Self.maximumWaitingBytes || waitingJobs >= Self.maximumWaitingJobs }

    func received(_ message: UnsafeRawBufferPointer, isText: Bool) throws(WebSocketFailure) {
        messageCount += 1
        if isText {
            receivedText(message)
        } else {
            guard var current = recording.take() else {
                throw WebSocketFailure(.unacceptableData, "samples came before a message that says their format")
            }
            let chunks = current.chunker.append(message, message: messageCount)
            recording = current
            for chunk in chunks { add(.chunk(chunk, current.chunker.format, recording: current.id)) }
        }
    }

    func burstEnded() {}

    func ended() {
        hasEnded = true
        finishRecording()
        finishIfDone()
    }

    private func finishRecording() {
        guard var current = recording.take(), let chunk = current.chunker.finish() else { return }
        add(.chunk(chunk, current.chunker.format, recording: current.id))
    }

    private func add(_ job: AudioJob) {
        waitingJobs += 1
        waitingBytes += job.byteCount
        jobs.yield(job)
    }

    /// A job was stored or refused.
    func stored(_ byteCount: Int, _ answers: ByteBuffer, failure: WebSocketFailure?) {
        let wasFull = isFull
        waitingJobs -= 1
        waitingBytes -= byteCount
        outlet.send(answers)
        if let failure { outlet.end(failure) }
        if wasFull, !isFull { outlet.resume() }
        finishIfDone()
    }

    private func finishIfDone() {
        guard hasEnded, waitingJobs == 0 else { return }
        jobs.finish()
        outlet.finished()
    }

    // MARK: Text

    private func receivedText(_ message: UnsafeRawBufferPointer) {
        let number = messageCount
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: message, options: .strict)
        } catch {
            return add(.refused(HearthError(error, in: "The JSON message"), sequence: nil, number: number))
        }
        var sequence: Int64? = number
        do throws(HearthError) {
            try document.withRoot { root throws(HearthError) in
                guard root.kind == .object else { throw .unusable("", "must be an object") }
                if let own = root["seq"], own.kind != .null {
                    sequence = own.int64
                    guard let own = sequence, own >= 0 else {
                        throw .unusable("/seq", "must be a whole number from 0 on")
                    }
                }
                if root["data"] != nil {
                    add(.file(document, sequence: sequence ?? number, number: number))
                } else if root["type"]?.says("end") == true {
                    finishRecording()
                } else {
                    try begin(root, sequence ?? number)
                }
            }
        } catch {
            add(.refused(error, sequence: sequence, number: number))
        }
    }

    /// A message without `data` says in which format binary messages follow.
    private func begin(_ root: JSONReference, _ sequence: Int64) throws(HearthError) {
        guard let name = root["format"] else {
            throw .unusable("/data", "is required: the file in base64; or say the format of samples that follow")
        }
        guard name.says("pcm") else { throw .unusable("/format", "must be pcm where samples follow") }
        guard let rate = root["sample_rate"]?.int64, (8000...768_000).contains(rate) else {
            throw .unusable("/sample_rate", "is required: 8000 to 768000 samples per second")
        }
        var channels: Int64 = 1
        if let value = root["channels"], value.kind != .null {
            guard let count = value.int64, (1...64).contains(count) else {
                throw .unusable("/channels", "must be a number from 1 to 64")
            }
            channels = count
        }
        var start = time.now()
        if let value = root["timestamp"], value.kind != .null {
            guard let time = Timestamp(value) else {
                throw .unusable("/timestamp", "is neither RFC 3339 with an offset nor epoch seconds or milliseconds")
            }
            start = time
        }
        finishRecording()
        let format = SampleFormat(sampleRate: Int(rate), channels: Int(channels))
        let id = UniqueID.random(at: start)
        recording = (id, AudioChunker(format, start: start, message: messageCount))
        add(.begun(format, recording: id, sequence: sequence))
    }
}

extension Timestamp {
    /// A time as readings write it.
    init?(_ value: JSONReference) {
        let time =
            switch value.kind {
            case .string: Timestamp(utf8: value.utf8)
            case .integer, .real: value.double.flatMap { Timestamp(epoch: $0) }
            default: nil as Timestamp?
            }
        guard let time else { return nil }
        self = time
    }
}
