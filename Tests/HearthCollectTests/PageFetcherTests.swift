import HTTPTypes
import HearthCollect
import HearthCore
import HearthFetch
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

struct PageFetcherTests {
    /// Says where names lead, as a name server of a stranger would.
    private struct Names: HostResolver {
        var table: [String: [String]]

        func addresses(of host: String) async throws -> [InternetAddress] {
            (table[host] ?? []).compactMap { InternetAddress($0) }
        }
    }

    private func withSite(_ body: @escaping @Sendable (_ port: Int) async throws -> Void) async throws {
        let router = Router()
        router.get("/page") { request, _ in
            Response(
                status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: "<p>host \(request.head.authority ?? "")</p>")))
        }
        router.get("/hop/:count") { _, context in
            let count = try context.parameters.require("count", as: Int.self)
            return Response(status: .found, headers: [.location: count == 0 ? "/page" : "/hop/\(count - 1)"])
        }
        router.get("/inside") { _, _ in Response(status: .found, headers: [.location: "http://169.254.169.254/latest"])
        }
        router.get("/file") { _, _ in Response(status: .found, headers: [.location: "file:///etc/passwd"]) }
        router.get("/picture") { _, _ in Response(status: .ok, headers: [.contentType: "image/png"]) }
        router.get("/large") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain"],
                body: .init(byteBuffer: ByteBuffer(repeating: 0x61, count: 300_000)))
        }
        router.get("/bomb") { _, _ in Self.compressed(Self.stored(300_000)) }
        router.get("/broken") { _, _ in Self.compressed([UInt8](repeating: 7, count: 100)) }
        let application = Application(router: router)
        try await application.test(.live) { client in try await body(#require(client.port)) }
    }

    private static func compressed(_ bytes: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain", .contentEncoding: "gzip"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A gzip member (RFC 1952) of stored blocks, without its checksum: whoever stops at a limit does not come to that.
    private static func stored(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        for start in stride(from: 0, to: count, by: 60_000) {
            let length = UInt16(min(60_000, count - start))
            bytes += [0, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)]
            bytes += [UInt8](repeating: 0x61, count: Int(length))
        }
        return bytes
    }

    private func fetcher(_ names: [String: [String]] = [:], allowing: String = "127.0.0.1") throws -> PageFetcher {
        var limits = PageFetcher.Limits()
        limits.bytes = 200_000
        return PageFetcher(policy: try FetchPolicy(allowing: allowing), resolver: Names(table: names), limits: limits)
    }

    @Test func aPageIsFetchedFromTheAddressThatWasChecked() async throws {
        try await withSite { port in
            let page = try await fetcher(["site.example": ["127.0.0.1"]]).fetch("http://site.example:\(port)/page")
            #expect(String(decoding: page.bytes, as: UTF8.self) == "<p>host site.example:\(port)</p>")
            #expect(page.mediaType == "text/html; charset=utf-8")
        }
    }

    @Test func redirectsAreFollowedUpToTheLimit() async throws {
        try await withSite { port in
            let page = try await fetcher().fetch("http://127.0.0.1:\(port)/hop/4")
            #expect(page.url == "http://127.0.0.1:\(port)/page")
            let error = await #expect(throws: HearthError.self) {
                try await fetcher().fetch("http://127.0.0.1:\(port)/hop/5")
            }
            #expect(error?.code == .fetchFailed)
        }
    }

    @Test(arguments: ["inside", "file", "picture"])
    func whatARedirectOrAnAnswerMayNotBe(_ path: String) async throws {
        try await withSite { port in
            let error = await #expect(throws: HearthError.self) {
                try await fetcher().fetch("http://127.0.0.1:\(port)/\(path)")
            }
            #expect(error?.code == .fetchRefused)
        }
    }

    @Test func aNameThatLeadsInsideIsRefused() async throws {
        let error = await #expect(throws: HearthError.self) {
            try await fetcher(["trick.example": ["127.0.0.1"]], allowing: "").fetch("http://trick.example/")
        }
        #expect(error?.code == .fetchRefused)
    }

    @Test func aPageThatIsTooLargeIsRefused() async throws {
        try await withSite { port in
            let error = await #expect(throws: HearthError.self) {
                try await fetcher().fetch("http://127.0.0.1:\(port)/large")
            }
            #expect(error?.code == .tooLarge)
        }
    }

    @Test func aPageThatIsTooLargeWhenDecompressedIsRefused() async throws {
        try await withSite { port in
            let large = await #expect(throws: HearthError.self) {
                try await fetcher().fetch("http://127.0.0.1:\(port)/bomb")
            }
            #expect(large?.code == .tooLarge && large?.disposition == .caller)
            let broken = await #expect(throws: HearthError.self) {
                try await fetcher().fetch("http://127.0.0.1:\(port)/broken")
            }
            #expect(broken?.code == .fetchFailed && broken?.disposition == .caller)
        }
    }

    /// Nobody listens at the first address.
    @Test func anotherAddressIsTriedWhenTheFirstRefuses() async throws {
        try await withSite { port in
            let names = ["site.example": ["127.0.0.2", "127.0.0.1"]]
            let page = try await fetcher(names, allowing: "127.0.0.0/8").fetch("http://site.example:\(port)/page")
            #expect(page.bytes.count > 0)
            let nobody = await #expect(throws: HearthError.self) {
                try await fetcher(["site.example": ["127.0.0.2", "127.0.0.3"]], allowing: "127.0.0.0/8").fetch(
                    "http://site.example:\(port)/page")
            }
            #expect(nobody?.code == .fetchFailed && nobody?.message.contains("connected") == true)
        }
    }

    @Test func whatCannotBeReachedIsSaid() async throws {
        try await withSite { port in
            let missing = await #expect(throws: HearthError.self) {
                try await fetcher().fetch("http://127.0.0.1:\(port)/none")
            }
            #expect(missing?.code == .fetchFailed && missing?.message.contains("404") == true)
        }
        let nowhere = await #expect(throws: HearthError.self) { try await fetcher().fetch("http://nowhere.example/") }
        #expect(nowhere?.code == .fetchFailed)
    }
}
