import Foundation
import HTTPTypes
import HearthCore
import HearthSchema
import HearthStore
import HearthTesting
import Hummingbird
import OrderedCollections
import Testing

@testable import HearthServer

@Suite struct DescriptionRouteTests {
    @Test func everyRouteOfTheRouterIsDescribed() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let paths = try #require(try await home.get("/openapi.json").json["paths"])
            for route in makeRouter(home.dependencies).routes {
                let path = route.path.description.replacing("${", with: "{")
                let operation = paths[path]?[route.method.rawValue.lowercased()]
                // HEAD goes with GET, and what a path does not have is answered with 405.
                let described = paths[path]?.object.map { Set($0.keys.map { $0.uppercased() }) } ?? []
                if described.contains(route.method.rawValue) { #expect(operation != nil) }
                #expect(!described.isEmpty, "\(route.method) \(path)")
            }
            for route in AllRoutes.table(home.dependencies) {
                #expect(paths[route.path]?[route.method.rawValue.lowercased()]?["operationId"]?.string == route.name)
            }
        }
    }

    @Test func namesAreUniqueAndReferencesLeadSomewhere() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let document = try await home.get("/openapi.json").json
            let names = AllRoutes.table(home.dependencies).map(\.name)
            #expect(Set(names).count == names.count)
            let text = document.text
            for match in text.matches(of: /"\$ref":"#\/components\/(schemas|responses)\/([A-Za-z]+)"/) {
                let target = document["components"]?[String(match.1)]?[String(match.2)]
                #expect(target != nil, "\(match.2)")
            }
        }
    }

    @Test func descriptionIsCachedByTag() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let tag = try #require(try await home.get("/openapi.json").headers[.eTag])
            let again = try await home.send(.get, "/openapi.json", headers: [.ifNoneMatch: tag])
            #expect(again.status == 304)
            #expect(again.bytes.isEmpty)
        }
    }

    private static let validator: String? = {
        let check = Process()
        check.executableURL = URL(filePath: "/usr/bin/env")
        check.arguments = ["python3", "-c", "import openapi_spec_validator"]
        check.standardError = FileHandle.nullDevice
        guard (try? check.run()) != nil else { return nil }
        check.waitUntilExit()
        return check.terminationStatus == 0 ? "python3" : nil
    }()

    @Test(.enabled(if: validator != nil, "needs python3 with openapi-spec-validator"))
    func descriptionIsValidOpenAPI() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let file = FileManager.default.temporaryDirectory.appending(path: "openapi-\(UUID().uuidString).json")
            defer { try? FileManager.default.removeItem(at: file) }
            try Data(try await home.get("/openapi.json").bytes).write(to: file)
            let run = Process()
            run.executableURL = URL(filePath: "/usr/bin/env")
            run.arguments = [
                "python3", "-c",
                """
                import json, sys
                from openapi_spec_validator import OpenAPIV31SpecValidator
                errors = list(OpenAPIV31SpecValidator(json.load(open(sys.argv[1]))).iter_errors())
                print("\\n".join(f"{list(e.absolute_path)}: {e.message[:300]}" for e in errors[:10]))
                sys.exit(1 if errors else 0)
                """, file.path,
            ]
            let output = Pipe()
            run.standardOutput = output
            try run.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            run.waitUntilExit()
            #expect(run.terminationStatus == 0, "\(text)")
        }
    }

    @Test func referencePageListsEveryRoute() async throws {
        let page = try String(
            contentsOf: TestData.repository.appending(path: "docs/reference/http.md"), encoding: .utf8)
        let listed = Set(
            page.matches(of: /`(GET|POST|PATCH|DELETE|PUT) (\/[^`?\s]*)[^`]*`/).map { "\($0.1) \($0.2)" })
        try await RoutesHousehold.with { (home) async throws in
            let routes = Set(AllRoutes.table(home.dependencies).map { "\($0.method.rawValue) \($0.path)" })
            #expect(routes.subtracting(listed).sorted() == [], "missing from docs/reference/http.md")
            #expect(listed.subtracting(routes).sorted() == [], "in docs/reference/http.md, but not a route")
        }
    }

    // MARK: Schemas

    @Test func schemasAreServedAndCached() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let list = try await home.get("/schemas").json["items"]?.array ?? []
            #expect(list.count == home.dependencies.registry.all.count)
            for item in list {
                let href = try #require(item["href"]?.string)
                let answer = try await home.get(href, as: .phone)
                #expect(answer.status == 200)
                #expect(answer.headers[.contentType] == "application/schema+json")
                #expect(answer.json["properties"]?["timestamp"] != nil)
                let tag = try #require(answer.headers[.eTag])
                for header in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
                    #expect(try await home.send(.get, href, headers: [.ifNoneMatch: header]).status == 304)
                }
                #expect(try await home.send(.get, href, headers: [.ifNoneMatch: "\"x\""]).status == 200)
            }
            #expect(try await home.get("/schemas/nothing").status == 404)
            #expect(try await home.get("/schemas", as: .nobody).status == 401)
        }
    }

    // MARK: Front page

    @Test func pagesAreShellsThatRunOnlyOurOwnScripts() async throws {
        try await RoutesHousehold.with { (home) async throws in
            for path in ["/", "/ui/timeline", "/ui/documents", "/ui/devices", "/ui/system"] {
                let page = try await home.get(path, accept: "text/html,application/xhtml+xml,*/*;q=0.8")
                #expect(page.status == 200)
                #expect(page.headers[.contentType] == "text/html; charset=utf-8")
                let policy = page.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self'"))
                #expect(!policy.contains("unsafe"))
                #expect(page.text.contains(#"aria-current="page""#))
                #expect(page.text.matches(of: /<script/).count == 1)
            }
            #expect(try await home.get("/").json["readings"] == 0)
        }
    }

    @Test func pagesLoadFilesThatShipAndNoOthers() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let style = try await home.get("/ui/assets/style.css")
            #expect(style.status == 200)
            #expect(style.headers[.contentType] == "text/css; charset=utf-8")
            for name in ["nothing.js", "..%2Fstyle.css", "%2Fetc%2Fpasswd"] {
                #expect(try await home.get("/ui/assets/\(name)").status == 404)
            }
        }
    }

    @Test func strangersAreShownTheWayIn() async throws {
        try await RoutesHousehold.with { (home) async throws in
            let page = try await home.get("/", as: .nobody, accept: "text/html")
            #expect(page.status == 401)
            #expect(page.text.contains("?token="))
            let program = try await home.get("/", as: .nobody)
            #expect(program.status == 401)
            #expect(program.code == "unauthorized")
        }
    }
}
