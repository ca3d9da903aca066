import Foundation
import HTTPTypes
import HearthCore
import HearthIngest
import HearthStore
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import HearthServer

@Suite struct EdgeTests {
    @Test func everyAnswerIsNamedAndGuarded() async throws {
        try await RoutesHousehold.with { household in
            for answer in [
                try await household.get("/streams"), try await household.get("/nowhere"),
                try await household.get("/streams", as: .nobody), try await household.get("/healthz", as: .nobody),
            ] {
                #expect(answer.headers[.requestID].flatMap { UniqueID($0) } != nil)
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                #expect(answer.headers[.contentSecurityPolicy] != nil)
                #expect(answer.headers[.cacheControl] != nil)
            }
            let id = "01948f0e-7c3a-7d21-9b6f-3f1d2a4c5e60"
            let named = try await household.send(.get, "/streams", headers: [.requestID: id])
            #expect(named.headers[.requestID] == id)
            let nonsense = try await household.send(.get, "/streams", headers: [.requestID: "x\" onload=1"])
            #expect(nonsense.headers[.requestID].flatMap { UniqueID($0) } != nil)
        }
    }

    @Test func aPathKnowsItsMethods() async throws {
        try await RoutesHousehold.with { household in
            let refusal = try await household.send(.put, "/devices")
            #expect(refusal.status == 405)
            #expect(refusal.code == "method-not-allowed")
            #expect(refusal.headers[.allow] == "GET, HEAD, POST")
            let strange = try await household.send(HTTPRequest.Method("BREW") ?? .get, "/devices")
            #expect(strange.status == 501)
            #expect(strange.code == "method-unknown")
            let head = try await household.send(.head, "/devices")
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
            let missing = try await household.send(.delete, "/nowhere")
            #expect(missing.status == 404)
            #expect(missing.headers[.contentType] == "application/problem+json")
        }
    }

    @Test func aDefectTellsNothing() async throws {
        struct Secret: Error { var password = "hunter2" }
        try await withRouter { router in
            router.get("/defect") { _, _ -> Response in throw Secret() }
            router.get("/known") { _, _ -> Response in
                throw HearthError(.storageFailed, "The database did not answer.", disposition: .defect, cause: Secret())
            }
            router.get("/framework") { _, _ -> Response in throw HTTPError(.badRequest, message: "no such thing") }
            router.get("/late") { _, _ -> Response in
                throw HearthError(.overloaded, "Busy.", disposition: .retry, retryAfter: .milliseconds(1500))
            }
        } _: { get in
            let defect = try await get("/defect", [:])
            #expect(defect.status == 500)
            #expect(defect.code == "internal-error")
            #expect(!defect.text.contains("hunter2") && !defect.text.contains("Secret"))
            let known = try await get("/known", [:])
            #expect(known.json["detail"] == "The database did not answer.")
            #expect(!known.text.contains("hunter2"))
            let framework = try await get("/framework", [:])
            #expect(framework.status == 400)
            #expect(framework.code == "malformed-request")
            let late = try await get("/late", [:])
            #expect(late.status == 429)
            #expect(late.headers[.retryAfter] == "2")
        }
    }

    @Test func longAnswersAreCompressedOnRequest() async throws {
        let long = String(repeating: "abc ", count: 5000)
        try await withRouter { router in
            router.get("/long") { _, _ -> Response in .json(["text": .string(long)]) }
            router.get("/short") { _, _ -> Response in .json(["text": "short"]) }
            router.get("/image") { _, _ -> Response in .bytes(Array(long.utf8), contentType: "image/png") }
            router.get("/stream") { _, _ -> Response in
                Response(
                    status: .ok, headers: [.contentType: "application/x-ndjson"],
                    body: ResponseBody { writer in
                        for _ in 0..<100 { try await writer.write(ByteBuffer(string: long + "\n")) }
                        try await writer.finish(nil)
                    })
            }
        } _: { get in
            let plain = try await get("/long", [:])
            #expect(plain.headers[.contentEncoding] == nil)
            for (header, coding) in [
                ("gzip", "gzip"), ("zstd, gzip", "zstd"), ("gzip;q=1, zstd;q=0.5", "gzip"), ("*", "zstd"),
                ("br, gzip;q=0.1", "gzip"),
            ] {
                let answer = try await get("/long", [.acceptEncoding: header])
                #expect(answer.headers[.contentEncoding] == coding)
                #expect(answer.headers[.vary] == "Accept-Encoding")
                #expect(answer.bytes.count < 1000)
                let inflated = try inflate(answer.bytes, coding)
                #expect(inflated == plain.bytes)
            }
            for header in ["identity", "gzip;q=0", "br"] {
                let answer = try await get("/long", [.acceptEncoding: header])
                #expect(answer.headers[.contentEncoding] == nil)
                #expect(answer.bytes == plain.bytes)
            }
            let short = try await get("/short", [.acceptEncoding: "gzip"])
            #expect(short.headers[.contentEncoding] == nil)
            let image = try await get("/image", [.acceptEncoding: "gzip"])
            #expect(image.headers[.contentEncoding] == nil)
            let stream = try await get("/stream", [.acceptEncoding: "gzip"])
            let lines = try inflate(stream.bytes, "gzip")
            #expect(lines.count == 100 * (long.utf8.count + 1))
        }
    }

    private func inflate(_ bytes: [UInt8], _ coding: String) throws -> [UInt8] {
        let encoding = try #require(try Inflater.Encoding(coding))
        var limits = IngestLimits()
        limits.inflateRatio = 100_000
        return try bytes.withUnsafeBytes { try Inflater.inflate($0, encoding, limits: limits) }
    }

    /// The program's router with more routes, asked as the owner.
    private func withRouter(
        _ add: @Sendable @escaping (Router<ServerContext>) -> Void,
        _ body:
            @Sendable @escaping (
                @Sendable (String, HTTPFields) async throws -> RoutesHousehold.Answer
            ) async throws -> Void
    ) async throws {
        try await RoutesHousehold.with { household in
            let router = makeRouter(household.dependencies)
            add(router)
            let token = household.ownerToken
            try await Application(router: router, logger: household.dependencies.logger).test(.router) { client in
                try await body { path, headers in
                    var headers = headers
                    headers[.authorization] = "Bearer \(token)"
                    let response = try await client.execute(uri: path, method: .get, headers: headers)
                    return RoutesHousehold.Answer(
                        status: response.status.code, headers: response.headers,
                        bytes: Array(response.body.readableBytesView))
                }
            }
        }
    }
}
