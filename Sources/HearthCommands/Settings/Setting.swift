import HearthCore

/// What is known of a setting without its Swift type: for the doctor, the reference page and messages.
package struct SettingDeclaration: Sendable, Hashable {
    /// As `hearth.yaml` writes it: lower case with underscores.
    package var name: String
    /// What a value is, in a word or two.
    package var form: String
    /// The values it may take; nil: all of the form.
    package var range: String?
    /// What holds when nothing is said, as a page shows it.
    package var initial: String
    package var help: String
    /// Never shown or logged.
    package var isSecret = false
    /// Whether `hearth.yaml` may hold it.
    package var isAllowedInFile = true

    /// The form of settings that hold others.
    static let mapping = "mapping"

    /// As the environment writes it.
    package var variable: String { "HEARTH_" + name.uppercased() }
}

/// A value that a setting cannot take, said so that the sentence can follow the setting's name.
struct UnusableValue: Error {
    var message: String
}

/// One key of the configuration, declared once with everything there is to know about it.
package struct Setting<Value: Sendable>: Sendable {
    package var declaration: SettingDeclaration
    /// What holds when nothing is said.
    let initial: Value
    /// Reads a value as a person wrote it.
    let read: @Sendable (_ text: String) throws(UnusableValue) -> Value
    /// The value as the doctor shows it.
    let show: @Sendable (Value) -> String

    var isSecret: Bool { declaration.isSecret }
}

extension Setting where Value == Int {
    static func integer(
        _ name: String, _ initial: Int, in range: ClosedRange<Int>, unit: String? = nil, help: String
    ) -> Setting {
        let span = "\(range.lowerBound) to \(range.upperBound)" + (unit.map { " \($0)" } ?? "")
        return Setting(
            declaration: SettingDeclaration(
                name: name, form: "integer", range: span, initial: String(initial), help: help),
            initial: initial,
            read: { text throws(UnusableValue) in
                guard let value = Int(text.filter { $0 != "_" }) else {
                    throw UnusableValue(message: "`\(text)` is not a whole number; give one from \(span)")
                }
                guard range.contains(value) else {
                    throw UnusableValue(message: "\(value) is out of range; give \(span)")
                }
                return value
            },
            show: { String($0) })
    }

    /// A count of bytes, also written with a unit: `32MiB`.
    static func bytes(_ name: String, _ initial: Int, in range: ClosedRange<Int>, help: String) -> Setting {
        let span = "\(ByteCount.text(range.lowerBound)) to \(ByteCount.text(range.upperBound))"
        return Setting(
            declaration: SettingDeclaration(
                name: name, form: "bytes", range: span, initial: "\(initial) (\(ByteCount.text(initial)))", help: help),
            initial: initial,
            read: { text throws(UnusableValue) in
                guard let value = ByteCount.parse(text) else {
                    throw UnusableValue(message: "`\(text)` is not a size; write bytes or a unit, as in 32MiB")
                }
                guard range.contains(value) else {
                    throw UnusableValue(message: "\(ByteCount.text(value)) is out of range; give \(span)")
                }
                return value
            },
            show: { "\($0) (\(ByteCount.text($0)))" })
    }
}

extension Setting where Value == Int? {
    /// A number that may be missing. `initial` says what happens then.
    static func optionalInteger(
        _ name: String, in range: ClosedRange<Int>, initial: String, help: String
    ) -> Setting {
        let number = Setting<Int>.integer(name, range.lowerBound, in: range, help: help)
        var declaration = number.declaration
        declaration.initial = initial
        return Setting(
            declaration: declaration, initial: nil,
            read: { text throws(UnusableValue) in try number.read(text) }, show: { $0.map(String.init) ?? initial })
    }
}

extension Setting where Value == String {
    static func text(_ name: String, _ initial: String, help: String) -> Setting {
        Setting(
            declaration: SettingDeclaration(name: name, form: "text", initial: initial, help: help), initial: initial,
            read: { $0 }, show: { $0 })
    }

    static func choice(_ name: String, _ initial: String, of choices: [String], help: String) -> Setting {
        let list = choices.joined(separator: ", ")
        return Setting(
            declaration: SettingDeclaration(name: name, form: "choice", range: list, initial: initial, help: help),
            initial: initial,
            read: { text throws(UnusableValue) in
                guard choices.contains(text.lowercased()) else {
                    throw UnusableValue(message: "`\(text)` is none of \(list)")
                }
                return text.lowercased()
            },
            show: { $0 })
    }
}

extension Setting where Value == String? {
    /// A text that may be missing. `initial` says what happens then.
    static func optionalText(
        _ name: String, form: String = "text", range: String? = nil, initial: String, isSecret: Bool = false,
        help: String, check: @escaping @Sendable (String) throws(UnusableValue) -> Void = { _ in }
    ) -> Setting {
        Setting(
            declaration: SettingDeclaration(
                name: name, form: form, range: range, initial: initial, help: help, isSecret: isSecret),
            initial: nil,
            read: { text throws(UnusableValue) in
                try check(text)
                return text
            },
            show: { $0 ?? initial })
    }
}

extension Setting where Value == JSONValue? {
    /// A mapping with mappings and lists in it. The environment writes it as YAML or JSON.
    /// - Parameter show: What of it may be shown.
    static func mapping(
        _ name: String, initial: String, help: String, show: @escaping @Sendable (JSONValue) -> String
    ) -> Setting {
        Setting(
            declaration: SettingDeclaration(
                name: name, form: SettingDeclaration.mapping, initial: initial, help: help),
            initial: nil,
            read: { text throws(UnusableValue) in
                do {
                    guard let value = try SettingsFile.value(of: text) else { return nil }
                    guard value.object != nil else {
                        throw UnusableValue(message: "is not a mapping of names to values")
                    }
                    return value
                } catch let error as UnusableValue {
                    throw error
                } catch {
                    // What YAML says of it may quote a secret.
                    throw UnusableValue(message: "is not YAML")
                }
            },
            show: { $0.map(show) ?? initial })
    }
}

extension Setting where Value == [String] {
    static func list(_ name: String, initial: String, help: String) -> Setting {
        Setting(
            declaration: SettingDeclaration(name: name, form: "list", initial: initial, help: help), initial: [],
            read: { text in
                text.split(separator: ",").map { String($0.trimmingPrefix { $0 == " " }) }.map {
                    String($0.reversed().drop { $0 == " " }.reversed())
                }.filter { !$0.isEmpty }
            },
            show: { $0.isEmpty ? initial : $0.joined(separator: ", ") })
    }
}
