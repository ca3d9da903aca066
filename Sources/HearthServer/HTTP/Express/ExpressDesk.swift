import HearthCore
import HearthIngest
import HearthVault
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// Decides about requests of the express lane and words their answers, exactly as the ordinary path would. Never waits.
final class ExpressDesk: Sendable {
    /// What is known of an accepted request.
    struct Job: Sendable {
        var route: ExpressRoute
        var principal: UniqueID
        var requestID: UniqueID
        /// When the head came, and when the body was whole.
        var start: ContinuousClock.Instant
        var whole: ContinuousClock.Instant
        var target: String
    }

    private let ingest: Ingest
    private let gate: AccessGate
    private let metrics: ServerMetrics
    private let log: AccessLog?
    private let logger: Logger
    private let time: any TimeSource
    private let ids = RequestIDSource()
    private let answers: ExpressAnswer
    private let routes: ExpressRoutes
    private let counters = Mutex<[ObjectIdentifier: ExpressCounter]>([:])

    init(_ dependencies: ServerDependencies, gate: AccessGate, dates: HTTPDates) {
        ingest = dependencies.ingest
        self.gate = gate
        metrics = dependencies.metrics
        log = dependencies.accessLog
        logger = dependencies.logger
        time = dependencies.time
        answers = ExpressAnswer(dates: dates, version: dependencies.settings.version)
        routes = ExpressRoutes(dependencies.ingest.registry, dependencies.metrics)
    }

    /// Where the outcomes for connections of this loop arrive.
    func counter(of loop: any EventLoop) -> ExpressCounter {
        counters.withLock { counters in
            if let counter = counters[ObjectIdentifier(loop)] { return counter }
            let counter = ExpressCounter(loop: loop, desk: self)
            counters[ObjectIdentifier(loop)] = counter
            return counter
        }
    }

    /// The event loops are about to end: outcomes that come later are counted and logged, and go nowhere.
    func close() {
        let all = counters.withLock { counters in
            defer { counters = [:] }
            return Array(counters.values)
        }
        for counter in all { counter.close() }
    }

    func form(of head: HTTPRequestHead) -> ExpressForm? { ExpressForm(head, routes) }

    /// - Parameter known: The caller that this connection showed before.
    /// - Returns: The reading to commit; nil for what the ordinary path must judge. Nothing has been counted then.
    func examine(
        _ request: ExpressRequest, from peer: SocketAddress?, known: inout KnownCaller?
    ) -> (job: Job, draft: Draft)? {
        let form = request.form
        guard let principal = gate.recognise(form.authorization, known: &known),
            let draft = draft(request, principal), gate.mayPass(principal, from: peer)
        else { return nil }
        metrics.requestsInFlight.add(1)
        metrics.expressRequests.add()
        let job = Job(
            route: form.route, principal: principal.id, requestID: form.requestID ?? ids.next(at: time.now()),
            start: request.start, whole: .now, target: request.head.uri)
        return (job, draft)
    }

    /// The one good reading of a body.
    private func draft(_ request: ExpressRequest, _ principal: Principal) -> Draft? {
        guard request.body.readableBytes <= ingest.limits.bodyBytes else { return nil }
        let body = request.body.withUnsafeReadableBytes { bytes in
            try? BodyDecoder.decode(
                bytes, contentType: request.form.contentType, contentEncoding: nil, limits: ingest.limits)
        }
        guard let body, body.isOneReading else { return nil }
        let source = Admission.Source(principal: principal, stream: request.form.route.stream)
        var draft = Draft()
        body.documents[0].withRoot { ingest.admission.admit($0, index: 0, source: source, into: &draft) }
        return draft.rejected.isEmpty ? draft : nil
    }

    /// Makes the reading durable; `reply` is called once, on any thread.
    func commit(_ draft: Draft, reply: @escaping @Sendable (Result<Receipt, HearthError>) -> Void) {
        ingest.one(draft, reply: reply)
    }

    /// Words the answer, counts and logs.
    func finish(_ job: Job, _ result: Result<Receipt, HearthError>) -> ByteBuffer {
        metrics.requestsInFlight.add(-1)
        switch result {
        case .success(let receipt):
            let answer = answers.receipt(receipt, request: job.requestID)
            let now = ContinuousClock.now
            job.route.meters.received(
                isDuplicate: receipt.isDuplicate, after: now - job.start, ofWhichProcessing: now - job.whole)
            record(job, receipt.isDuplicate ? 200 : 201, now - job.start, answer.bodyCount, nil)
            return answer.bytes
        case .failure(let error):
            let answer = answers.problem(error, request: job.requestID)
            let duration = ContinuousClock.now - job.start
            job.route.meters.failed(
                status: answer.status, isRejected: error.disposition == .caller, after: duration)
            logger.report(error, request: job.requestID, method: "POST", route: job.route.template)
            let isDefect = error.disposition == .defect
            record(job, answer.status, duration, answer.bodyCount, isDefect ? error.code.text : nil)
            return answer.bytes
        }
    }

    private func record(_ job: Job, _ status: Int, _ duration: Duration, _ bytes: Int, _ failure: String?) {
        log?.record(
            AccessLog.Entry(
                time: time.now(), id: job.requestID, method: "POST", target: job.target, status: status,
                duration: duration, bytes: bytes, principal: job.principal, failure: failure))
    }
}
