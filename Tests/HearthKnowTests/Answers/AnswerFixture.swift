import Foundation
import HearthCore
import HearthKnow
import HearthStore
import HearthTesting

/// A household's passages, found by plain overlap of stems, and what was stored of the conversation.
struct AnswerFixture {
    static let person = UniqueID(high: 7, low: 7)

    let home: String
    let library = ConversationLibrary()
    let catalogue = MemoryCatalogueStore()
    let retriever: OverlapRetriever
    let clock: FixedTime

    static func use<Result>(
        _ texts: [(title: String, text: String)] = household, zone: String = "Europe/Berlin",
        at time: String = "2026-03-14T22:30:00Z", _ body: (AnswerFixture) async throws -> Result
    ) async throws -> Result {
        let home = FileManager.default.temporaryDirectory.path + "/hearth-answers-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: home) }
        let clock = FixedTime(time: Timestamp(time) ?? Timestamp(microseconds: 0))
        let fixture = AnswerFixture(home: home, retriever: OverlapRetriever(texts), clock: clock)
        try await fixture.catalogue.insert(
            Person(id: person, name: "Ada", timeZone: zone, createdAt: Timestamp(microseconds: 0)))
        return try await body(fixture)
    }

    func answerer(writer: (any AnswerWriter)? = nil) -> Answerer {
        Answerer(
            retriever: retriever, library: library, catalogue: catalogue, embedder: nil, writer: writer,
            journal: TurnJournal(home: home), statistics: retriever, time: clock)
    }

    func ask(_ query: String, session: UniqueID? = nil, writer: (any AnswerWriter)? = nil) async throws -> Answer {
        try await answerer(writer: writer).ask(Question(query: query, session: session, person: Self.person))
    }

    static let household: [(title: String, text: String)] = [
        (
            "Dentist",
            """
            Your next appointment with Dr. Amara Osei is on 17 March 2026 at 14:30. Please bring your insurance card. The \
            practice moved to Lindenstraße 12 in January.
            """
        ),
        (
            "Boiler",
            "The boiler was serviced by Kessler Heating in October. The pressure should stay between 1.2 and 1.8 bar."
        ),
        ("Ski trip", "Naomi booked the cabin in Zermatt for the ski trip 🎿. The deposit was 240 euros, paid by card."),
        (
            "Recipe",
            "Grandma's plum cake needs 1 kg of plums and 200 g of sugar. Bake it at 180 degrees for 50 minutes."
        ),
        ("Car", "The winter tyres were changed because the first snow came early. The garage charged 89 euros."),
        ("School", "Leo's parent evening was moved to the gym. Mrs. Tanaka will talk about the class trip to Hamburg."),
        ("Café", "The cafe\u{301} on the corner opens at seven. Its owner, Bruno Keller, roasts the beans himself."),
        ("Garden", "We planted three apple trees behind the shed. The hedge must be cut before the birds nest."),
        ("Insurance", "The household insurance with Nordstern runs until 2028. The contract number is HN-4471."),
        ("Music", "Mira plays the cello in the youth orchestra. Rehearsals are in the town hall."),
    ]
}

struct FixedTime: TimeSource {
    var time: Timestamp
    func now() -> Timestamp { time }
}

/// Ranks by the number of stems that question and passage share.
struct OverlapRetriever: PassageRetriever, TermStatistics {
    let passages: [FoundPassage]
    private let stems: [Set<String>]

    init(_ texts: [(title: String, text: String)]) {
        passages = texts.enumerated().map { index, item in
            let id = UniqueID(high: 3, low: UInt64(index))
            let time = Timestamp(microseconds: 0)
            return FoundPassage(
                passage: Passage(
                    id: id, number: Int64(index + 1), document: id, version: 1, index: 0, offset: 0, text: item.text),
                document: DocumentHead(
                    id: id, kind: .note, title: item.title, language: "en",
                    source: DocumentSource(name: "notes", key: String(index)), timestamp: time, received: time,
                    version: 1, passages: 1, metadata: [:], summary: ""))
        }
        stems = texts.map { Set(Stems.all(in: $0.title + " " + $0.text)) }
    }

    func search(_ request: SearchRequest) async throws -> SearchAnswer {
        let asked = Set(Stems.all(in: request.query))
        let ranked = stems.indices.map { ($0, stems[$0].intersection(asked).count) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(request.limit)
        return SearchAnswer(
            hits: ranked.map { SearchHit(found: passages[$0.0], score: Double($0.1), text: Double($0.1)) }, mode: .text)
    }

    func frequencies(of words: [String], scope: DocumentFilter) async throws -> TermFrequencies {
        TermFrequencies(
            passages: passages.count,
            counts: words.map { word in
                let stem = Stems.all(in: word).first ?? ""
                return stems.filter { $0.contains(stem) }.count
            })
    }
}

/// Keeps turns and gaps; answering touches nothing else of a library.
actor ConversationLibrary: PartialLibraryStore {
    private(set) var turns: [Turn] = []
    private(set) var gaps: [Gap] = []

    func append(_ turn: Turn) { turns.append(turn) }
    func turns(session: UniqueID, person: UniqueID) -> [Turn] {
        turns.filter { $0.session == session && $0.person == person }
    }
    func file(_ gap: Gap) { gaps.append(gap) }
    func gaps(person: UniqueID, limit: Int) -> [Gap] { gaps }

    func probe() {}
    func close() {}
}
