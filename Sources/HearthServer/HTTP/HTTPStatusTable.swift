package import HTTPTypes
package import HearthCore
import HearthFetch
import HearthIngest
import HearthMedia
import HearthNotify
import HearthPipeline
import HearthSchema
import HearthStore
import HearthVault

/// Which HTTP status each kind of failure is answered with. Every code that Hearth declares stands here; a code from
/// elsewhere is judged by its disposition.
package enum HTTPStatusTable {
    package static let statuses: [ErrorCode: HTTPResponse.Status] = [
        .malformedBody: .badRequest,
        .malformedRequest: .badRequest,
        .invalidValue: .unprocessableContent,
        .unauthorized: .unauthorized,
        .forbidden: .forbidden,
        .crossOrigin: .forbidden,
        .notFound: .notFound,
        .methodNotAllowed: .methodNotAllowed,
        .requestTimeout: .requestTimeout,
        .conflict: .conflict,
        .idempotencyKeyInUse: .conflict,
        .idempotencyMismatch: .unprocessableContent,
        .tooLarge: .contentTooLarge,
        .unsupportedMediaType: .unsupportedMediaType,
        .rangeNotSatisfiable: .rangeNotSatisfiable,
        .upgradeRequired: .init(code: 426, reasonPhrase: "Upgrade Required"),
        .rateLimited: .tooManyRequests,
        .lockedOut: .tooManyRequests,
        .overloaded: .tooManyRequests,
        .tooManyConnections: .serviceUnavailable,
        .headTooLarge: .requestHeaderFieldsTooLarge,
        .internalError: .internalServerError,
        .storageFailed: .internalServerError,
        .methodUnknown: .notImplemented,
        .shuttingDown: .serviceUnavailable,
        .serviceUnavailable: .serviceUnavailable,
        .storageFull: .init(code: 507, reasonPhrase: "Insufficient Storage"),
        .streamNotAllowed: .forbidden,
        .leaseLost: .serviceUnavailable,
        .spoolPlaceLost: .serviceUnavailable,
        .segmentDamaged: .unprocessableContent,
        .segmentTorn: .unprocessableContent,
        .segmentChanged: .unprocessableContent,
        .segmentEmpty: .unprocessableContent,
        .segmentUnreadable: .unprocessableContent,
        .segmentMissing: .unprocessableContent,
        .readingsRejected: .unprocessableContent,
        .fetchRefused: .unprocessableContent,
        .fetchFailed: .badGateway,
        .webhookRefused: .badGateway,
        .webhookFailed: .badGateway,
        .webhookTimeout: .gatewayTimeout,
        .webhookRedirected: .badGateway,
        .webhookTargetMissing: .conflict,
        .processorStuck: .serviceUnavailable,
        .stepTimeout: .internalServerError,
        .processorFailed: .internalServerError,
        .invalidOutput: .internalServerError,
        .invalidProcessor: .internalServerError,
        .invalidStreamDefinition: .internalServerError,
        .invalidSchema: .internalServerError,
        .unresolvedReference: .internalServerError,
        .schemaIncompatible: .internalServerError,
        .keyMissing: .internalServerError,
        .keyExposed: .internalServerError,
        .keyMalformed: .internalServerError,
        .foreignKey: .internalServerError,
        .blobDamaged: .internalServerError,
        .unusableToken: .internalServerError,
        .unusableCertificate: .internalServerError,
        .mediaDamaged: .unprocessableContent,
        .mediaUnsupported: .unsupportedMediaType,
        .mediaTooSlow: .unprocessableContent,
        .decoderCrashed: .unprocessableContent,
        .recogniserFailed: .serviceUnavailable,
        .decoderMissing: .serviceUnavailable,
        .decoderProtocol: .internalServerError,
        .capabilityMissing: .serviceUnavailable,
        .missingResource: .internalServerError,
    ]

    package static func status(for error: HearthError) -> HTTPResponse.Status {
        if let status = statuses[error.code] { return status }
        return switch error.disposition {
        case .caller: .badRequest
        case .retry: .serviceUnavailable
        case .defect: .internalServerError
        }
    }
}
