import HearthCore
import NIOCore
import NIOHTTP1

/// A request of a hot path that came whole and may be answered on the event loop.
struct ExpressRequest {
    var head: HTTPRequestHead
    var form: ExpressForm
    var body: ByteBuffer
    /// When its head came.
    var start: ContinuousClock.Instant
}

/// Which requests of one connection take the express lane, and in which order everything leaves. Pure.
///
/// The ordinary path answers its requests in their order and knows nothing of this one. So the lane is open only while
/// the ordinary path has nothing to answer, and what has to go the ordinary path is held while answers of the lane are
/// still to come.
struct ExpressMachine {
    /// What happens on the way in.
    enum Arrival {
        case part(HTTPServerRequestPart)
        /// The peer sends no more.
        case inputClosed
        case failure(any Error)
    }

    enum Action {
        case none
        /// These go the ordinary path, in this order.
        case pass([Arrival])
        /// To be accepted or declined at once.
        case examine(ExpressRequest)
    }

    /// Longer bodies take the ordinary path.
    static let maximumBody = 16 << 10
    /// Answers that are still to come, beyond which nothing more is read.
    static let maximumPending = 64

    /// Requests on the ordinary path whose answers have not ended.
    private var ordinary = 0
    /// Parts belong to a request of the ordinary path.
    private var isPassing = false
    /// Nothing after this may be taken: the ordinary path will end the connection.
    private var isClosed = false
    private var gathering: ExpressRequest?
    /// Answers of the lane in the order of their requests; nil: not there yet.
    private var answers: [ByteBuffer?] = []
    /// Number of the first of `answers`.
    private var firstNumber = 0
    private var held: [Arrival] = []

    /// Whether more should be read from the peer.
    var mayRead: Bool { held.isEmpty && answers.count < Self.maximumPending }

    // MARK: In

    /// - Parameter recognise: Tells whether a head is one of a hot path.
    mutating func receive(
        _ arrival: Arrival, at now: @autoclosure () -> ContinuousClock.Instant,
        recognise: (HTTPRequestHead) -> ExpressForm?
    ) -> Action {
        guard held.isEmpty else {
            held.append(arrival)
            return .none
        }
        switch arrival {
        case .part(.head(let head)):
            if ordinary == 0, !isPassing, !isClosed, let form = recognise(head) {
                gathering = ExpressRequest(head: head, form: form, body: ByteBuffer(), start: now())
                return .none
            }
            return pass([arrival])
        case .part(.body(var buffer)):
            guard var request = gathering.take() else { return pass([arrival]) }
            if request.body.readableBytes == 0 {
                request.body = buffer
            } else {
                request.body.writeBuffer(&buffer)
            }
            if request.body.readableBytes > Self.maximumBody { return pass(Self.parts(request)) }
            gathering = request
            return .none
        case .part(.end(let trailers)):
            guard let request = gathering.take() else { return pass([arrival]) }
            return trailers == nil ? .examine(request) : pass(Self.parts(request) + [arrival])
        case .inputClosed, .failure:
            let begun = gathering.take().map { Self.parts($0) } ?? []
            return pass(begun + [arrival])
        }
    }

    /// - Returns: The number under which its answer is expected.
    mutating func accept() -> Int {
        answers.append(nil)
        return firstNumber + answers.count - 1
    }

    /// The request goes the ordinary path after all.
    mutating func decline(_ request: ExpressRequest) -> Action { pass(Self.parts(request) + [.part(.end(nil))]) }

    private static func parts(_ request: ExpressRequest) -> [Arrival] {
        let head = Arrival.part(.head(request.head))
        return request.body.readableBytes > 0 ? [head, .part(.body(request.body))] : [head]
    }

    private mutating func pass(_ arrivals: [Arrival]) -> Action {
        guard answers.isEmpty else {
            held += arrivals
            return .none
        }
        for arrival in arrivals {
            switch arrival {
            case .part(.head(let head)):
                ordinary += 1
                isPassing = true
                if !head.isKeepAlive { isClosed = true }
            case .part(.end): isPassing = false
            case .part(.body): break
            case .inputClosed, .failure: isClosed = true
            }
        }
        return .pass(arrivals)
    }

    // MARK: Out

    /// An answer of the ordinary path has ended.
    mutating func ordinaryAnswerEnded() { ordinary = max(0, ordinary - 1) }

    /// The answer to an accepted request is there.
    ///
    /// - Returns: How many answers leave now, and their bytes.
    mutating func answer(_ number: Int, _ bytes: ByteBuffer) -> (count: Int, bytes: ByteBuffer) {
        answers[number - firstNumber] = bytes
        guard number == firstNumber else { return (0, ByteBuffer()) }
        var leaving = bytes
        var count = 1
        while count < answers.count, var next = answers[count] {
            leaving.writeBuffer(&next)
            count += 1
        }
        answers.removeFirst(count)
        firstNumber += count
        return (count, leaving)
    }

    /// What was held and may be received again, now that no answer of the lane is to come.
    mutating func release() -> [Arrival] {
        guard answers.isEmpty else { return [] }
        defer { held = [] }
        return held
    }

    /// The connection has ended: what had begun, for the ordinary path to judge and to log.
    mutating func abandon() -> [Arrival] {
        defer {
            held = []
            isClosed = true
        }
        return (gathering.take().map { Self.parts($0) } ?? []) + held
    }
}
