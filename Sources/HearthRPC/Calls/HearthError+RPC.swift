import GRPCCore
import GRPCProtobuf
import HTTPTypes
import HearthCore
import HearthProtocols
import HearthServer
import SwiftProtobuf

extension HearthError {
    /// The failure as a status of gRPC: its code follows from the one of HTTP, so that every door tells the same. Hearth's
    /// own code stands in the trailing metadata `hearth-code`, and with all details in `grpc-status-details-bin` (the
    /// messages of google/rpc/error_details.proto).
    var rpcError: RPCError {
        var details: [ErrorDetails] = [
            .errorInfo(reason: code.text, domain: "hearth", metadata: hint.map { ["hint": $0] } ?? [:])
        ]
        if !fields.isEmpty {
            details.append(
                .badRequest(
                    violations: fields.map {
                        ErrorDetails.BadRequest.FieldViolation(field: $0.pointer, description: $0.message)
                    }))
        }
        if let retryAfter { details.append(.retryInfo(delay: retryAfter)) }
        let status = GoogleRPCStatus(code: rpcCode, message: message, details: details)
        var metadata = status.rpcErrorMetadata
        metadata.addString(code.text, forKey: "hearth-code")
        return RPCError(code: rpcCode, message: message, metadata: metadata)
    }

    private var rpcCode: RPCError.Code {
        switch HTTPStatusTable.status(for: self).code {
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .notFound
        case 408: .deadlineExceeded
        case 409: .aborted
        case 413, 429, 431, 507: .resourceExhausted
        case 501: .unimplemented
        case 503: .unavailable
        case 500...: .internalError
        default: .invalidArgument
        }
    }

    /// The failure inside an answer.
    var wire: Hearth_V1_Error {
        var error = Hearth_V1_Error()
        error.code = code.text
        error.message = message
        error.hint = hint ?? ""
        error.fields = fields.map { field in
            .with {
                $0.pointer = field.pointer
                $0.message = field.message
            }
        }
        error.retryAfterSeconds = retryAfter?.inSeconds ?? 0
        return error
    }
}
