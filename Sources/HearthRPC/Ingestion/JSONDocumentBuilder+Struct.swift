import HearthCore
import SwiftProtobuf

extension JSONDocumentBuilder {
    /// Appends an object of `google.protobuf.Struct`, whose numbers are all doubles: whole ones become integers, as JSON would
    /// write them.
    ///
    /// - Parameter depth: Levels that may still be opened.
    /// - Throws: `.malformedBody`
    mutating func append(_ object: Google_Protobuf_Struct, depth: Int) throws(HearthError) {
        guard depth > 0 else { throw HearthError.nestedTooDeep }
        beginObject()
        for (name, value) in object.fields {
            key(text(name))
            try append(value, depth: depth - 1)
        }
        end()
    }

    private mutating func append(_ value: Google_Protobuf_Value, depth: Int) throws(HearthError) {
        switch value.kind {
        case .nullValue, nil: null()
        case .boolValue(let flag): boolean(flag)
        case .stringValue(let string): self.string(text(string))
        case .numberValue(let number):
            guard number.isFinite else { throw HearthError(.malformedBody, "The object holds what is not a number.") }
            if let whole = Int64(exactly: number) { integer(whole) } else { real(number) }
        case .structValue(let object): try append(object, depth: depth)
        case .listValue(let list):
            guard depth > 0 else { throw HearthError.nestedTooDeep }
            beginArray()
            for element in list.values { try append(element, depth: depth - 1) }
            end()
        }
    }
}

extension HearthError {
    fileprivate static var nestedTooDeep: HearthError {
        HearthError(.malformedBody, "The object is nested more deeply than is read here.")
    }
}
