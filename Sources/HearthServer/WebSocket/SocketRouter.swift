import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import HearthStore
import HearthVault
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Which requests become WebSockets, and for whom: the edge of sockets, as `Edge` is for requests. Never waits.
struct SocketRouter: Sendable {
    enum Decision {
        /// Not a socket's path, or not asked for as one.
        case http
        case refuse(HearthError)
        case accept(SocketOffer, HTTPResponseHead)
    }

    private let dependencies: ServerDependencies
    private let gate: AccessGate
    private let origins: SameOrigin
    private let resume: ResumePoints
    private let ids = RequestIDSource()

    init(_ dependencies: ServerDependencies, gate: AccessGate) {
        self.dependencies = dependencies
        self.gate = gate
        origins = SameOrigin(allowed: dependencies.settings.allowedOrigins)
        resume = ResumePoints(dependencies.catalogue)
    }

    /// The paths of sockets as the router and the description know them; it answers who does not ask for a socket.
    static var routes: [Route] {
        [
            route(
                "/stream/{device_id}", "openReadingSocket", "Readings over a WebSocket, acknowledged when durable",
                parameters: [
                    RouteParameter(
                        "ack", "`each`: every message is acknowledged; `cumulative`: the last one of several",
                        Shape.choice(["each", "cumulative"]))
                ]),
            route("/audio/stream/{device_id}", "openAudioSocket", "Sound over a WebSocket, stored as recordings"),
        ]
    }

    private static func route(
        _ path: String, _ name: String, _ summary: String, parameters: [RouteParameter] = []
    ) -> Route {
        Route(
            .get, path, name, tag: "Sockets", summary,
            parameters: parameters + [RouteParameter("token", "For browsers, which cannot set headers", Shape.text)],
            answers: [
                RouteAnswer(101, "The connection is a WebSocket now"),
                .json(426, Shape.named("Problem"), "The request did not ask for a WebSocket"),
            ]
        ) { _, _ in
            var response = ProblemResponse.response(
                HearthError(
                    .upgradeRequired, "This path is a WebSocket.",
                    hint: "Open it as ws:// with the first request of a connection."))
            response.headers[.upgrade] = "websocket"
            return response
        }
    }

    func decide(_ head: HTTPRequestHead, from peer: SocketAddress?) -> Decision {
        guard WebSocketOpening.isRequested(head), let target = SocketTarget(head.uri) else { return .http }
        let start = ContinuousClock.now
        let id =
            head.headers.first(name: "x-request-id").flatMap { UniqueID($0) } ?? ids.next(at: dependencies.time.now())
        var principal: Principal?
        let decision: Decision
        var status: UInt = 101
        do throws(HearthError) {
            var response = try WebSocketOpening.response(to: head)
            response.headers.add(name: "X-Request-Id", value: id.description)
            let caller = try admit(head, target, from: peer)
            principal = caller
            decision = .accept(try offer(target, for: caller), response)
        } catch {
            status = UInt(HTTPStatusTable.status(for: error).code)
            decision = .refuse(error)
        }
        dependencies.metrics.finished(
            method: "GET", route: target.template, status: Int(status), after: ContinuousClock.now - start)
        dependencies.accessLog?.record(
            AccessLog.Entry(
                time: dependencies.time.now(), id: id, method: "GET", target: head.uri, status: Int(status),
                duration: ContinuousClock.now - start, bytes: 0, principal: principal?.id, failure: nil))
        return decision
    }

    // MARK: Who

    private func admit(
        _ head: HTTPRequestHead, _ target: SocketTarget, from peer: SocketAddress?
    ) throws(HearthError) -> Principal {
        try gate.refuseFlood(from: peer)
        if let origin = head.headers.first(name: "origin"),
            !origins.permits(origin: origin, host: head.headers.first(name: "host"))
        {
            throw HearthError(
                .crossOrigin, "A page of another site wants to open this socket.",
                hint: "List its origin in the setting for allowed origins.")
        }
        var credentials = try Credentials(
            authorization: head.headers.first(name: "authorization"), cookies: head.headers["cookie"])
        if credentials == nil, let token = target.query["token"] { credentials = Credentials(queryToken: token) }
        return try gate.admit(credentials, from: peer)
    }

    /// The device of the path, if the caller may write for it. To others it does not exist.
    private func device(_ target: SocketTarget, _ caller: Principal) throws(HearthError) -> Device {
        let missing = HearthError(
            .notFound, "There is no such device.", hint: "Register it with POST /devices.")
        guard let id = UniqueID(target.device) else {
            throw HearthError(.malformedRequest, "The device in the path is not a UUID.")
        }
        guard let device = dependencies.ingest.devices.device(id), device.deletedAt == nil else { throw missing }
        let stream =
            target.kind == .audio ? "audio" : caller.streams?.min() ?? dependencies.registry.all.first?.name ?? ""
        let action = Action.writeStream(stream, person: device.person, device: device.id)
        guard caller.may(action) else {
            // Whoever reaches the device's person may learn that only the right is missing.
            throw caller.person == device.person ? .forbidden(action, caller) : missing
        }
        return device
    }

    // MARK: What

    private func offer(_ target: SocketTarget, for caller: Principal) throws(HearthError) -> SocketOffer {
        let device = try device(target, caller)
        let source = Admission.Source(principal: caller, device: device.id)
        switch target.kind {
        case .readings: return try readings(target, source, device)
        case .audio: return try audio(source, device)
        }
    }

    private func readings(
        _ target: SocketTarget, _ source: Admission.Source, _ device: Device
    ) throws(HearthError) -> SocketOffer {
        let style: ReadingCommitter.Acknowledgement
        switch target.query["ack"] {
        case nil, "each": style = .each
        case "cumulative": style = .cumulative
        case .some: throw .malformedQuery("ack", "is neither each nor cumulative")
        }
        let (dependencies, gate, resume) = (dependencies, gate, resume)
        return SocketOffer(kind: target.kind.rawValue) { loop in
            let handler = WebSocketHandler(
                dependencies.settings.limits, kind: target.kind.rawValue, metrics: dependencies.metrics,
                wait: { gate.wait(of: source.principal) })
            let (bursts, continuation) = AsyncStream.makeStream(of: MessageBurst.self)
            let authenticator = dependencies.authenticator
            let socket = ReadingSocket(
                dependencies.ingest.admission, source, bursts: continuation, outlet: handler,
                mayGoOn: { authenticator.isStillGood(source.principal) })
            handler.attach(socket)
            let bound = NIOLoopBound(socket, eventLoop: loop)
            return (
                handler,
                {
                    var committer = ReadingCommitter(
                        dependencies, resume, device: device.id, style: style,
                        messagesPerSecond: gate.perSecond(source.principal))
                    for await burst in bursts {
                        let (answers, failure) = await committer.commit(burst)
                        loop.execute { bound.value.committed(answers, failure: failure) }
                    }
                    do { try await committer.close() } catch {
                        // Only a hint is lost: the client sends more again than it would have to.
                        dependencies.logger.warning("A socket's resume point could not be saved: \(error)")
                    }
                }
            )
        }
    }

    private func audio(_ source: Admission.Source, _ device: Device) throws(HearthError) -> SocketOffer {
        guard let stream = dependencies.registry["audio"] else {
            throw HearthError(.notFound, "There is no stream for audio here.")
        }
        var source = source
        source.stream = stream
        let recorder = AudioRecorder(dependencies, source)
        let (dependencies, gate, principal) = (dependencies, gate, source.principal)
        return SocketOffer(kind: SocketTarget.Kind.audio.rawValue) { loop in
            let handler = WebSocketHandler(
                dependencies.settings.limits, kind: SocketTarget.Kind.audio.rawValue, metrics: dependencies.metrics,
                wait: { gate.wait(of: principal) })
            let (jobs, continuation) = AsyncStream.makeStream(of: AudioJob.self)
            let socket = AudioSocket(jobs: continuation, outlet: handler, time: dependencies.time)
            handler.attach(socket)
            let bound = NIOLoopBound(socket, eventLoop: loop)
            return (
                handler,
                {
                    for await job in jobs {
                        let (answers, failure) = await recorder.store(job)
                        loop.execute { bound.value.stored(job.byteCount, answers, failure: failure) }
                    }
                }
            )
        }
    }
}
