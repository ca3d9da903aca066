import Foundation
import HearthCore
import HearthSchema
import OrderedCollections
import Testing

@Suite("Stream definitions")
struct StreamTests {
    /// A small definition; parts of it are replaced by `changes`, which are merged into the root and into `x-hearth`.
    static func source(_ changes: String = "{}", block: String = "{}") throws -> JSONValue {
        var members = try #require(
            try JSONValue(
                parsing: """
                    {"title": "Humidity", "description": "Of a room.", "type": "object",
                     "properties": {"percent": {"type": "number", "minimum": 0, "maximum": 100, "title": "Percent"},
                                    "room": {"type": "string", "maxLength": 10},
                                    "count": {"type": ["integer", "null"]}, "wet": {"type": "boolean"},
                                    "parts": {"type": "array", "items": {"type": "number"}}},
                     "required": ["percent"], "additionalProperties": true,
                     "x-hearth": {"stream": "humidity", "version": 1, "table": "user_humidity_raw", "aliases": ["damp"],
                                  "path": "/sensor/humidity", "device_kinds": ["sensor"], "retention": "365d",
                                  "private": ["room"], "joined": ["room"], "indexed": ["room"],
                                  "dedupe": ["percent", "room"],
                                  "time": {"future_seconds": 60, "skew_seconds": 5},
                                  "example": {"percent": 41, "room": "kitchen"}}}
                    """
            ).object)
        var inner = try #require(members["x-hearth"]?.object)
        for (key, value) in try JSONValue(parsing: block).object ?? [:] { inner[key] = value }
        members["x-hearth"] = .object(inner)
        for (key, value) in try JSONValue(parsing: changes).object ?? [:] { members[key] = value }
        return .object(members)
    }

    static func definition(_ changes: String = "{}", block: String = "{}") throws -> StreamDefinition {
        try StreamDefinition(source(changes, block: block), file: "humidity.json")
    }

    private func isValid(_ text: String, _ stream: StreamDefinition) throws -> Bool {
        try stream.schema.validate(JSONDocument(parsing: text))
    }

    @Test("a definition says all about its stream")
    func reading() throws {
        let stream = try Self.definition()
        #expect(stream.name == "humidity" && stream.table == "user_humidity_raw" && stream.version == 1)
        #expect(stream.aliases == ["damp"] && stream.path == "/sensor/humidity" && stream.deviceKinds == ["sensor"])
        #expect(stream.title == "Humidity" && stream.summary == "Of a room.")
        #expect(stream.retention == .seconds(365 * 86_400) && !stream.isHighRate)
        #expect(stream.fields.map(\.name) == ["percent", "room", "count", "wet", "parts"])
        #expect(stream.fields.map(\.type) == [.real, .text, .integer, .boolean, .json])
        #expect(stream.fields.map(\.isRequired) == [true, false, false, false, false])
        #expect(stream.fields.map(\.isPrivate) == [false, true, false, false, false])
        #expect(stream.fields.map(\.isJoined) == [false, true, false, false, false])
        #expect(stream.privateColumns == [1])
        #expect(stream.fields.map(\.isIndexed) == [false, true, false, false, false])
        #expect(stream.allowsExtra && stream.columnCount == 6 && stream.identity == [0, 1])
        #expect(stream.time.oldest == Timestamp("2000-01-01T00:00:00Z"))
        #expect(
            stream.time.future == .seconds(60) && stream.time.skew == .seconds(5)
                && stream.time.late == .seconds(604_800))
        #expect(stream.fieldIndex("wet") == 3 && stream.fieldIndex("none") == nil && stream.fieldIndex("") == nil)
        #expect(stream.document["required"] == ["device_id", "timestamp", "percent"])
        #expect(stream.document["properties"]?["device_id"]?["format"] == "uuid")
    }

    @Test("payloads are judged with and without their envelope")
    func validation() throws {
        let open = try Self.definition()
        let closed = try Self.definition(#"{"additionalProperties": false}"#)
        let enveloped = #"{"id": "x", "device_id": "d", "timestamp": 1, "percent": 40}"#
        for stream in [open, closed] {
            #expect(try isValid(enveloped, stream))
            #expect(try isValid(#"{"percent": 40, "room": null, "wet": true}"#, stream))
            #expect(try !isValid(#"{"percent": null}"#, stream))
            #expect(try !isValid(#"{"percent": 101}"#, stream))
            #expect(try !isValid(#"{"room": "kitchen"}"#, stream))
        }
        #expect(try isValid(#"{"percent": 40, "more": 1}"#, open))
        #expect(try !isValid(#"{"percent": 40, "more": 1}"#, closed))
        #expect(closed.columnCount == 5)
    }

    @Test(
        "a broken rule is placed by its pointer",
        arguments: [
            (#"{"type": "array"}"#, "{}", "/type"), (#"{"x-hearth": 1}"#, "{}", "/x-hearth"),
            (#"{"properties": {}}"#, "{}", "/properties"), (#"{"required": ["none"]}"#, "{}", "/properties/none"),
            (#"{"properties": {"percent": {}, "room": {}, "seq": {}}}"#, "{}", "/properties/seq"),
            (#"{"properties": {"percent": {}, "room": {}, "device_id": {}}}"#, "{}", "/properties/device_id"),
            (#"{"properties": {"percent": {}, "room": {}, "Bad-Name": {}}}"#, "{}", "/properties/Bad-Name"),
            (#"{"properties": {"percent": {"type": "numbr"}, "room": {}}}"#, "{}", "/properties/percent/type"),
            (#"{"properties": {"percent": {"pattern": "("}, "room": {}}}"#, "{}", "/properties/percent/pattern"),
            ("{}", #"{"stream": "Humidity"}"#, "/x-hearth/stream"), ("{}", #"{"stream": null}"#, "/x-hearth/stream"),
            ("{}", #"{"table": "a; DROP TABLE x"}"#, "/x-hearth/table"), ("{}", #"{"table": "_a"}"#, "/x-hearth/table"),
            ("{}", #"{"version": 0}"#, "/x-hearth/version"), ("{}", #"{"version": 1.5}"#, "/x-hearth/version"),
            ("{}", #"{"aliases": ["ok", "not ok"]}"#, "/x-hearth/aliases/1"),
            ("{}", #"{"aliases": 1}"#, "/x-hearth/aliases"),
            ("{}", #"{"path": "sensor"}"#, "/x-hearth/path"), ("{}", #"{"path": 7}"#, "/x-hearth/path"),
            ("{}", #"{"retention": "31d"}"#, "/x-hearth/retention"), ("{}", #"{"rate": "fast"}"#, "/x-hearth/rate"),
            ("{}", #"{"private": ["none"]}"#, "/properties/none"),
            ("{}", #"{"joined": ["none"]}"#, "/properties/none"), ("{}", #"{"joined": ["parts"]}"#, "/x-hearth/joined"),
            ("{}", #"{"private": ["room", "wet"]}"#, "/x-hearth/private"),
            ("{}", #"{"private": ["room", "percent"], "indexed": ["percent"]}"#, "/x-hearth/private"),
            ("{}", #"{"personal": ["room"]}"#, "/x-hearth/personal"),
            (
                #"{"properties": {"percent": {}, "room": {}, "blob": {"type": "string"}}}"#,
                #"{"private": ["room", "blob"]}"#, "/x-hearth/private"
            ),
            ("{}", #"{"indexed": ["none"]}"#, "/properties/none"),
            ("{}", #"{"dedupe": ["none"]}"#, "/x-hearth/dedupe"), ("{}", #"{"colour": 1}"#, "/x-hearth/colour"),
            ("{}", #"{"time": {"oldest": "yesterday"}}"#, "/x-hearth/time/oldest"),
            ("{}", #"{"time": {"late_seconds": -1}}"#, "/x-hearth/time/late_seconds"),
            ("{}", #"{"time": {"future_seconds": 5, "skew_seconds": 6}}"#, "/x-hearth/time/skew_seconds"),
            ("{}", #"{"time": {"tomorrow": 1}}"#, "/x-hearth/time/tomorrow"),
            ("{}", #"{"example": {"percent": -1}}"#, "/x-hearth/example/percent"),
            ("{}", #"{"example": 1}"#, "/x-hearth/example"),
        ])
    func refusals(changes: String, block: String, pointer: String) throws {
        let error = #expect(throws: HearthError.self) { try Self.definition(changes, block: block) }
        #expect(error?.code == .invalidStreamDefinition)
        #expect(error?.message.contains("humidity.json") == true)
        #expect(error?.fields.contains { $0.pointer == pointer } == true, "\(String(describing: error?.fields))")
    }

    // MARK: Registry

    @Test("the shipped definitions are found, valid and distinct")
    func shipped() throws {
        let registry = try StreamRegistry(StreamRegistry.shipped())
        #expect(registry.all.count >= 26)
        let gps = try #require(registry["gps"])
        #expect(registry["location"] === gps && registry["device_sensor_gps_raw"] === gps && registry["none"] == nil)
        for stream in registry.all {
            #expect(try stream.schema.validate(JSONDocument(stream.example)), "\(stream.name)")
            let whole = try SchemaCompiler(assertsFormat: true).compile(stream.document)
            var reading = try #require(stream.example.object)
            #expect(try !whole.validate(JSONDocument(.object(reading))), "\(stream.name) without its envelope")
            reading["device_id"] = "01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60"
            reading["timestamp"] = "2025-03-01T08:15:30+01:00"
            #expect(try whole.validate(JSONDocument(.object(reading))), "\(stream.name)")
            #expect(try SchemaCompiler.metaschema().validate(JSONDocument(stream.source)), "\(stream.name)")
        }
    }

    @Test(
        "two streams cannot claim one name, table, alias or path",
        arguments: [
            #"{"table": "other"}"#, #"{"stream": "other", "aliases": [], "path": null}"#,
            #"{"stream": "other", "table": "other", "path": null}"#,
            #"{"stream": "other", "table": "other", "aliases": ["humidity"], "path": null}"#,
            #"{"stream": "other", "table": "other", "aliases": []}"#,
            #"{"stream": "damp", "table": "other", "aliases": [], "path": null}"#,
        ])
    func clashes(block: String) throws {
        let error = try #expect(throws: HearthError.self) {
            try StreamRegistry([Self.definition(), Self.definition(block: block)])
        }
        #expect(error?.code == .invalidStreamDefinition)
        #expect(error?.message.contains("both claim") == true)
    }

    // MARK: Files

    @Test("a user's folder adds streams; a bad file is named; a missing folder is empty")
    func folder() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-schemas-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        #expect(try StreamRegistry.load(directory: folder.path + "/none").isEmpty)
        try write(Self.source().prettyText, "humidity.json")
        try write("not json", ".hidden.json")
        try write("not json", "notes.txt")
        #expect(try StreamRegistry.load(directory: folder.path).map(\.name) == ["humidity"])

        try write(#"{"type": "object", "type": "array"}"#, "twice.json")
        let twice = try #expect(throws: HearthError.self) { try StreamRegistry.load(directory: folder.path) }
        #expect(twice?.message.contains("twice.json") == true)
        try write(Self.source(block: #"{"stream": "other"}"#).text, "twice.json")
        var lacking = try #require(Self.source().object)
        var block = try #require(lacking["x-hearth"]?.object)
        block["example"] = nil
        lacking["x-hearth"] = .object(block)
        try write(JSONValue.object(lacking).text, "humidity.json")
        let bare = try #expect(throws: HearthError.self) { try StreamRegistry.load(directory: folder.path) }
        #expect(bare?.fields.map(\.pointer) == ["/x-hearth/example"])
        try write(Self.source().text, "humidity.json")
        let misnamed = try #expect(throws: HearthError.self) { try StreamRegistry.load(directory: folder.path) }
        #expect(misnamed?.hint == "Call the file other.json.")
    }

    // MARK: Evolution

    @Test(
        "what only describes may change",
        arguments: [
            (
                #"{"title": "Wetness", "description": "New.", "$comment": "c"}"#,
                #"{"aliases": [], "path": null, "device_kinds": []}"#
            ),
            (
                "{}",
                #"""
                {"retention": "30d", "indexed": [], "private": [], "joined": [], "personal": ["room"], "time": {},
                 "example": {"percent": 1}}
                """#
            ),
            (
                #"""
                {"properties": {"percent": {"maximum": 100, "minimum": 0, "type": "number", "description": "In percent."},
                 "room": {"type": "string", "maxLength": 10}, "count": {"type": ["integer", "null"]}, "wet": {"type": "boolean"},
                 "parts": {"type": "array", "items": {"type": "number", "title": "Part"}}}}
                """#, "{}"
            ),
        ])
    func harmless(changes: String, block: String) throws {
        #expect(try StreamEvolution(from: Self.definition(), to: Self.definition(changes, block: block)) == .unchanged)
    }

    @Test("a definition from before a rule about privacy is read, to be compared")
    func storedDefinition() throws {
        let source = try Self.source(block: #"{"joined": []}"#)
        #expect(throws: HearthError.self) { try StreamDefinition(source, file: "humidity.json") }
        let stored = try StreamDefinition(source, file: "humidity.json", isStored: true)
        #expect(try StreamEvolution(from: stored, to: Self.definition()) == .unchanged)
    }

    @Test("optional fields may be added")
    func addition() throws {
        var properties = try #require(Self.source()["properties"]?.object)
        properties["dew_point"] = ["type": "number"]
        var newer = try #require(Self.source().object)
        newer["properties"] = .object(properties)
        let evolution = try StreamEvolution(
            from: Self.definition(), to: StreamDefinition(.object(newer), file: "humidity.json"))
        guard case .addedFields(let fields) = evolution else {
            Issue.record("\(evolution)")
            return
        }
        #expect(fields.map(\.name) == ["dew_point"])
        #expect(throws: HearthError.self) {
            try StreamEvolution(from: StreamDefinition(.object(newer), file: "humidity.json"), to: Self.definition())
        }
    }

    @Test("a list of values may grow and not shrink")
    func furtherValues() throws {
        func definition(_ values: JSONValue) throws -> StreamDefinition {
            var newer = try #require(Self.source().object)
            var properties = try #require(newer["properties"]?.object)
            properties["room"] = ["type": "string", "maxLength": 10, "enum": values]
            newer["properties"] = .object(properties)
            return try StreamDefinition(.object(newer), file: "humidity.json")
        }
        let few = try definition(["kitchen", "bath"])
        #expect(try StreamEvolution(from: few, to: definition(["hall", "bath", "kitchen"])) == .unchanged)
        for fewer in [["kitchen", "hall"], ["kitchen"]] as [JSONValue] {
            #expect(throws: HearthError.self) { try StreamEvolution(from: few, to: definition(fewer)) }
        }
        #expect(throws: HearthError.self) { try StreamEvolution(from: few, to: Self.definition()) }
    }

    @Test(
        "what stored readings could not follow is refused and named",
        arguments: [
            ("percent", #"{"type": "integer", "minimum": 0, "maximum": 100}"#, "/properties/percent"),
            ("percent", #"{"type": "number", "minimum": 0, "maximum": 50}"#, "/properties/percent"),
            ("room", #"{"type": "string", "maxLength": 10, "pattern": "^k"}"#, "/properties/room"),
            ("parts", #"{"type": "array", "items": {"type": "integer"}}"#, "/properties/parts"),
        ])
    func otherValues(field: String, schema: String, pointer: String) throws {
        var newer = try #require(Self.source().object)
        var properties = try #require(newer["properties"]?.object)
        properties[field] = try JSONValue(parsing: schema)
        newer["properties"] = .object(properties)
        let changed = try StreamDefinition(.object(newer), file: "humidity.json")
        let error = try #expect(throws: HearthError.self) { try StreamEvolution(from: Self.definition(), to: changed) }
        #expect(error?.fields.map(\.pointer) == [pointer])
        #expect(error?.message.contains(pointer) == true)
    }

    @Test(
        "other rules need a new version",
        arguments: [
            ("{}", #"{"table": "other"}"#, ["/x-hearth/table"]), ("{}", #"{"dedupe": ["*"]}"#, ["/x-hearth/dedupe"]),
            ("{}", #"{"rate": "high"}"#, ["/x-hearth/rate"]),
            (#"{"additionalProperties": false}"#, "{}", ["/additionalProperties"]),
            (#"{"minProperties": 2}"#, "{}", ["/minProperties"]),
            (#"{"required": ["percent", "room"]}"#, "{}", ["/properties/room"]),
            (#"{"required": []}"#, "{}", ["/properties/percent"]), ("{}", #"{"version": 2}"#, []),
        ])
    func newVersion(changes: String, block: String, pointers: [String]) throws {
        let error = try #expect(throws: HearthError.self) {
            try StreamEvolution(from: Self.definition(), to: Self.definition(changes, block: block))
        }
        #expect(error?.fields.map(\.pointer) == pointers)
        #expect(error?.message.contains("version") == true)
    }
}
