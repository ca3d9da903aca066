import HearthCore
import HearthIngest
import Logging
import NIOCore

/// Makes bursts durable and writes the answers: the part of a reading socket that waits.
struct ReadingCommitter: Sendable {
    /// How the client wants to be told.
    enum Acknowledgement: Sendable {
        /// Each message.
        case each
        /// Only the highest number, which stands for all before it.
        case cumulative
    }

    private let ingest: Ingest
    private let resume: ResumePoints
    private let metrics: ServerMetrics
    private let limits: ConnectionLimits
    private let version: String
    private let logger: Logger
    private let device: UniqueID
    private let style: Acknowledgement
    private let messagesPerSecond: Double?
    private var session: String?
    private var hasAdvanced = false
    /// When the position was last written to the disk.
    private var savedAt: ContinuousClock.Instant?

    /// While the writer's queue is full, the socket waits so often before it gives the messages back; nothing more is read
    /// from it meanwhile.
    private static let maximumAttempts = 30

    /// A position is written at most so often, beside the readings it is about: a thousand devices shall not mean a thousand
    /// writes a second.
    private static let saveInterval = Duration.seconds(10)

    /// - Parameter messagesPerSecond: What the caller may send with all its sockets and requests; nil: not limited.
    init(
        _ dependencies: ServerDependencies, _ resume: ResumePoints, device: UniqueID, style: Acknowledgement,
        messagesPerSecond: Double?
    ) {
        ingest = dependencies.ingest
        metrics = dependencies.metrics
        limits = dependencies.settings.limits
        version = dependencies.settings.version
        logger = dependencies.logger
        self.resume = resume
        self.device = device
        self.style = style
        self.messagesPerSecond = messagesPerSecond
    }

    /// - Returns: The answers, and why the socket has to end, if it has to.
    mutating func commit(_ burst: MessageBurst) async -> (answers: ByteBuffer, failure: WebSocketFailure?) {
        var answers = AnswerWriter()
        do throws(HearthError) {
            let report = try await store(burst.draft)
            count(burst, report)
            await answer(burst, report, &answers)
            return (answers.frames, nil)
        } catch {
            for message in burst.messages { answers.refuse(message.sequence, message: message.number, error) }
            return (
                answers.frames, error.code == .shuttingDown ? WebSocketFailure(.goingAway, "the server stops") : nil
            )
        }
    }

    private func store(_ draft: Draft) async throws(HearthError) -> AdmissionReport {
        var attempt = 1
        while true {
            do throws(HearthError) {
                return try await ingest.commit(draft)
            } catch {
                guard error.code == .overloaded, attempt < Self.maximumAttempts else { throw error }
            }
            attempt += 1
            do { try await Task.sleep(for: .milliseconds(250)) } catch {
                throw HearthError(.shuttingDown, "Hearth is stopping.", disposition: .retry, retryAfter: .seconds(5))
            }
        }
    }

    private func count(_ burst: MessageBurst, _ report: AdmissionReport) {
        metrics.count(report, stream: nil)
        if let began = burst.began {
            metrics.processingLatency["websocket"].observe(ContinuousClock.now - began, count: burst.messages.count)
        }
    }

    // MARK: Answers

    private mutating func answer(
        _ burst: MessageBurst, _ report: AdmissionReport, _ answers: inout AnswerWriter
    ) async {
        var rejected = report.rejected[...]
        var duplicates = report.duplicateItems[...]
        var highest: Int64?
        for message in burst.messages {
            switch message.content {
            case .hello(let name): await greet(name, message, &answers)
            case .unusable(let error): answers.refuse(message.sequence, message: message.number, error)
            case .reading(let index):
                if let rejection = rejected.first, rejection.index == index {
                    rejected.removeFirst()
                    answers.refuse(message.sequence, message: message.number, rejection.error)
                    continue
                }
                let isDuplicate = duplicates.first?.index == index
                if isDuplicate { duplicates.removeFirst() }
                guard let sequence = message.sequence else { continue }
                highest = max(highest ?? sequence, sequence)
                if style == .each { answers.acknowledge(sequence, isDuplicate: isDuplicate) }
            case .batch(let range):
                let refusals = rejected.prefix { $0.index < range.upperBound }
                rejected = rejected.dropFirst(refusals.count)
                let repeated = duplicates.prefix { $0.index < range.upperBound }.count
                duplicates = duplicates.dropFirst(repeated)
                guard let sequence = message.sequence else { continue }
                highest = max(highest ?? sequence, sequence)
                if style == .each || !refusals.isEmpty {
                    answers.acknowledge(sequence, range, rejected: refusals, duplicates: repeated)
                }
            }
        }
        guard let highest else { return }
        if style == .cumulative { answers.acknowledge(highest) }
        if let session {
            resume.advance(session, of: device, to: highest)
            hasAdvanced = true
            await saveNowAndThen()
        }
    }

    /// So that a crash of the server costs a client little.
    private mutating func saveNowAndThen() async {
        let now = ContinuousClock.now
        if let savedAt, now - savedAt < Self.saveInterval { return }
        savedAt = now
        do { try await resume.save(device) } catch {
            // Only a hint is lost: the client sends more again than it would have to.
            logger.warning("A socket's resume point could not be saved: \(error)")
        }
    }

    private mutating func greet(
        _ name: String?, _ message: MessageBurst.Message, _ answers: inout AnswerWriter
    ) async {
        var last: Int64?
        if let name {
            session = name
            do {
                last = try await resume.acknowledged(name, of: device)
            } catch {
                return answers.refuse(message.sequence, message: message.number, ProblemResponse.failure(error))
            }
        }
        let bounds: JSONValue = [
            "frame_bytes": .integer(Int64(limits.frameBytes)), "message_bytes": .integer(Int64(limits.messageBytes)),
            "batch_items": .integer(Int64(ingest.limits.batchItems)),
            "messages_per_second": messagesPerSecond.map(JSONValue.real) ?? .null,
        ]
        let greeting: JSONValue = [
            "hello": [
                "server": "hearth", "version": .string(version), "device_id": .string(device.description),
                "session": session.map(JSONValue.string) ?? .null,
            ],
            "last_ack": last.map(JSONValue.integer) ?? .null, "limits": bounds,
        ]
        answers.add { $0.write(greeting) }
    }

    /// The socket has ended: what a later one may resume from goes to the disk.
    func close() async throws {
        if hasAdvanced { try await resume.save(device) }
    }
}

extension AnswerWriter {
    /// The answer to a batch: `index` counts within it.
    fileprivate mutating func acknowledge(
        _ sequence: Int64, _ range: Range<Int>, rejected: ArraySlice<Rejection>, duplicates: Int
    ) {
        add { writer in
            writer.raw("{\"ack\":")
            writer.write(sequence)
            writer.raw(",\"accepted\":")
            writer.write(range.count - rejected.count - duplicates)
            writer.raw(",\"duplicates\":")
            writer.write(duplicates)
            writer.raw(",\"rejected\":[")
            for (position, rejection) in rejected.enumerated() {
                if position > 0 { writer.comma() }
                writer.raw("{\"index\":")
                writer.write(rejection.index - range.lowerBound)
                writer.comma()
                AnswerWriter.writeMembers(of: rejection.error, to: &writer)
                writer.raw("}")
            }
            writer.raw("]}")
        }
    }
}
