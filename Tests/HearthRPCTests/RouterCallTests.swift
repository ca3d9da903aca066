import GRPCCore
import HearthCore
import HearthKnow
import HearthProtocols
import HearthStore
import HearthVault
import SwiftProtobuf
import Testing

@testable import HearthRPC

/// `router.v1`: requests to services of Hearth and of programs that registered.
@Suite struct RouterCallTests {
    private typealias Service = Router_V1_RouterService

    private func route(
        _ household: RPCHousehold, _ kind: String, _ payload: Google_Protobuf_Struct = .init(),
        as caller: RPCHousehold.Caller = .owner, fresh: Bool = false
    ) async throws -> Router_V1_RouteResponse {
        let metadata = household.metadata(caller)
        return try await household.connected { client in
            try await Service.Client(wrapping: client).route(
                .with {
                    $0.kind = kind
                    $0.payload = payload
                    $0.fresh = fresh
                }, metadata: metadata)
        }
    }

    private func services(
        _ household: RPCHousehold, as caller: RPCHousehold.Caller = .owner
    ) async throws -> Router_V1_ListServicesResponse {
        let metadata = household.metadata(caller)
        return try await household.connected { client in
            try await Service.Client(wrapping: client).listServices(.init(), metadata: metadata)
        }
    }

    /// What a program answers to a call.
    private typealias Reply = @Sendable (Router_V1_Call) -> [Router_V1_ServeRequest]

    /// A program that serves while `body` runs.
    private func serving(
        _ household: RPCHousehold, as caller: RPCHousehold.Caller = .service, _ name: String, _ kinds: [String],
        cacheSeconds: UInt32 = 0, reply: @escaping Reply, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let metadata = household.metadata(caller)
        try await household.connected { client in
            let (outgoing, send) = AsyncStream.makeStream(of: Router_V1_ServeRequest.self)
            try await Service.Client(wrapping: client).serve(metadata: metadata) { writer in
                try await writer.write(
                    .with {
                        $0.registration.service = name
                        $0.registration.kinds = kinds
                        $0.registration.cacheSeconds = cacheSeconds
                    })
                for await message in outgoing { try await writer.write(message) }
            } onResponse: { response in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for try await message in response.messages {
                        switch message.message {
                        case .registered:
                            group.addTask {
                                defer { send.finish() }
                                try await body()
                            }
                        case .call(let call): for answer in reply(call) { send.yield(answer) }
                        case nil: break
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// Answers with the payload and the number of the call.
    private static let echo: Reply = { call in
        [
            .with {
                $0.answer.call = call.call
                $0.answer.payload = call.payload
                $0.answer.payload.fields["call"] = Google_Protobuf_Value(numberValue: Double(call.call))
                $0.answer.payload.fields["person"] = Google_Protobuf_Value(stringValue: call.personID)
            }
        ]
    }

    @Test func requestGoesToTheProgramThatServesItsKind() async throws {
        try await RPCHousehold.with { household in
            try await serving(household, "weather", ["weather.today", "weather.week"], reply: Self.echo) {
                let answer = try await route(household, "weather.week", ["city": "Mainz"])
                #expect(answer.service == "weather")
                #expect(answer.payload.fields["city"]?.stringValue == "Mainz")
                #expect(answer.payload.fields["person"]?.stringValue == household.ada.id.description)
                #expect(!answer.cached)
                let listed = try await services(household).services.first { $0.name == "weather" }
                #expect(listed?.kinds == ["weather.today", "weather.week"])
                #expect(listed?.health == .serving)
                #expect(listed?.workers == 1)
                #expect(listed?.calls == 1)
                #expect(listed?.failures == 0)
            }
            let error = await #expect(throws: RPCError.self) { _ = try await route(household, "weather.week") }
            #expect(error?.code == .notFound)
        }
    }

    @Test func answerAtHandIsGivenAgainToItsCallerAlone() async throws {
        try await RPCHousehold.with { household in
            try await serving(household, as: .owner, "weather", ["weather.today"], cacheSeconds: 600, reply: Self.echo)
            {
                @Sendable func call(
                    _ city: String, as caller: RPCHousehold.Caller = .owner, fresh: Bool = false
                ) async throws -> (number: Double?, cached: Bool) {
                    let answer = try await route(
                        household, "weather.today", ["city": .init(stringValue: city)], as: caller, fresh: fresh)
                    return (answer.payload.fields["call"]?.numberValue, answer.cached)
                }
                #expect(try await call("Mainz") == (1, false))
                #expect(try await call("Mainz") == (1, true))
                #expect(try await call("Worms") == (2, false))
                #expect(try await call("Mainz", as: .member) == (3, false))
                #expect(try await call("Mainz", as: .member) == (3, true))
                #expect(try await call("Mainz", fresh: true) == (4, false))
                #expect(try await call("Mainz") == (4, true))
                let cache = try await services(household).cache
                #expect(cache.entries == 3)
                #expect(cache.hits == 3)
            }
        }
    }

    @Test func programThatWantsNoCallsGetsNone() async throws {
        try await RPCHousehold.with { household in
            let refuseAll: Reply = { call in
                Self.echo(call) + [.with { $0.health = .notServing }]
            }
            try await serving(household, "weather", ["weather.today"], reply: refuseAll) {
                _ = try await route(household, "weather.today")
                // Its word follows its answer in the same call, so it may be read a moment later.
                while try await services(household).services.first(where: { $0.name == "weather" })?.health
                    != .notServing
                {}
                let error = await #expect(throws: RPCError.self) { _ = try await route(household, "weather.today") }
                #expect(error?.code == .unavailable)
                #expect(error?.hearthCode == "service-unavailable")
            }
        }
    }

    @Test func refusalOfAProgramReachesTheCaller() async throws {
        try await RPCHousehold.with { household in
            let refuse: Reply = { call in
                [
                    .with {
                        $0.answer.call = call.call
                        $0.answer.error.code = "city-unknown"
                        $0.answer.error.message = "There is no such city."
                        $0.answer.error.fields = [.with { $0.pointer = "/city" }]
                    }
                ]
            }
            try await serving(household, "weather", ["weather.today"], cacheSeconds: 60, reply: refuse) {
                let error = await #expect(throws: RPCError.self) { _ = try await route(household, "weather.today") }
                #expect(error?.code == .invalidArgument)
                #expect(error?.hearthCode == "city-unknown")
                #expect(error?.message == "There is no such city.")
                let listed = try await services(household).services.first { $0.name == "weather" }
                #expect(listed?.failures == 1)
            }
        }
    }

    @Test func programThatGoesAwayGivesItsCallsBack() async throws {
        let worker = ServiceWorker(
            .init(id: .random(at: SystemTime().now()), role: .service, person: .random(at: SystemTime().now()))
        ) {}
        let call = Task { try await worker.call("a.b", .init(), for: worker.principal) }
        while worker.callsInFlight == 0 { await Task.yield() }
        worker.close()
        let gone = await #expect(throws: HearthError.self) { _ = try await call.value }
        #expect(gone?.code.text == "service-unavailable")
        let late = await #expect(throws: HearthError.self) {
            _ = try await worker.call("a.b", .init(), for: worker.principal)
        }
        #expect(late?.code.text == "service-unavailable")
    }

    @Test func programThatDoesNotAnswerIsNotWaitedForLong() async throws {
        let worker = ServiceWorker(
            .init(id: .random(at: SystemTime().now()), role: .service, person: .random(at: SystemTime().now())),
            patience: .milliseconds(20)
        ) {}
        let silent = await #expect(throws: HearthError.self) {
            _ = try await worker.call("a.b", .init(), for: worker.principal)
        }
        #expect(silent?.code.text == "service-unavailable")
        #expect(worker.callsInFlight == 0)
    }

    @Test func programThatLeavesWithCallsUnderWayGivesThemBackAndTheServerGoesOn() async throws {
        try await RPCHousehold.with { household in
            let metadata = household.metadata(.service)
            for _ in 0..<5 {
                let (registered, register) = AsyncStream.makeStream(of: Void.self)
                async let refusal: String? = {
                    for await _ in registered { break }
                    do {
                        _ = try await route(household, "weather.today")
                        return nil
                    } catch let error as RPCError {
                        return error.hearthCode
                    }
                }()
                try await household.connected { client in
                    let (leaving, leave) = AsyncStream.makeStream(of: Void.self)
                    try await Service.Client(wrapping: client).serve(metadata: metadata) { writer in
                        try await writer.write(
                            .with {
                                $0.registration.service = "weather"
                                $0.registration.kinds = ["weather.today"]
                            })
                        for await _ in leaving {}
                    } onResponse: { response in
                        for try await message in response.messages {
                            switch message.message {
                            case .registered: register.finish()
                            case .call: leave.finish()
                            case nil: break
                            }
                        }
                    }
                }
                #expect(try await refusal == "service-unavailable")
            }
            let listed = try await services(household).services
            #expect(!listed.isEmpty && listed.allSatisfy { $0.name != "weather" })
        }
    }

    @Test func callsThatNobodyWaitsForAreNotKept() async throws {
        let worker = ServiceWorker(
            .init(id: .random(at: SystemTime().now()), role: .service, person: .random(at: SystemTime().now())),
            patience: .milliseconds(20)
        ) {}
        for _ in 0..<3 {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<ServiceWorker.maximumCalls {
                    group.addTask { _ = try? await worker.call("a.b", .init(), for: worker.principal) }
                }
            }
            #expect(worker.isFree)
            #expect(worker.nextCall() == nil)
        }
    }

    @Test func aProgramHasNoMoreCallsThanItMayHave() async throws {
        let worker = ServiceWorker(
            .init(id: .random(at: SystemTime().now()), role: .service, person: .random(at: SystemTime().now()))
        ) {}
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<ServiceWorker.maximumCalls {
                group.addTask { _ = try? await worker.call("a.b", .init(), for: worker.principal) }
            }
            while worker.callsInFlight < ServiceWorker.maximumCalls { await Task.yield() }
            // It was found to be free before the others came.
            let busy = await #expect(throws: HearthError.self) {
                _ = try await worker.call("a.b", .init(), for: worker.principal)
            }
            #expect(busy?.code.text == "service-unavailable")
            var numbers: [UInt64] = []
            while let next = worker.nextCall() { numbers.append(next.call.call) }
            #expect(Set(numbers).count == ServiceWorker.maximumCalls)
            worker.close()
        }
    }

    @Test func servicesOfAPersonAreForThatPersonAndTheOwnersForAll() async throws {
        try await RPCHousehold.with { household in
            try await serving(household, as: .member, "diary", ["diary.read"], reply: Self.echo) {
                let diary = try await route(household, "diary.read", as: .member)
                #expect(diary.service == "diary")
                let error = await #expect(throws: RPCError.self) {
                    _ = try await route(household, "diary.read", as: .owner)
                }
                #expect(error?.code == .notFound)
                let listed = try await services(household).services
                #expect(listed.allSatisfy { $0.name != "diary" })
                let device = await #expect(throws: RPCError.self) {
                    _ = try await route(household, "diary.read", as: .phone)
                }
                #expect(device?.code == .notFound)
            }
            try await serving(household, as: .owner, "house", ["lamp.switch"], reply: Self.echo) {
                let lamp = try await route(household, "lamp.switch", as: .member)
                #expect(lamp.service == "house")
                let device = await #expect(throws: RPCError.self) {
                    _ = try await route(household, "lamp.switch", as: .phone)
                }
                #expect(device?.hearthCode == "forbidden")
            }
        }
    }

    @Test func registrationsThatCannotBeAreRefused() async throws {
        try await RPCHousehold.with { household in
            @Sendable func refusal(
                _ name: String, _ kinds: [String], as caller: RPCHousehold.Caller = .service, seconds: UInt32 = 0
            ) async -> String? {
                await #expect(throws: RPCError.self) {
                    try await serving(
                        household, as: caller, name, kinds, cacheSeconds: seconds, reply: { _ in [] }, {})
                }?.hearthCode
            }
            #expect(await refusal("Weather!", ["a.b"]) == "invalid-value")
            #expect(await refusal("weather", []) == "invalid-value")
            #expect(await refusal("weather", ["a b"]) == "invalid-value")
            #expect(await refusal("weather", ["a.b"], seconds: 3601) == "invalid-value")
            #expect(await refusal("events", ["a.b"]) == "conflict")
            #expect(await refusal("weather", ["events.top_k"]) == "conflict")
            #expect(await refusal("weather", ["a.b"], as: .phone) == "forbidden")
            #expect(await refusal("weather", ["a.b"], as: .nobody) == "unauthorized")
            try await serving(household, "weather", ["weather.today"], reply: Self.echo) {
                #expect(await refusal("storms", ["weather.today"]) == "conflict")
                #expect(await refusal("weather", ["weather.storm"], as: .member) == "conflict")
                // Programs that share a name are alike: else a call would reach one that does not know its kind.
                #expect(await refusal("weather", ["weather.today", "weather.week"]) == "conflict")
                #expect(await refusal("weather", ["weather.week"]) == "conflict")
                #expect(await refusal("weather", ["weather.today"], seconds: 60) == "conflict")
                #expect(await refusal("weather", ["weather.today"], as: .owner) == "conflict")
                let answer = try await route(household, "weather.today")
                #expect(answer.service == "weather")
                try await serving(household, "weather", ["weather.today"], reply: Self.echo) {
                    let listed = try await services(household).services.first { $0.name == "weather" }
                    #expect(listed?.workers == 2)
                }
            }
        }
    }

    @Test func hearthAnswersItsOwnKinds() async throws {
        try await RPCHousehold.with { household in
            let reading: Google_Protobuf_Struct = [
                "stream": "heartrate", "bpm": 61,
                "timestamp": .init(stringValue: Timestamp(microseconds: Sending.start).description),
            ]
            let stored = try await route(household, "reading.store", reading, as: .phone)
            #expect(stored.service == "readings")
            #expect(stored.payload.fields["duplicate"]?.boolValue == false)
            let again = try await route(household, "reading.store", reading, as: .phone)
            #expect(again.payload.fields["duplicate"]?.boolValue == true)
            #expect(again.payload.fields["id"] == stored.payload.fields["id"])
            let heartrateCount = try await household.stored("heartrate").count
            #expect(heartrateCount == 1)

            let streams = try await route(household, "streams.list", as: .phone)
            let names = streams.payload.fields["streams"]?.listValue.values.map {
                $0.structValue.fields["stream"]?.stringValue
            }
            #expect(names?.contains("accelerometer") == true)

            _ = try await household.intake.add([
                DocumentDraft(
                    person: household.ada.id, kind: .note, title: "Dentist",
                    text: "The appointment at the dentist is on Thursday at nine.",
                    source: DraftSource(name: "notes", key: "1"))
            ])
            let events = try await route(household, "events.top_k", ["query": "dentist", "k": 3])
            let titles = events.payload.fields["events"]?.listValue.values.map {
                $0.structValue.fields["title"]?.stringValue
            }
            #expect(titles == ["Dentist"])
            let answer = try await route(household, "question.ask", ["query": "When is the dentist?"])
            #expect(answer.service == "answers")
            #expect(answer.payload.fields["answered"] != nil)
            let refused = await #expect(throws: RPCError.self) {
                _ = try await route(household, "events.top_k", ["query": "dentist"], as: .phone)
            }
            #expect(refused?.hearthCode == "forbidden")
            let unknown = await #expect(throws: RPCError.self) { _ = try await route(household, "make.tea") }
            #expect(unknown?.hearthCode == "not-found")
        }
    }
}
