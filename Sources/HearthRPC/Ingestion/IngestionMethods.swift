import GRPCCore
import HearthCore
import HearthProtocols
import HearthServer
import HearthVault
import SwiftProtobuf
import Synchronization

/// `ingestion.v1.IngestionService`
struct IngestionMethods: Sendable {
    private typealias Method = Ingestion_V1_IngestionService.Method

    private let desk: CallDesk
    private let runs: UploadRuns

    init(_ desk: CallDesk) {
        self.desk = desk
        runs = UploadRuns(desk.dependencies.catalogue)
    }

    func register<Transport: ServerTransport>(in table: inout MethodTable<Transport>) {
        table.stream(Method.StreamReadings.descriptor, stream)
        table.stream(Method.SendReadings.descriptor, send)
        table.unary(Method.GetResumePoint.descriptor, resumePoint)
    }

    @Sendable private func stream(
        _ messages: Received<Ingestion_V1_IngestRequest>, _ writer: RPCWriter<Ingestion_V1_IngestResponse>,
        _ call: RPCCall
    ) async throws {
        try await upload(messages, call) { answer in
            var response = Ingestion_V1_IngestResponse()
            switch answer {
            case .opened(let opened): response.opened = opened
            case .result(let result): response.result = result
            }
            try await writer.write(response)
        }
    }

    @Sendable private func send(
        _ messages: Received<Ingestion_V1_IngestRequest>, _ writer: RPCWriter<Ingestion_V1_IngestSummary>,
        _ call: RPCCall
    ) async throws {
        let summary = UploadSummary()
        try await upload(messages, call) { summary.add($0) }
        try await writer.write(summary.message)
    }

    private func upload(
        _ messages: Received<Ingestion_V1_IngestRequest>, _ call: RPCCall,
        answer: @escaping @Sendable (ReadingUpload.Answer) async throws -> Void
    ) async throws {
        let inputs = messages.map { message -> ReadingUpload.Input in
            switch message.content {
            case .failure(let error): .unreadable(error, byteCount: message.byteCount)
            case .success(let request):
                switch request.message {
                case .opening(let opening): .opening(opening)
                case .frame(let frame): .frame(frame, byteCount: message.byteCount)
                case nil: .unreadable(.unfit("/message", "is missing"), byteCount: message.byteCount)
                }
            }
        }
        try await ReadingUpload(desk, runs, try call.caller()).run(inputs, answer: answer)
    }

    @Sendable private func resumePoint(
        _ request: Ingestion_V1_GetResumePointRequest, _ call: RPCCall
    ) async throws -> Ingestion_V1_GetResumePointResponse {
        guard (1...64).contains(request.resumeToken.utf8.count) else {
            throw HearthError(
                .invalidValue, "The resume token must have 1 to 64 bytes.",
                fields: [.init(pointer: "/resume_token", message: "must have 1 to 64 bytes")])
        }
        let known = try await runs.acknowledged(request.resumeToken, of: try call.caller().id)
        return .with {
            $0.known = known != nil
            $0.acknowledged = known ?? 0
        }
    }
}

/// Adds up the answers of a call that has only one.
private final class UploadSummary: Sendable {
    private let state = Mutex(Ingestion_V1_IngestSummary())

    var message: Ingestion_V1_IngestSummary { state.withLock { $0 } }

    func add(_ answer: ReadingUpload.Answer) {
        state.withLock { summary in
            switch answer {
            case .opened(let opened):
                summary.resumeToken = opened.resumeToken
                summary.acknowledged = opened.acknowledged
            case .result(let result): Self.add(result, to: &summary)
            }
        }
    }

    private static func add(
        _ result: Ingestion_V1_FrameResult, to summary: inout Ingestion_V1_IngestSummary
    ) {
        summary.frames += 1
        summary.accepted += UInt64(result.accepted)
        summary.duplicates += UInt64(result.duplicates)
        summary.rejected += UInt64(result.rejected)
        if !result.hasError { summary.acknowledged = max(summary.acknowledged, result.sequence) }
        let room = ReadingUpload.listedRejections - summary.rejections.count
        guard room > 0 else { return }
        if result.hasError {
            summary.rejections.append(rejection(result.sequence, -1, result.error))
        } else {
            summary.rejections += result.rejections.prefix(room).map {
                rejection(result.sequence, Int32($0.index), $0.error)
            }
        }
    }

    private static func rejection(
        _ sequence: Int64, _ index: Int32, _ error: Hearth_V1_Error
    ) -> Ingestion_V1_FrameRejection {
        .with {
            $0.sequence = sequence
            $0.index = index
            $0.error = error
        }
    }
}
