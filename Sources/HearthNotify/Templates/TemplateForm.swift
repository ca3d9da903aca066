import HearthCore
import Mustache

/// How values are written into a template, so that no value can break out of its place.
package enum TemplateForm: Sendable, Hashable, CaseIterable {
    /// Inside of JSON strings.
    case json
    case html
    /// Percent-encoded, as in addresses and forms.
    case form
    /// As they are.
    case text

    /// What a body of this media type needs.
    package init(mediaType: String) {
        let name = mediaType.prefix { $0 != ";" }.trimmed.lowercased()
        self =
            switch name {
            case "application/json": .json
            case _ where name.hasSuffix("+json"): .json
            case "text/html", "application/xml", "text/xml": .html
            case _ where name.hasSuffix("+xml"): .html
            case "application/x-www-form-urlencoded": .form
            default: .text
            }
    }

    /// A pragma that has the package escape like this, in front of the template's own text.
    var pragma: String {
        _ = Self.registered
        return "{{%CONTENT_TYPE:\(name)}}"
    }

    private var name: String {
        switch self {
        case .json: "HEARTHJSON"
        case .html: "HTML"
        case .form: "HEARTHFORM"
        case .text: "TEXT"
        }
    }

    /// The package keeps a table for the whole process, behind a lock; ours are put there once.
    private static let registered: Bool = {
        MustacheContentTypes.register(JSONStringContent(), named: "HEARTHJSON")
        MustacheContentTypes.register(FormContent(), named: "HEARTHFORM")
        return true
    }()
}

private struct JSONStringContent: MustacheContentType {
    func escapeText(_ text: String) -> String { String(JSONValue.string(text).text.dropFirst().dropLast()) }
}

private struct FormContent: MustacheContentType {
    private static let digits = Array("0123456789ABCDEF".utf8)

    func escapeText(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var rest = drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}
