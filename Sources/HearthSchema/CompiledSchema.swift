package import HearthCore
package struct SchemaError: Sendable { package var instanceLocation: JSONPointer; package var message: String }
package struct CompiledSchema: Sendable {
    package init(streamSchema: JSONValue) throws(HearthError) {}
    package func validate(_ value: JSONReference) -> Bool { true }
    package func errors(of value: JSONReference, limit: Int) -> [SchemaError] { [] }
}
