import HearthCore

/// Finds each setting's value in the place that counts, and collects what is wrong with all of them, so that a person
/// mends everything at once.
struct SettingsReader {
    private let environment: [String: String]
    private let options: [String: String]
    private var file: [String: SettingsFile.Entry] = [:]
    private var problems: [HearthError.Field] = []
    private(set) var inForce: [SettingInForce] = []

    init(environment: [String: String], options: [String: String]) {
        self.environment = environment
        self.options = options
    }

    /// The folder that the other settings are looked for in, absolute.
    mutating func home() -> String {
        let declaration = Setting.home.declaration
        let (text, source) = find(declaration) ?? (defaultHome, .standard)
        let path = FilePathText.absolute(text, environment: environment)
        inForce.append(SettingInForce(declaration: declaration, text: path, source: source))
        return path
    }

    private var defaultHome: String { Self.dataFolder(environment) + "/hearth" }

    /// Where programs keep a person's data (XDG Base Directory Specification), absolute.
    static func dataFolder(_ environment: [String: String]) -> String {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data }
        return FilePathText.absolute("~/.local/share", environment: environment)
    }

    /// Takes in `hearth.yaml`; a file that is not there says nothing.
    mutating func readFile(at path: String) throws(HearthError) {
        let (entries, problems) = try SettingsFile.read(path)
        for entry in entries {
            guard let declaration = Settings.all.first(where: { $0.name == entry.name }) else {
                let nearest = NearestName.of(entry.name, among: Settings.all.filter(\.isAllowedInFile).map(\.name))
                let proposal = nearest.map { "; did you mean `\($0)`?" } ?? "; the reference page lists those there are"
                refuse("\(entry.name) (line \(entry.line))", "is not a setting\(proposal)")
                continue
            }
            guard declaration.isAllowedInFile else {
                refuse(
                    "\(entry.name) (line \(entry.line))",
                    "can only come from the environment; set \(declaration.variable)")
                continue
            }
            if entry.isNested, declaration.form != SettingDeclaration.mapping {
                refuse("\(entry.name) (line \(entry.line))", "is neither a value nor a list of values")
                continue
            }
            file[entry.name] = entry
        }
        self.problems += problems
    }

    mutating func value<Value>(_ setting: Setting<Value>) -> Value {
        resolve(setting) { text, _ in text }
    }

    /// A file or folder; from `hearth.yaml` it is meant relative to the home folder.
    mutating func path(_ setting: Setting<String?>) -> String? {
        let home = inForce.first?.text ?? "."
        return resolve(setting) { [environment] text, source in
            if case .file = source {
                FilePathText.absolute(text, relativeTo: home, environment: environment)
            } else {
                FilePathText.absolute(text, environment: environment)
            }
        }
    }

    private mutating func resolve<Value>(
        _ setting: Setting<Value>, complete: (String, SettingInForce.Source) -> String
    ) -> Value {
        let declaration = setting.declaration
        var value = setting.initial
        var source = SettingInForce.Source.standard
        if let (text, place) = find(declaration) {
            do throws(UnusableValue) {
                value = try setting.read(complete(text, place))
                source = place
            } catch {
                // A secret must not come back in a message, and messages quote the value.
                refuse(name(of: declaration, in: place), setting.isSecret ? "cannot be used" : error.message)
            }
        }
        let isHidden = setting.isSecret && source != .standard
        inForce.append(
            SettingInForce(declaration: declaration, text: isHidden ? "(hidden)" : setting.show(value), source: source))
        return value
    }

    private func find(_ declaration: SettingDeclaration) -> (text: String, source: SettingInForce.Source)? {
        if let text = options[declaration.name] { return (text, .option) }
        if let text = environment[declaration.variable], !text.isEmpty { return (text, .environment) }
        if let entry = file[declaration.name] { return (entry.text, .file(line: entry.line)) }
        return nil
    }

    private func name(of declaration: SettingDeclaration, in source: SettingInForce.Source) -> String {
        switch source {
        case .option: "--" + declaration.name
        case .file(let line): "\(declaration.name) (line \(line))"
        case .environment, .standard: declaration.variable
        }
    }

    mutating func refuse(_ declaration: SettingDeclaration, _ message: String) {
        refuse(declaration.variable, message)
    }

    private mutating func refuse(_ name: String, _ message: String) {
        problems.append(HearthError.Field(pointer: name, message: message))
    }

    /// Throws what was refused.
    func finish() throws(HearthError) {
        guard !problems.isEmpty else { return }
        throw HearthError(
            .settingsInvalid,
            problems.count == 1 ? "A setting cannot be used." : "\(problems.count) settings cannot be used.",
            hint: "Correct the environment or \(Settings.fileName); `hearth doctor` shows what is in force.",
            fields: problems)
    }

    /// What the tests of Hearth read, which may be set while they start servers.
    private static let variablesOfTests: Set<String> = [
        "HEARTH_TEST_DATA", "HEARTH_TEST_PROGRAM", "HEARTH_CRASH_ROUNDS", "HEARTH_FUZZ_SECONDS", "HEARTH_FUZZ_SEED",
        "HEARTH_WRITE_PAGES",
    ]

    /// A variable that is named as ours and is none is most likely mistyped, and what it should have said would not hold.
    mutating func refuseUnknownVariables() {
        let known = Set(Settings.all.map(\.variable)).union(Self.variablesOfTests)
        for name in environment.keys.filter({ $0.hasPrefix("HEARTH_") && !known.contains($0) }).sorted() {
            let nearest = NearestName.of(name, among: Settings.all.map(\.name))
            let proposal =
                nearest.map { "; did you mean `HEARTH_\($0.uppercased())`?" }
                ?? "; the reference page lists those there are"
            refuse(name, "is not a setting\(proposal)")
        }
    }
}

extension ErrorCode {
    /// A setting has a value that it cannot take, or there is no such setting.
    static let settingsInvalid = ErrorCode("settings-invalid")
}
