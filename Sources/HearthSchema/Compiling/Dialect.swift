/// The keyword groups that a schema resource speaks, as the `$vocabulary` of its metaschema says.
struct Dialect: OptionSet, Hashable {
    var rawValue: UInt16

    static let applicator = Dialect(rawValue: 1 << 0)
    static let unevaluated = Dialect(rawValue: 1 << 1)
    static let validation = Dialect(rawValue: 1 << 2)
    static let metaData = Dialect(rawValue: 1 << 3)
    static let formatAnnotation = Dialect(rawValue: 1 << 4)
    static let formatAssertion = Dialect(rawValue: 1 << 5)
    static let content = Dialect(rawValue: 1 << 6)

    static let standardURI = "https://json-schema.org/draft/2020-12/schema"
    static let standard: Dialect = [.applicator, .unevaluated, .validation, .metaData, .formatAnnotation, .content]

    /// The group of a vocabulary; nil when the URI is not one of the 2020-12 drafts. The core is always spoken.
    static func vocabulary(_ uri: String) -> Dialect? {
        switch uri {
        case "https://json-schema.org/draft/2020-12/vocab/core": []
        case "https://json-schema.org/draft/2020-12/vocab/applicator": .applicator
        case "https://json-schema.org/draft/2020-12/vocab/unevaluated": .unevaluated
        case "https://json-schema.org/draft/2020-12/vocab/validation": .validation
        case "https://json-schema.org/draft/2020-12/vocab/meta-data": .metaData
        case "https://json-schema.org/draft/2020-12/vocab/format-annotation": .formatAnnotation
        case "https://json-schema.org/draft/2020-12/vocab/format-assertion": .formatAssertion
        case "https://json-schema.org/draft/2020-12/vocab/content": .content
        default: nil
        }
    }

    /// The group a keyword belongs to; nil for core keywords and for words that no vocabulary of 2020-12 knows.
    static func group(of keyword: String) -> Dialect? {
        switch keyword {
        case "prefixItems", "items", "contains", "additionalProperties", "properties", "patternProperties",
            "dependentSchemas", "propertyNames", "if", "then", "else", "allOf", "anyOf", "oneOf", "not", "dependencies":
            .applicator
        case "unevaluatedItems", "unevaluatedProperties": .unevaluated
        case "type", "const", "enum", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
            "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxContains", "minContains",
            "maxProperties", "minProperties", "required", "dependentRequired":
            .validation
        case "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples": .metaData
        case "format": [.formatAnnotation, .formatAssertion]
        case "contentEncoding", "contentMediaType", "contentSchema": .content
        default: nil
        }
    }
}

/// Where the keywords of 2020-12 hold schemas. `definitions` and `dependencies` are of earlier drafts and kept by the
/// metaschema "to prevent incompatible extensions".
enum SchemaPlaces {
    static let single: Set<String> = [
        "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "items", "contains", "not", "if", "then",
        "else", "propertyNames", "contentSchema",
    ]
    static let list: Set<String> = ["allOf", "anyOf", "oneOf", "prefixItems"]
    static let map: Set<String> = [
        "$defs", "definitions", "properties", "patternProperties", "dependentSchemas", "dependencies",
    ]
}
