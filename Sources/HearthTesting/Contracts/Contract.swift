import HearthCore

/// One promise of a seam, checked against whatever stands behind it.
package struct ContractCase<Store>: Sendable, CustomStringConvertible {
    package let description: String
    /// Runs with stores made for this case alone; throws `ContractViolation` when the promise is broken.
    package let verify: Verification

    package typealias Verification = @Sendable (_ make: @Sendable () async throws -> Store) async throws -> Void

    init(_ description: String, _ verify: @escaping Verification) {
        self.description = description
        self.verify = verify
    }
}

/// A back end that does not do what its seam promises.
package struct ContractViolation: Error, CustomStringConvertible {
    package var description: String
}

func require(
    _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws {
    if !condition { throw ContractViolation(description: "\(file):\(line): \(message())") }
}

func requireEqual<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ message: @autoclosure () -> String, file: StaticString = #fileID,
    line: UInt = #line
) throws {
    if actual == expected { return }
    throw ContractViolation(
        description: "\(file):\(line): \(message()): \(brief(actual)) instead of \(brief(expected))")
}

/// Compares lists and names the first difference, so that thousands of rows do not hide it.
func requireSame<Value: Equatable>(
    _ actual: [Value], _ expected: [Value], _ message: @autoclosure () -> String, file: StaticString = #fileID,
    line: UInt = #line
) throws {
    for (index, (left, right)) in zip(actual, expected).enumerated() where left != right {
        throw ContractViolation(
            description:
                "\(file):\(line): \(message()): element \(index) of \(actual.count) is \(left) instead of \(right)")
    }
    try requireEqual(actual.count, expected.count, message(), file: file, line: line)
}

/// Checks that `body` throws an error with this code.
func requireFailure<Value>(
    _ code: ErrorCode, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line,
    _ body: () async throws -> Value
) async throws {
    do {
        _ = try await body()
    } catch let error as HearthError {
        return try requireEqual(error.code, code, message(), file: file, line: line)
    }
    throw ContractViolation(description: "\(file):\(line): \(message()): no error instead of \(code)")
}

private func brief<Value>(_ value: Value) -> String {
    let text = String(describing: value)
    return text.count > 400 ? text.prefix(400) + "…" : text
}
