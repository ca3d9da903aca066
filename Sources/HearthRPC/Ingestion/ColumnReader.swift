import HearthCore
import HearthIngest
import HearthProtocols

/// Turns columns into the document that the same readings would be as a JSON list, without any text in between, so that they
/// are judged by the one admission that all doors share.
struct ColumnReader {
    /// A list of objects.
    let document: JSONDocument
    /// Readings that cannot be judged, with the field that no JSON could carry.
    let unusable: [Int: HearthError.Field]

    /// One column on its way into the rows.
    private struct Column {
        var key: JSONDocumentBuilder.Text
        var field: String
        var present: [Bool]
        var values: Values
        /// The next of `values`.
        var next = 0
    }

    private enum Values {
        case doubles([Double])
        case floats([Float])
        case integers([Int64])
        case booleans([Bool])
        case texts([String])

        var count: Int {
            switch self {
            case .doubles(let values): values.count
            case .floats(let values): values.count
            case .integers(let values): values.count
            case .booleans(let values): values.count
            case .texts(let values): values.count
            }
        }

        init?(_ column: Ingestion_V1_Column) {
            switch column.values {
            case .doubles(let list): self = .doubles(list.values)
            case .floats(let list): self = .floats(list.values)
            case .integers(let list): self = .integers(list.values)
            case .booleans(let list): self = .booleans(list.values)
            case .texts(let list): self = .texts(list.values)
            case nil: return nil
            }
        }
    }

    /// - Throws: `.tooLarge`, `.invalidValue` when the columns do not fit each other; pointers lead into the frame.
    init(_ source: Ingestion_V1_Columns, _ limits: IngestLimits) throws(HearthError) {
        let count = source.times.count
        guard count <= limits.batchItems else {
            throw HearthError(
                .tooLarge, "A frame holds at most \(limits.batchItems) readings; this one has \(count).",
                hint: "Send it in parts.")
        }
        guard source.ids.isEmpty || source.ids.count == count else {
            throw .unfit("/columns/ids", "has \(source.ids.count) entries for \(count) times")
        }
        let width = source.columns.count + 1 + (source.ids.isEmpty ? 0 : 1)
        var builder = JSONDocumentBuilder(nodeCapacity: 1 + count * (1 + 2 * width), textCapacity: 1024)
        var columns = try Self.columns(source, count, &builder)
        var unusable: [Int: HearthError.Field] = [:]
        document = Self.rows(source, &columns, &builder, unusable: &unusable)
        self.unusable = unusable
    }

    private static func columns(
        _ source: Ingestion_V1_Columns, _ count: Int, _ builder: inout JSONDocumentBuilder
    ) throws(HearthError) -> [Column] {
        var names: Set<String> = source.ids.isEmpty ? ["timestamp"] : ["timestamp", "id"]
        var columns: [Column] = []
        columns.reserveCapacity(source.columns.count)
        for (position, column) in source.columns.enumerated() {
            let pointer = "/columns/columns/\(position)"
            guard !column.field.isEmpty else { throw .unfit(pointer + "/field", "is missing") }
            guard names.insert(column.field).inserted else {
                throw .unfit(pointer + "/field", "stands for a field that is there already")
            }
            guard let values = Values(column) else { throw .unfit(pointer + "/values", "is missing") }
            guard column.present.isEmpty || column.present.count == count else {
                throw .unfit(pointer + "/present", "has \(column.present.count) entries for \(count) times")
            }
            let expected = column.present.isEmpty ? count : column.present.count { $0 }
            guard values.count == expected else {
                throw .unfit(pointer + "/values", "has \(values.count) entries where \(expected) are needed")
            }
            columns.append(
                Column(key: builder.text(column.field), field: column.field, present: column.present, values: values))
        }
        return columns
    }

    private static func rows(
        _ source: Ingestion_V1_Columns, _ columns: inout [Column], _ builder: inout JSONDocumentBuilder,
        unusable: inout [Int: HearthError.Field]
    ) -> JSONDocument {
        let time = builder.text("timestamp")
        let id = builder.text("id")
        builder.beginArray()
        for row in source.times.indices {
            builder.beginObject()
            builder.key(time)
            // Seconds, as JSON has them: a double holds microseconds exactly until long after any time that is taken.
            builder.real(Double(source.times[row]) / 1_000_000)
            if !source.ids.isEmpty {
                builder.key(id)
                builder.string(builder.text(source.ids[row]))
            }
            for index in columns.indices
            where columns[index].present.isEmpty || columns[index].present[row] {
                builder.key(columns[index].key)
                if !append(&columns[index], &builder) {
                    unusable[row] = HearthError.Field(
                        pointer: JSONPointer.root.appending(columns[index].field).text,
                        message: "is not a finite number")
                }
            }
            builder.end()
        }
        builder.end()
        return builder.finish()
    }

    /// Appends the column's next value.
    ///
    /// - Returns: False for what is no number; then there is a null in its place.
    @inline(__always)
    private static func append(_ column: inout Column, _ builder: inout JSONDocumentBuilder) -> Bool {
        let next = column.next
        column.next += 1
        switch column.values {
        case .doubles(let values): return append(values[next], &builder)
        case .floats(let values): return append(Double(values[next]), &builder)
        case .integers(let values): builder.integer(values[next])
        case .booleans(let values): builder.boolean(values[next])
        case .texts(let values): builder.string(builder.text(values[next]))
        }
        return true
    }

    @inline(__always)
    private static func append(_ value: Double, _ builder: inout JSONDocumentBuilder) -> Bool {
        guard value.isFinite else {
            builder.null()
            return false
        }
        builder.real(value)
        return true
    }
}

extension HearthError {
    /// A frame whose parts do not fit each other.
    static func unfit(_ pointer: String, _ message: String) -> HearthError {
        HearthError(
            .invalidValue, "The frame cannot be taken: \(pointer) \(message).",
            fields: [Field(pointer: pointer, message: message)])
    }
}
