/// The values of `format` that can be checked. Unknown names are annotations.
enum Format: UInt8, Sendable {
    case dateTime, date, time, duration
    case email, idnEmail
    case hostname, idnHostname
    case ipv4, ipv6
    case uri, uriReference, iri, iriReference, uriTemplate
    case uuid
    case jsonPointer, relativeJSONPointer
    case regex

    init?(rawName: String) {
        switch rawName {
        case "date-time": self = .dateTime
        case "date": self = .date
        case "time": self = .time
        case "duration": self = .duration
        case "email": self = .email
        case "idn-email": self = .idnEmail
        case "hostname": self = .hostname
        case "idn-hostname": self = .idnHostname
        case "ipv4": self = .ipv4
        case "ipv6": self = .ipv6
        case "uri": self = .uri
        case "uri-reference": self = .uriReference
        case "iri": self = .iri
        case "iri-reference": self = .iriReference
        case "uri-template": self = .uriTemplate
        case "uuid": self = .uuid
        case "json-pointer": self = .jsonPointer
        case "relative-json-pointer": self = .relativeJSONPointer
        case "regex": self = .regex
        default: return nil
        }
    }

    /// Whether valid UTF-8 has the format.
    func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var scanner = FormatScanner(text)
        switch self {
        case .dateTime: return scanner.dateTime() && scanner.isAtEnd
        case .date: return scanner.date() && scanner.isAtEnd
        case .time: return scanner.time() && scanner.isAtEnd
        case .duration: return scanner.duration() && scanner.isAtEnd
        case .uuid: return scanner.uuid() && scanner.isAtEnd
        case .ipv4: return scanner.ipv4() && scanner.isAtEnd
        case .ipv6: return scanner.ipv6() && scanner.isAtEnd
        case .email: return scanner.email(isInternational: false)
        case .idnEmail: return scanner.email(isInternational: true)
        case .hostname: return Hostname.accepts(text, isInternational: false)
        case .idnHostname: return Hostname.accepts(text, isInternational: true)
        case .uri: return scanner.uriReference(needsScheme: true, isInternational: false)
        case .uriReference: return scanner.uriReference(needsScheme: false, isInternational: false)
        case .iri: return scanner.uriReference(needsScheme: true, isInternational: true)
        case .iriReference: return scanner.uriReference(needsScheme: false, isInternational: true)
        case .uriTemplate: return scanner.uriTemplate()
        case .jsonPointer: return scanner.jsonPointer()
        case .relativeJSONPointer: return scanner.relativeJSONPointer()
        case .regex: return (try? ECMAPattern.translate(String(decoding: text, as: UTF8.self))) != nil
        }
    }

    /// What a person is told to write.
    var expectation: String {
        switch self {
        case .dateTime: "a date and time with its offset, like 2026-11-21T08:00:00Z"
        case .date: "a date, like 2026-11-21"
        case .time: "a time with its offset, like 08:00:00Z"
        case .duration: "a duration, like PT1H30M"
        case .email: "an e-mail address"
        case .idnEmail: "an e-mail address"
        case .hostname, .idnHostname: "a host name"
        case .ipv4: "an IPv4 address, like 192.0.2.1"
        case .ipv6: "an IPv6 address, like 2001:db8::1"
        case .uri: "a URI, like https://example.org/page"
        case .uriReference: "a URI or a relative reference"
        case .iri: "an IRI, like https://example.org/page"
        case .iriReference: "an IRI or a relative reference"
        case .uriTemplate: "a URI template, like https://example.org/{page}"
        case .uuid: "a UUID, like 01234567-89ab-cdef-0123-456789abcdef"
        case .jsonPointer: "a JSON Pointer, like /a/0"
        case .relativeJSONPointer: "a relative JSON Pointer, like 1/a"
        case .regex: "a regular expression"
        }
    }
}
