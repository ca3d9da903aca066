import HearthCore
import Testing

@Suite struct JSONDocumentBuilderTests {
    @Test func builtDocumentIsTheParsedOne() throws {
        var builder = JSONDocumentBuilder(nodeCapacity: 1, textCapacity: 1)
        let (x, list) = (builder.text("x"), builder.text("list"))
        builder.beginArray()
        for number in 0..<40 {
            builder.beginObject()
            builder.key(x)
            builder.real(Double(number) + 0.5)
            builder.key(list)
            builder.beginArray()
            builder.integer(Int64(-number))
            builder.boolean(number.isMultiple(of: 2))
            builder.null()
            builder.string(builder.text("ü\(number)"))
            builder.beginObject()
            builder.end()
            builder.end()
            builder.end()
        }
        builder.end()
        let document = builder.finish()
        let text = (0..<40).map {
            #"{"x":\#($0).5,"list":[\#(-$0),\#($0.isMultiple(of: 2)),null,"ü\#($0)",{}]}"#
        }.joined(separator: ",")
        let parsed = try JSONDocument(parsing: "[\(text)]")
        #expect(document.withRoot { JSONValue($0) } == parsed.withRoot { JSONValue($0) })
        #expect(document.nodeCount == parsed.nodeCount)
        // Skipping leads past whole values.
        #expect(document.withRoot { Array($0.elements.map { $0["list"]?.count }) } == .init(repeating: 5, count: 40))
    }

    @Test func singleValueIsADocument() {
        var builder = JSONDocumentBuilder(nodeCapacity: 1)
        builder.integer(7)
        #expect(builder.finish().withRoot { $0.int64 } == 7)
    }

    @Test func unfinishedBuilderGivesItsMemoryBack() {
        var builder = JSONDocumentBuilder(nodeCapacity: 4)
        builder.beginArray()
        builder.null()
    }
}
