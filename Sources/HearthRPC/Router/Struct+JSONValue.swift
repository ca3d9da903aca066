import HearthCore
import OrderedCollections
import SwiftProtobuf

extension Google_Protobuf_Struct {
    /// An object; any other value becomes its member `value`.
    init(_ value: JSONValue) {
        self.init()
        switch value {
        case .object(let members):
            for (name, member) in members { fields[name] = Google_Protobuf_Value(member) }
        default: fields["value"] = Google_Protobuf_Value(value)
        }
    }
}

extension Google_Protobuf_Value {
    fileprivate init(_ value: JSONValue) {
        switch value {
        case .null: self.init(numberOfNothing: ())
        case .bool(let flag): self.init(boolValue: flag)
        case .integer(let number): self.init(numberValue: Double(number))
        case .real(let number): self.init(numberValue: number)
        case .string(let text): self.init(stringValue: text)
        case .array(let elements):
            self.init()
            listValue.values = elements.map { Google_Protobuf_Value($0) }
        case .object: self.init(structValue: Google_Protobuf_Struct(value))
        }
    }

    private init(numberOfNothing: Void) {
        self.init()
        nullValue = .nullValue
    }
}
