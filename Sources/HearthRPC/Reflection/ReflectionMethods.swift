import FoundationEssentials
import GRPCCore
import HearthCore
import HearthProtocols
import HearthVault
import SwiftProtobuf

/// `grpc.reflection.v1.ServerReflection`, for whoever has a token, as `/openapi.json` is. Its messages are also those of
/// `v1alpha`, by which older programs ask.
struct ReflectionMethods: Sendable {
    private typealias Request = Grpc_Reflection_V1_ServerReflectionRequest
    private typealias Response = Grpc_Reflection_V1_ServerReflectionResponse

    private let services: [String]
    private let index = Result { try DescriptorIndex() }

    /// - Parameter services: Full names of those that are served, besides this one.
    init(services: Set<String>) {
        self.services = services.union([Grpc_Reflection_V1_ServerReflection.descriptor.fullyQualifiedService]).sorted()
    }

    func register<Transport: ServerTransport>(in table: inout MethodTable<Transport>) {
        let method = Grpc_Reflection_V1_ServerReflection.Method.ServerReflectionInfo.descriptor
        table.stream(method, answer)
        table.stream(
            MethodDescriptor(
                fullyQualifiedService: "grpc.reflection.v1alpha.ServerReflection", method: method.method), answer)
    }

    @Sendable private func answer(
        _ messages: Received<Grpc_Reflection_V1_ServerReflectionRequest>,
        _ writer: RPCWriter<Grpc_Reflection_V1_ServerReflectionResponse>, _ call: RPCCall
    ) async throws {
        try call.require(.readRegistry)
        let index = try index.get()
        for try await message in messages {
            let request = try message.value()
            var response = Response()
            response.validHost = request.host
            response.originalRequest = request
            switch request.messageRequest {
            case .listServices:
                response.listServicesResponse.service = services.map { name in .with { $0.name = name } }
            case .fileByFilename(let name): fill(&response, index.file(named: name), "file \(name)")
            case .fileContainingSymbol(let symbol): fill(&response, index.file(declaring: symbol), "symbol \(symbol)")
            // The third version of the language has no extensions.
            case .fileContainingExtension(let wanted):
                fill(&response, nil, "extension \(wanted.extensionNumber) of \(wanted.containingType)")
            case .allExtensionNumbersOfType(let type):
                if index.file(declaring: type) == nil {
                    fill(&response, nil, "type \(type)")
                } else {
                    response.allExtensionNumbersResponse.baseTypeName = type
                }
            case nil:
                response.errorResponse = .with {
                    $0.errorCode = Int32(Status.Code.invalidArgument.rawValue)
                    $0.errorMessage = "The request asks for nothing."
                }
            }
            try await writer.write(response)
        }
    }

    private func fill(
        _ response: inout Grpc_Reflection_V1_ServerReflectionResponse, _ files: [Data]?, _ what: String
    ) {
        if let files {
            response.fileDescriptorResponse.fileDescriptorProto = files
        } else {
            response.errorResponse = .with {
                $0.errorCode = Int32(Status.Code.notFound.rawValue)
                $0.errorMessage = "There is no \(what.prefix(200)) here."
            }
        }
    }
}
