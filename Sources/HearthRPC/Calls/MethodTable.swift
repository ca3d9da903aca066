import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import HearthCore
import HearthServer
import SwiftProtobuf

/// The messages of a call, as they come.
typealias Received<Message: SwiftProtobuf.Message> = RPCAsyncSequence<ReceivedMessage<Message>, any Error>

/// Every method that is served, each behind the same desk.
struct MethodTable<Transport: ServerTransport> {
    private(set) var router = RPCRouter<Transport>()
    private(set) var services: Set<String> = []
    private let desk: CallDesk
    private let messageBytes: Int

    /// - Parameter messageBytes: What one message may have.
    init(_ desk: CallDesk, messageBytes: Int) {
        self.desk = desk
        self.messageBytes = messageBytes
    }

    /// One message in, one out.
    ///
    /// - Parameter isOpen: Whether it takes no token.
    mutating func unary<Input: SwiftProtobuf.Message, Output: SwiftProtobuf.Message>(
        _ method: MethodDescriptor, isOpen: Bool = false,
        _ handler: @escaping @Sendable (Input, RPCCall) async throws -> Output
    ) {
        stream(method, isOpen: isOpen) { (messages: Received<Input>, writer: RPCWriter<Output>, call) in
            try await OnlyMessage.use(of: messages, within: isOpen ? RPCLimits.openPatience : nil) { message in
                try await writer.write(try await handler(message, call))
            }
        }
    }

    /// Messages in, messages out. The handler's task is cancelled when the call is; then what it throws is not looked at.
    mutating func stream<Input: SwiftProtobuf.Message, Output: SwiftProtobuf.Message>(
        _ method: MethodDescriptor, isOpen: Bool = false,
        _ handler: @escaping @Sendable (Received<Input>, RPCWriter<Output>, RPCCall) async throws -> Void
    ) {
        services.insert(method.service.fullyQualifiedService)
        let desk = desk
        let limit = isOpen ? min(RPCLimits.openMessageBytes, messageBytes) : messageBytes
        router.registerHandler(
            forMethod: method, deserializer: MessageReader<Input>(limit: limit),
            serializer: ProtobufSerializer<Output>()
        ) { request, context in
            let start = ContinuousClock.now
            let call: RPCCall
            do throws(HearthError) {
                call = try desk.admit(request.metadata, context, isOpen: isOpen)
            } catch {
                let ending = desk.finish(context, nil, error, since: start) ?? error.rpcError
                return StreamingServerResponse(error: ending)
            }
            return StreamingServerResponse { writer in
                var failure: (any Error)?
                do {
                    try await desk.run(context) { try await handler(request.messages, writer, call) }
                } catch {
                    failure = error
                }
                if let ending = desk.finish(context, call, failure, since: start) { throw ending }
                return [:]
            }
        }
    }
}
