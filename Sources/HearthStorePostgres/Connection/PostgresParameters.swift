import CLibPQ

/// The arguments of one call in the form libpq takes: types, addresses, lengths.
struct PostgresParameters {
    private(set) var types: [Oid] = []
    private var bytes: [UInt8] = []
    /// Where each begins in `bytes`; nil for null.
    private var starts: [Int?] = []
    private var lengths: [Int32] = []

    init(_ values: [PostgresValue]) {
        types.reserveCapacity(values.count)
        starts.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        for value in values {
            types.append(value.type.number)
            let start = bytes.count
            if value.append(to: &bytes) {
                starts.append(start)
                lengths.append(Int32(bytes.count - start))
            } else {
                starts.append(nil)
                lengths.append(0)
            }
        }
        // A value of no bytes needs an address that is not null.
        bytes.append(0)
    }

    var count: Int32 { Int32(types.count) }

    /// Calls `body` with the addresses of the values, their lengths and their formats, which are all binary.
    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) throws -> Result
    ) rethrows -> Result {
        if types.isEmpty { return try body(nil, nil, nil) }
        let formats = [Int32](repeating: 1, count: types.count)
        return try bytes.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = starts.map { offset in offset.flatMap { start?.advanced(by: $0) } }
            return try pointers.withUnsafeBufferPointer { pointers in
                try lengths.withUnsafeBufferPointer { lengths in
                    try formats.withUnsafeBufferPointer { formats in
                        try body(pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
