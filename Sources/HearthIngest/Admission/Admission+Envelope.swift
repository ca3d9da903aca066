import HearthCore
import HearthSchema

extension Admission.Source {
    /// `device_id` and `stream` beside `readings` hold for every item that has none of its own.
    mutating func adopt(_ envelope: JSONReference, _ registry: StreamRegistry) throws(HearthError) {
        if let device = envelope["device_id"], device.kind != .null {
            guard device.kind == .string, let id = UniqueID(utf8: device.utf8) else {
                throw HearthError(
                    .invalidValue, "The batch's device_id is not a UUID.",
                    fields: [.init(pointer: "/device_id", message: "is not a UUID")])
            }
            if let expected = self.device, expected != id {
                throw HearthError(
                    .invalidValue, "The batch is of another device than this connection.",
                    fields: [.init(pointer: "/device_id", message: "is not the device of this connection")])
            }
            self.device = id
        }
        if stream == nil, let name = envelope["stream"], name.kind != .null {
            guard name.kind == .string, let stream = registry.named(utf8: name.utf8) else {
                throw HearthError(
                    .invalidValue, "The batch names a stream that does not exist.",
                    fields: [.init(pointer: "/stream", message: "names no stream; GET /streams lists them")])
            }
            self.stream = stream
        }
    }
}
