import GRPCCore
import HearthCore
import HearthKnow
import HearthProtocols
import HearthStore
import HearthTesting
import SwiftProtobuf
import Testing

@testable import HearthRPC

/// `query.v1`, health and reflection.
@Suite struct QueryCallTests {
    private static let noon = Timestamp(microseconds: 1_795_255_200_000_000)

    private func fill(_ household: RPCHousehold) async throws {
        _ = try await household.intake.add([
            DocumentDraft(
                person: household.ada.id, kind: .note, title: "Dentist",
                text: "The appointment at the dentist is on Thursday at nine.",
                source: DraftSource(name: "notes", key: "1", stream: "note", device: household.phone.id),
                timestamp: Self.noon),
            DocumentDraft(
                person: household.ada.id, kind: .mail, title: "Bike",
                text: "The dentist has a bicycle for sale, she wrote.",
                source: DraftSource(name: "mail", key: "2"), timestamp: Self.noon + .seconds(3600)),
            DocumentDraft(
                person: household.ben.id, kind: .note, title: "Secret", text: "Ben owes the dentist a hundred.",
                source: DraftSource(name: "notes", key: "3"), timestamp: Self.noon),
        ])
    }

    private static func asking(
        _ change: (inout Query_V1_TopKEventsRequest) -> Void = { _ in }
    ) -> Query_V1_TopKEventsRequest {
        var request = Query_V1_TopKEventsRequest()
        request.query = "appointment dentist"
        change(&request)
        return request
    }

    private func topK(
        _ household: RPCHousehold, as caller: RPCHousehold.Caller = .owner, _ request: Query_V1_TopKEventsRequest
    ) async throws -> Query_V1_TopKEventsResponse {
        let metadata = household.metadata(caller)
        return try await household.connected { client in
            try await Query_V1_QueryService.Client(wrapping: client).topKEvents(request, metadata: metadata)
        }
    }

    private func titles(
        _ household: RPCHousehold, as caller: RPCHousehold.Caller = .owner,
        _ request: Query_V1_TopKEventsRequest = asking()
    ) async throws -> [String] {
        try await topK(household, as: caller, request).events.map(\.title)
    }

    @Test func eventsComeBestFirstWithTheirEvidence() async throws {
        try await RPCHousehold.with { household in
            try await fill(household)
            let answer = try await topK(household, Self.asking())
            #expect(answer.mode == .text)
            let best = try #require(answer.events.first)
            #expect(answer.events.map(\.title) == ["Dentist", "Bike"])
            #expect(best.text.contains("Thursday"))
            #expect(best.kind == "note")
            #expect(best.source == "notes")
            #expect(best.time == Self.noon.microseconds)
            #expect(best.stream == "note")
            #expect(best.deviceID == household.phone.id.description)
            #expect(answer.events[0].score >= answer.events[1].score)
        }
    }

    @Test func filtersNarrowWhatIsLookedAt() async throws {
        try await RPCHousehold.with { household in
            try await fill(household)
            let noon = Self.noon.microseconds
            let mails = try await titles(household, Self.asking { $0.filter.kinds = ["mail"] })
            #expect(mails == ["Bike"])
            let notes = try await titles(household, Self.asking { $0.filter.sources = ["notes"] })
            #expect(notes == ["Dentist"])
            let late = try await titles(household, Self.asking { $0.filter.fromTime = noon + 1 })
            #expect(late == ["Bike"])
            let early = try await titles(household, Self.asking { $0.filter.toTime = noon + 1 })
            #expect(early == ["Dentist"])
            let one = try await titles(household, Self.asking { $0.k = 1 })
            #expect(one.count == 1)
            let ben = household.ben.id.description
            let bens = try await titles(household, Self.asking { $0.filter.personID = ben })
            #expect(bens == ["Secret"])
        }
    }

    @Test func wrongQueriesAreRefusedWithTheirPlace() async throws {
        let wrong: [(String, Query_V1_TopKEventsRequest)] = [
            ("/query", Self.asking { $0.query = "  " }),
            ("/query", Self.asking { $0.query = String(repeating: "a", count: 2001) }),
            ("/k", Self.asking { $0.k = 101 }), ("/mode", Self.asking { $0.mode = .UNRECOGNIZED(9) }),
            ("/filter/kinds", Self.asking { $0.filter.kinds = ["poem"] }),
            ("/filter/person_id", Self.asking { $0.filter.personID = "me" }),
            (
                "/filter/to_time",
                Self.asking {
                    $0.filter.fromTime = 5
                    $0.filter.toTime = 5
                }
            ),
        ]
        try await RPCHousehold.with { household in
            for (pointer, request) in wrong {
                let error = await #expect(throws: RPCError.self) { _ = try await topK(household, request) }
                #expect(error?.code == .invalidArgument, "\(pointer)")
                #expect(error?.message.contains(pointer) == true, "\(String(describing: error))")
            }
        }
    }

    @Test func onlyThoseWhoMayReadTheLibraryAreAnswered() async throws {
        try await RPCHousehold.with { household in
            try await fill(household)
            for caller in [RPCHousehold.Caller.phone, .auditor, .heartOnly] {
                let error = await #expect(throws: RPCError.self) {
                    _ = try await titles(household, as: caller)
                }
                #expect(error?.hearthCode == "forbidden")
            }
            let error = await #expect(throws: RPCError.self) {
                _ = try await titles(
                    household, as: .member, Self.asking { $0.filter.personID = household.ada.id.description })
            }
            #expect(error?.code == .permissionDenied)
            let own = try await titles(household, as: .member)
            #expect(own == ["Secret"])
        }
    }

    // MARK: Health and reflection

    @Test func healthNeedsNoToken() async throws {
        try await RPCHousehold.with { household in
            try await household.connected { client in
                let health = Grpc_Health_V1_Health.Client(wrapping: client)
                for name in ["", "ingestion.v1.IngestionService", "query.v1.QueryService", "router.v1.RouterService"] {
                    let answer = try await health.check(.with { $0.service = name })
                    #expect(answer.status == .serving, "\(name)")
                }
                let error = await #expect(throws: RPCError.self) {
                    _ = try await health.check(.with { $0.service = "nobody" })
                }
                #expect(error?.code == .notFound)
                let first = try await health.watch(.with { $0.service = "nobody" }) { response in
                    for try await answer in response.messages { return answer.status }
                    return .unknown
                }
                #expect(first == .serviceUnknown)
            }
        }
    }

    @Test func healthTellsWhenTheServerIsNotReady() async throws {
        try await RPCHousehold.with { household in
            await household.store.close()
            let status = try await household.connected { client in
                try await Grpc_Health_V1_Health.Client(wrapping: client).check(.init()).status
            }
            #expect(status == .notServing)
        }
    }

    @Test func serverDescribesItselfToWhoeverHasAToken() async throws {
        try await RPCHousehold.with { household in
            let requests: [Grpc_Reflection_V1_ServerReflectionRequest] = [
                .with { $0.listServices = "" },
                .with { $0.fileContainingSymbol = "ingestion.v1.IngestionService.StreamReadings" },
                .with { $0.fileByFilename = "google/protobuf/struct.proto" },
                .with { $0.fileContainingSymbol = "ingestion.v1.Nothing" },
                .with { $0.allExtensionNumbersOfType = "ingestion.v1.Frame" }, .init(),
            ]
            let metadata = household.metadata(.phone)
            let answers = try await household.connected { client in
                try await Grpc_Reflection_V1_ServerReflection.Client(wrapping: client).serverReflectionInfo(
                    metadata: metadata
                ) { writer in
                    for request in requests { try await writer.write(request) }
                } onResponse: { response in
                    var answers: [Grpc_Reflection_V1_ServerReflectionResponse] = []
                    for try await answer in response.messages { answers.append(answer) }
                    return answers
                }
            }
            #expect(
                answers[0].listServicesResponse.service.map(\.name) == [
                    "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "ingestion.v1.IngestionService",
                    "query.v1.QueryService", "router.v1.RouterService",
                ])
            let names = try answers[1].fileDescriptorResponse.fileDescriptorProto.map {
                try Google_Protobuf_FileDescriptorProto(serializedBytes: $0).name
            }
            #expect(names == ["ingestion/v1/ingestion.proto", "google/protobuf/struct.proto", "hearth/v1/error.proto"])
            #expect(answers[2].fileDescriptorResponse.fileDescriptorProto.count == 1)
            #expect(answers[3].errorResponse.errorCode == 5)
            #expect(answers[4].allExtensionNumbersResponse.baseTypeName == "ingestion.v1.Frame")
            #expect(answers[5].errorResponse.errorCode == 3)
            let refused = await #expect(throws: RPCError.self) {
                try await household.connected { client in
                    try await Grpc_Reflection_V1_ServerReflection.Client(wrapping: client).serverReflectionInfo {
                        try await $0.write(requests[0])
                    } onResponse: {
                        for try await _ in $0.messages {}
                    }
                }
            }
            #expect(refused?.code == .unauthenticated)
        }
    }
}
