import FoundationEssentials
import HearthCore
import HearthProtocols
import SwiftProtobuf

/// The files that describe what is served, by name and by what they declare.
struct DescriptorIndex: Sendable {
    /// Serialized, by file name.
    private var files: [String: Data] = [:]
    private var imports: [String: [String]] = [:]
    /// File of each full name: services, methods, messages, enums and fields.
    private var symbols: [String: String] = [:]

    init() throws {
        guard let bytes = Data(base64Encoded: protocolDescriptors) else {
            throw HearthError(.internalError, "The descriptions of the services are damaged.", disposition: .defect)
        }
        for file in try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes).file {
            files[file.name] = try file.serializedData()
            imports[file.name] = file.dependency
            let scope = file.package
            for service in file.service {
                add(service.name, in: scope, file)
                for method in service.method { add(method.name, in: "\(scope).\(service.name)", file) }
            }
            for message in file.messageType { add(message, in: scope, file) }
            for type in file.enumType { add(type.name, in: scope, file) }
        }
    }

    private mutating func add(_ name: String, in scope: String, _ file: Google_Protobuf_FileDescriptorProto) {
        symbols[scope.isEmpty ? name : "\(scope).\(name)"] = file.name
    }

    private mutating func add(
        _ message: Google_Protobuf_DescriptorProto, in scope: String, _ file: Google_Protobuf_FileDescriptorProto
    ) {
        add(message.name, in: scope, file)
        let own = scope.isEmpty ? message.name : "\(scope).\(message.name)"
        for field in message.field { add(field.name, in: own, file) }
        for type in message.enumType { add(type.name, in: own, file) }
        for nested in message.nestedType { add(nested, in: own, file) }
    }

    /// The file and everything that it imports, itself first; nil: there is none of this name.
    func file(named name: String) -> [Data]? {
        guard files[name] != nil else { return nil }
        var names = [name]
        var next = 0
        while next < names.count {
            for imported in imports[names[next]] ?? [] where !names.contains(imported) { names.append(imported) }
            next += 1
        }
        return names.compactMap { files[$0] }
    }

    func file(declaring symbol: String) -> [Data]? { symbols[symbol].flatMap { file(named: $0) } }
}
