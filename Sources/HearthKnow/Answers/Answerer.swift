package import HearthCore
package import HearthInference
package import HearthStore

/// Answers questions from what a person has stored; the one entry for routes and commands.
///
/// Retrieval finds passages → their sentences are judged → enough evidence is put into words, by the language model where
/// one is configured, else by quoting → every sentence carries the range it rests on → the turn is journalled and
/// stored. Thin evidence is answered with "I don't know", the nearest sources, and a gap.
package struct Answerer: Sendable {
    private let retriever: any PassageRetriever
    private let library: any LibraryStore
    private let catalogue: any CatalogueStore
    private let reader: EvidenceReader
    private let modelWriter: ModelWriter?
    private let journal: TurnJournal
    private let gate: ErasureGate
    private let time: any TimeSource
    private let told: @Sendable (_ isAnswered: Bool) -> Void

    /// `embedder` must be the one that `retriever` uses; nil where there is no model. `writer` is the language model; nil
    /// answers by quoting. `gate` is that of erasures. `told` hears of every answer that was stored, whether it is one.
    package init(
        retriever: any PassageRetriever, library: any LibraryStore, catalogue: any CatalogueStore,
        embedder: (any TextEmbedder)?, writer: (any AnswerWriter)?, journal: TurnJournal,
        statistics: (any TermStatistics)? = nil, models: AnswerModels = .fitted, gate: ErasureGate = ErasureGate(),
        time: any TimeSource = SystemTime(),
        told: @escaping @Sendable (_ isAnswered: Bool) -> Void = { _ in }
    ) {
        self.retriever = retriever
        self.library = library
        self.catalogue = catalogue
        reader = EvidenceReader(
            statistics: statistics ?? LibraryTermStatistics(library: library), embedder: embedder, models: models)
        modelWriter = writer.map { ModelWriter(writer: $0, verifier: Verifier(embedder: embedder)) }
        self.journal = journal
        self.gate = gate
        self.time = time
        self.told = told
    }

    /// The whole answer, stored.
    /// - Throws: `invalid-value` for an empty question or an unknown session, `too-large` for a long question, and what
    ///   the stores throw.
    package func ask(_ question: Question) async throws -> Answer {
        try await ask(question) { _ in }
    }

    /// The answer as it is made. Who stops reading stops the work, and then nothing is stored. The number of events that
    /// can wait is bounded by the length of an answer.
    package func events(_ question: Question) -> AsyncThrowingStream<AnswerEvent, any Error> {
        AsyncThrowingStream { continuation in
            let work = Task {
                do {
                    _ = try await ask(question) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in work.cancel() }
        }
    }

    private func ask(_ question: Question, tell: (AnswerEvent) -> Void) async throws -> Answer {
        let query = try Self.checked(question.query)
        let person = try await person(question.person)
        let erasures = gate.erasures(of: person.id)
        let turns = try await self.turns(question)
        let resolved = FollowUp.resolve(query, turns: turns)
        // A question that is about nothing would find anything.
        let isAboutSomething = EvidenceReader.isAboutSomething(resolved)
        let found =
            isAboutSomething
            ? try await retriever.search(
                SearchRequest(query: resolved, limit: AnswerLimits.passages, filter: question.scope))
            : SearchAnswer(hits: [], mode: .text)
        let evidence = try await reader.read(
            resolved, followUp: resolved == query ? nil : query, found: found, scope: question.scope)
        tell(.sources(evidence.sources(limit: AnswerLimits.passages)))
        let composed = try await compose(
            query, turns: turns, evidence: evidence, isAboutSomething: isAboutSomething, tell: tell)
        try Task.checkCancellation()
        let now = time.now()
        let answer = Answer(
            text: composed.text, confidence: composed.confidence, answered: composed.answered,
            citations: composed.citations,
            nearest: composed.answered ? [] : evidence.nearest(limit: AnswerLimits.nearest),
            author: composed.author, notice: composed.notice, session: question.session ?? UniqueID.random(at: now),
            turn: UniqueID.random(at: now))
        try await gate.store {
            // What it quotes must not outlive what it was made of.
            guard gate.erasures(of: person.id) == erasures else {
                throw HearthError.erasedMeanwhile("What the answer was made of")
            }
            try await store(answer, query: query, person: person, embedding: found.embedding, at: now)
            if !answer.answered, isAboutSomething { try await fileGap(answer, query: query, person: person, at: now) }
        }
        told(answer.answered)
        tell(.done(answer))
        return answer
    }

    private struct Composed {
        var text: String
        var citations: [Citation]
        var confidence: Double
        var answered = true
        var author = Turn.Author.extractive
        var notice: String?
    }

    private func compose(
        _ query: String, turns: [Turn], evidence: Evidence, isAboutSomething: Bool, tell: (AnswerEvent) -> Void
    ) async throws -> Composed {
        guard evidence.isEnough, let draft = ExtractiveWriter.write(evidence) else {
            let text = isAboutSomething ? Self.ignorance(evidence) : Self.aboutNothing
            tell(.text(text))
            return Composed(text: text, citations: [], confidence: evidence.confidence, answered: false)
        }
        var notice: String?
        if let modelWriter {
            switch try await modelWriter.write(query, turns: turns, evidence: evidence, tell: tell) {
            case .written(let text, let citations, let support, let note):
                return Composed(
                    text: text, citations: citations, confidence: evidence.confidence * support, author: .model,
                    notice: note)
            case .unusable(let reason): notice = reason
            }
        }
        if let notice { tell(.notice(notice)) }
        tell(.text(draft.text))
        return Composed(text: draft.text, citations: draft.citations, confidence: evidence.confidence, notice: notice)
    }

    /// Journal first: a crash between the two leaves a line of a turn that nobody was told of, never a turn without its line.
    private func store(
        _ answer: Answer, query: String, person: Person, embedding: [Float]?, at now: Timestamp
    ) async throws {
        let turn = Turn(
            id: answer.turn, session: answer.session, person: person.id, timestamp: now, user: query,
            assistant: answer.text, confidence: answer.confidence, answered: answer.answered,
            citations: answer.citations, nearest: answer.nearest, author: answer.author, notice: answer.notice,
            embedding: embedding)
        try await journal.append(turn, timeZone: person.timeZone)
        try await library.append(turn)
    }

    private func fileGap(_ answer: Answer, query: String, person: Person, at now: Timestamp) async throws {
        try await library.file(
            Gap(
                id: UniqueID.random(at: now), person: person.id, turn: answer.turn, question: query,
                confidence: answer.confidence, openedAt: now))
    }

    private static func checked(_ query: String) throws -> String {
        let query = query.trimmed
        guard !query.isEmpty else {
            throw HearthError(
                .invalidValue, "The question is empty.",
                fields: [.init(pointer: "/query", message: "must not be empty")])
        }
        guard query.utf8.count <= AnswerLimits.question else {
            throw HearthError(
                .tooLarge, "The question has more than \(AnswerLimits.question) bytes.",
                hint: "Ask in fewer words; long texts belong into a document.")
        }
        return query
    }

    private func person(_ id: UniqueID) async throws -> Person {
        guard let person = try await catalogue.people().first(where: { $0.id == id }) else {
            throw HearthError(.notFound, "There is no such person.")
        }
        return person
    }

    /// Those of the conversation, oldest first.
    private func turns(_ question: Question) async throws -> [Turn] {
        guard let session = question.session else { return [] }
        let turns = try await library.turns(session: session, person: question.person)
        return turns.sorted { ($0.timestamp, $0.id) < ($1.timestamp, $1.id) }
    }

    private static let aboutNothing = """
        I don't know what you are asking about. Name a person, a thing or a time: “When does the train to Basel leave?”
        """

    private static func ignorance(_ evidence: Evidence) -> String {
        guard let nearest = evidence.nearest(limit: 1).first else {
            return "I don't know. Nothing you have stored is about this."
        }
        let title = nearest.title.asOneLine
        return title.isEmpty
            ? "I don't know. Nothing you have stored answers this; the nearest passages are named below."
            : "I don't know. Nothing you have stored answers this; the nearest is in “\(title)”."
    }
}

extension String {
    /// Without white space at its ends.
    var trimmed: String {
        var view = Substring(self)
        while let first = view.first, first.isWhitespace { view.removeFirst() }
        while let last = view.last, last.isWhitespace { view.removeLast() }
        return String(view)
    }
}
