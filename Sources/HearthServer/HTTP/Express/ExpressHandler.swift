import HearthCore
import HearthIngest
import NIOCore
import NIOHTTP1

/// The express lane of one connection: single readings for hot paths are judged and answered on the event loop, without
/// a task or a hop. Stands between the watch over the connection and the ordinary path, which gets everything else.
final class ExpressHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let desk: ExpressDesk
    private let watch: HTTPConnectionHandler
    private let encoder: HTTPResponseEncoder
    private var counter: ExpressCounter?
    private var machine = ExpressMachine()
    private var known: KnownCaller?
    private var context: ChannelHandlerContext?
    /// Where finished bytes leave: in front of the encoder.
    private var outlet: ChannelHandlerContext?
    private var isReadHeld = false
    private var needsFlush = false

    init(_ desk: ExpressDesk, watch: HTTPConnectionHandler, encoder: HTTPResponseEncoder) {
        self.desk = desk
        self.watch = watch
        self.encoder = encoder
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        outlet = try? context.pipeline.syncOperations.context(handler: encoder)
        counter = desk.counter(of: context.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        outlet = nil
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { receive(.part(unwrapInboundIn(data)), context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { receive(.failure(error), context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        receive(.inputClosed, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        perform(.pass(machine.abandon()), context)
        context.fireChannelInactive()
    }

    private func receive(_ arrival: ExpressMachine.Arrival, _ context: ChannelHandlerContext) {
        perform(machine.receive(arrival, at: .now) { outlet == nil ? nil : desk.form(of: $0) }, context)
    }

    private func perform(_ action: ExpressMachine.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .none: break
        case .pass(let arrivals):
            for arrival in arrivals {
                switch arrival {
                case .part(let part): context.fireChannelRead(wrapInboundOut(part))
                case .inputClosed: context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
                case .failure(let error): context.fireErrorCaught(error)
                }
            }
        case .examine(let request):
            guard let counter,
                let (job, draft) = desk.examine(request, from: context.remoteAddress, known: &known)
            else { return perform(machine.decline(request), context) }
            let number = machine.accept()
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            desk.commit(draft) { counter.bring($0, of: job, number: number, to: bound) }
        }
    }

    // MARK: Out

    /// The outcome of an accepted request has come. Bytes leave with the next `flush`.
    func answered(_ number: Int, _ bytes: ByteBuffer) {
        let (count, leaving) = machine.answer(number, bytes)
        guard count > 0, let outlet else { return }
        outlet.write(NIOAny(leaving), promise: nil)
        needsFlush = true
        if watch.sentDirectly(count) {
            flush()
            return outlet.close(promise: nil)
        }
    }

    func flush() {
        guard let context else { return }
        if needsFlush {
            needsFlush = false
            outlet?.flush()
        }
        let held = machine.release()
        for arrival in held { receive(arrival, context) }
        if !held.isEmpty { context.fireChannelReadComplete() }
        guard isReadHeld, machine.mayRead else { return }
        isReadHeld = false
        context.read()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { machine.ordinaryAnswerEnded() }
        context.write(data, promise: promise)
    }

    func read(context: ChannelHandlerContext) {
        guard machine.mayRead, context.channel.isWritable else {
            isReadHeld = true
            return
        }
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, isReadHeld, machine.mayRead {
            isReadHeld = false
            context.read()
        }
        context.fireChannelWritabilityChanged()
    }
}
