import HTTPTypes
import HearthCore
import HearthIngest
import HearthSchema
import Hummingbird
import NIOHTTP1

/// What the head of a request must say to take the express lane: the plain form that devices send. All else, right or
/// wrong, is for the ordinary path to judge.
struct ExpressForm: Sendable {
    var route: ExpressRoute
    var authorization: String
    var contentType: String?
    /// The caller's own.
    var requestID: UniqueID?

    /// Nil: the ordinary path.
    init?(_ head: HTTPRequestHead, _ routes: ExpressRoutes) {
        guard head.method == .POST, head.version == .http1_1, let route = routes[head.uri] else { return nil }
        var authorization: String?
        var hasHost = false
        for (name, value) in head.headers {
            switch HeadField(name) {
            case .plain: continue
            case .host:
                if hasHost { return nil }
                hasHost = true
            case .authorization:
                if authorization != nil { return nil }
                authorization = value
            case .contentType:
                if contentType != nil { return nil }
                contentType = value
            case .requestID:
                guard requestID == nil, let id = UniqueID(value) else { return nil }
                requestID = id
            case .connection:
                // Any option but the one that means nothing.
                if value.lowercased() != "keep-alive" { return nil }
            case .special: return nil
            }
        }
        guard let authorization, hasHost else { return nil }
        self.route = route
        self.authorization = authorization
    }

    /// What a field of a head means to the lane.
    private enum HeadField {
        case host, authorization, contentType, requestID, connection
        /// Changes how a request is read or answered.
        case special
        /// Means nothing to a reading that is sent.
        case plain

        /// Told apart by length first: nearly every name ends there.
        init(_ name: String) {
            self = .plain
            switch name.utf8.count {
            case 4: if name.isField("host") { self = .host }
            case 6: if name.isField("expect") { self = .special }
            case 7: if name.isField("upgrade") || name.isField("trailer") { self = .special }
            case 10: if name.isField("connection") { self = .connection }
            case 12:
                if name.isField("content-type") { self = .contentType }
                if name.isField("x-request-id") { self = .requestID }
            case 13: if name.isField("authorization") { self = .authorization }
            case 15: if name.isField("idempotency-key") { self = .special }
            case 16: if name.isField("content-encoding") { self = .special }
            case 17: if name.isField("transfer-encoding") { self = .special }
            default: break
            }
        }
    }
}

extension String {
    /// Whether this is the field `name`, which is in lower case and as long.
    fileprivate func isField(_ name: StaticString) -> Bool {
        var position = 0
        for byte in utf8 {
            let expected = name.utf8Start[position]
            let isLetter = expected >= UInt8(ascii: "a") && expected <= UInt8(ascii: "z")
            guard byte == expected || isLetter && byte | 0x20 == expected else { return false }
            position += 1
        }
        return true
    }
}

/// A path that takes readings of one stream without looking anything up on the disk.
struct ExpressRoute: Sendable {
    var stream: StreamDefinition
    /// As metrics name it.
    var template: String
    var meters: ExpressMeters
}

/// The hot paths, as requests write them: the path of each stream that has one, and `/streams/{stream}`.
struct ExpressRoutes: Sendable {
    private let routes: [String: ExpressRoute]

    init(_ registry: StreamRegistry, _ metrics: ServerMetrics) {
        var routes: [String: ExpressRoute] = [:]
        let generic = RouterPath("/streams/{stream}").description
        // Whether a named file may be named needs a search, which takes time.
        for stream in registry.all where stream.blobColumn == nil {
            func add(_ path: String, _ template: String) {
                let meters = ExpressMeters(metrics, stream: stream.name, route: template)
                routes[path] = ExpressRoute(stream: stream, template: template, meters: meters)
            }
            add("/streams/\(stream.name)", generic)
            if let path = stream.path { add(path, RouterPath(path).description) }
        }
        self.routes = routes
    }

    subscript(target: String) -> ExpressRoute? { routes[target] }
}
