import HearthCore

/// What waits to be embedded, and which of it is computed next. Decides only: it holds no threads, no clock, no model.
struct EmbeddingQueue: Sendable {
    typealias RequestID = UInt64

    /// One text of a request.
    struct Item: Sendable, Equatable {
        var request: RequestID
        var index: Int
        var text: String
        /// Tokens to be expected.
        var cost: Int
    }

    /// What a worker takes of the queue.
    enum Share: Sendable {
        case interactive
        case bulk
        /// Interactive texts first.
        case both
    }

    enum Step: Equatable {
        case compute([Item])
        /// Nothing is due before this time, unless more comes.
        case wait(until: ContinuousClock.Instant?)
    }

    /// Texts of one call.
    static let mostTextsOfRequest = 16_384
    /// Texts that wait, of all callers together; each priority has as many places.
    static let mostWaitingTexts = 65_536
    /// Tokens computed at once: enough to keep the kernels busy, little enough that an interactive text never waits long for
    /// the batch before it. A single longer text is a batch of its own.
    static let tokensOfBatch = 256
    /// How long a bulk batch that is not full waits for more.
    static let gatherWindow = Duration.milliseconds(2)

    private var interactive = Line()
    private var bulk = Line()
    private var gatheringSince: ContinuousClock.Instant?
    private let longestText: Int

    init(longestText: Int) { self.longestText = longestText }

    var waitingTexts: Int { interactive.count + bulk.count }
    var hasInteractiveTexts: Bool { !interactive.isEmpty }

    /// Queues all texts of a request, or none.
    mutating func add(
        _ request: RequestID, _ texts: [String], priority: EmbeddingPriority, now: ContinuousClock.Instant
    ) throws {
        guard texts.count <= Self.mostTextsOfRequest else {
            throw HearthError(
                .tooLarge,
                "\(texts.count) texts are too many to embed in one call; the limit is \(Self.mostTextsOfRequest).",
                hint: "Embed them in several calls.", disposition: .defect)
        }
        let items = texts.enumerated().map { index, text in
            Item(request: request, index: index, text: text, cost: expectedTokens(of: text))
        }
        switch priority {
        case .interactive:
            try Self.admit(items, to: &interactive)
        case .bulk:
            try Self.admit(items, to: &bulk)
            gatheringSince = gatheringSince ?? now
        }
    }

    /// What a free worker does now.
    mutating func next(_ share: Share = .both, now: ContinuousClock.Instant) -> Step {
        if share != .bulk, !interactive.isEmpty { return .compute(interactive.take(upTo: Self.tokensOfBatch)) }
        guard share != .interactive, !bulk.isEmpty else { return .wait(until: nil) }
        if bulk.cost < Self.tokensOfBatch, let since = gatheringSince, now < since + Self.gatherWindow {
            return .wait(until: since + Self.gatherWindow)
        }
        let items = bulk.take(upTo: Self.tokensOfBatch)
        // What is left has waited while this was gathered, so it is not held back again.
        if bulk.isEmpty { gatheringSince = nil }
        return .compute(items)
    }

    /// Forgets what still waits of a request.
    mutating func remove(_ request: RequestID) {
        interactive.remove(request)
        bulk.remove(request)
        if bulk.isEmpty { gatheringSince = nil }
    }

    /// English has four to five bytes a token; what has fewer costs more than expected, up to the model's limit.
    private func expectedTokens(of text: String) -> Int { min(longestText, text.utf8.count / 4 + 2) }

    private static func admit(_ items: [Item], to line: inout Line) throws {
        guard line.count + items.count <= mostWaitingTexts else {
            throw HearthError(
                .overloaded, "\(line.count) texts wait to be embedded; there is no room for \(items.count) more.",
                disposition: .retry, retryAfter: .seconds(5))
        }
        line.append(items)
    }

    /// Items in the order they came.
    private struct Line: Sendable {
        private var items: [Item] = []
        private var taken = 0
        private(set) var cost = 0

        var count: Int { items.count - taken }
        var isEmpty: Bool { count == 0 }

        mutating func append(_ more: [Item]) {
            items.append(contentsOf: more)
            cost += more.reduce(0) { $0 + $1.cost }
        }

        mutating func take(upTo budget: Int) -> [Item] {
            var batch: [Item] = []
            var spent = 0
            while taken < items.count, batch.isEmpty || spent + items[taken].cost <= budget {
                spent += items[taken].cost
                batch.append(items[taken])
                taken += 1
            }
            cost -= spent
            // Moves the rest to the front only when that is less work than was done since the last time.
            if taken * 2 >= items.count {
                items.removeFirst(taken)
                taken = 0
            }
            return batch
        }

        mutating func remove(_ request: RequestID) {
            items.removeFirst(taken)
            taken = 0
            items.removeAll { $0.request == request }
            cost = items.reduce(0) { $0 + $1.cost }
        }
    }
}
