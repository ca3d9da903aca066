/// A phrase of a text that tells a time, with each reading of it.
package struct TemporalPhrase: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case date, period, time, timeRange, moment, stretch, duration, recurrence
        /// A date that no calendar has.
        case impossible
        /// Of a task: how urgent; words that mean nothing; words that lead to a time.
        case priority, filler, lead
    }

    package var kind: Kind
    /// UTF-8 offsets into the text.
    package var range: Range<Int>
    var meaning: Meaning
    /// Of its tokens, those that the chosen reading covers, and how many other readings of the same words there were.
    var rivals: Int
}

extension TemporalPhrase {
    /// A task is done in the future: a time of day that is over today means tomorrow's.
    func movedAhead(of now: Int) -> TemporalPhrase {
        let today = Civil.day(of: now) * 86_400
        var moved = self
        switch meaning {
        case .clock(let clock):
            guard clock.readings.allSatisfy({ today + $0 < now }) else { return self }
            moved.kind = .moment
            moved.meaning = .moment(Moment(readings: clock.readings.map { today + 86_400 + $0 }))
        case .clockRange(let range) where range.modifier != .before && range.modifier != .until:
            let readings = range.readings
            guard readings.allSatisfy({ $0.start.map { today + $0 < now } ?? false }) else { return self }
            moved.kind = .stretch
            moved.meaning = .stretch(
                Stretch(
                    readings: readings.map {
                        Stretch.Bounds(
                            start: $0.start.map { today + 86_400 + $0 }, end: $0.end.map { today + 86_400 + $0 })
                    }, modifier: range.modifier))
        default: break
        }
        return moved
    }
}

/// Finds the phrases that tell a time in a text: those of most tokens, none overlapping another.
package struct TemporalFinder: Sendable {
    package enum Manner: Sendable {
        case mentions
        case tasks
    }

    let grammar: Grammar
    let manner: GrammarManner

    package init(grammar: Grammar, manner: Manner) {
        self.grammar = grammar
        self.manner = manner == .tasks ? .tasks : .mentions
    }

    /// - Parameter now: seconds of the wall clock since 1970-01-01T00:00.
    package func phrases(in text: String, now: Int) -> [TemporalPhrase] {
        let found = found(in: TokenScanner.tokens(of: text), now: now).filter {
            $0.kind != .priority && $0.kind != .filler && $0.kind != .lead
        }
        return manner == .tasks ? found.map { $0.movedAhead(of: now) } : found
    }

    /// With the words of a task that tell no time. A time of day is left as it was said: a day or a rule elsewhere in the text
    /// may say which day is meant.
    func found(in tokens: [Token], now: Int) -> [TemporalPhrase] {
        guard !tokens.isEmpty else { return [] }
        let context = ActionContext(now: now, manner: manner)
        let chart = PhraseChart(tokens, grammar: grammar, actions: context, manner: manner)
        return choose(chart.results, tokens)
    }

    /// The set of phrases with the greatest sum of scores, by dynamic programming over the tokens.
    private func choose(_ items: [PhraseChart.Item], _ tokens: [Token]) -> [TemporalPhrase] {
        var ending: [[Int]] = Array(repeating: [], count: tokens.count + 1)
        for (index, item) in items.enumerated() where isWhole(item, tokens) { ending[Int(item.end)].append(index) }
        var best = [Int](repeating: 0, count: tokens.count + 1)
        var chosen = [Int](repeating: -1, count: tokens.count + 1)
        for end in 1...tokens.count {
            best[end] = best[end - 1]
            for index in ending[end] {
                let score = best[Int(items[index].start)] + score(of: items[index])
                if score > best[end] {
                    best[end] = score
                    chosen[end] = index
                }
            }
        }
        var phrases: [TemporalPhrase] = []
        var end = tokens.count
        while end > 0 {
            guard chosen[end] >= 0 else {
                end -= 1
                continue
            }
            let item = items[chosen[end]]
            let rivals = ending[end].count { items[$0].start == item.start && items[$0].meaning != item.meaning }
            if let phrase = phrase(item, tokens, rivals) { phrases.append(phrase) }
            end = Int(item.start)
        }
        return phrases.reversed()
    }

    /// Longer beats more: two phrases side by side lose against one that holds both.
    private func score(of item: PhraseChart.Item) -> Int {
        // A word that only leads to a time gives way to every other reading.
        if Int(item.symbol) == grammar.phrases.lead { return Int(item.end - item.start) }
        return Int(item.end - item.start) * 100 - 60 + Int(item.weight)
    }

    /// It neither begins nor ends inside a word.
    private func isWhole(_ item: PhraseChart.Item, _ tokens: [Token]) -> Bool {
        let (start, end) = (Int(item.start), Int(item.end))
        if start > 0, tokens[start].isGlued, tokens[start].isAlphanumeric, tokens[start - 1].isAlphanumeric {
            return false
        }
        if end < tokens.count, tokens[end].isGlued, tokens[end].isAlphanumeric, tokens[end - 1].isAlphanumeric {
            return false
        }
        // Nor does it take the full stop out of an address.
        if end < tokens.count, tokens[end].isGlued, tokens[end].isAlphanumeric, end - start > 1,
            tokens[end - 1].text == "."
        {
            return false
        }
        guard end == start + 1 else { return true }
        // A lone word or number that signs tie to its neighbours is part of an address, a sum or a compound.
        let length = tokens[start].range.count
        if tokens[start].kind == .digits, length == 4 || length < 3 {
            let before =
                start > 0 && tokens[start].isGlued && tokens[start - 1].kind == .sign
                && Self.ties.contains(tokens[start - 1].text)
            let after =
                end + 1 < tokens.count && tokens[end].isGlued && tokens[end + 1].isGlued
                && Self.ties.contains(tokens[end].text)
            return !before && !after
        }
        guard tokens[start].kind == .word else { return true }
        if start > 1, tokens[start].isGlued, Self.joints.contains(tokens[start - 1].text), tokens[start - 1].isGlued,
            tokens[start - 2].kind == .word
        {
            return false
        }
        return
            !(end + 1 < tokens.count && tokens[end].isGlued && Self.joints.contains(tokens[end].text)
            && tokens[end + 1].isGlued && tokens[end + 1].kind == .word && tokens[end + 1].text != "s")
    }

    private static let ties: Set<String> = ["/", "$", "€", "£", "#", "-", "+", ".", "@", "=", "%"]
    private static let joints: Set<String> = ["-", ".", "@", "'"]

    /// The full stop of "p.m.".
    private static func abbreviates(_ tokens: [Token], _ stop: Int) -> Bool {
        stop > 1 && tokens[stop - 1].text == "m" && tokens[stop - 2].text == "."
    }

    private func phrase(_ item: PhraseChart.Item, _ tokens: [Token], _ rivals: Int) -> TemporalPhrase? {
        let kind: TemporalPhrase.Kind
        switch item.meaning {
        case .day: kind = .date
        case .period: kind = .period
        case .clock: kind = .time
        case .clockRange: kind = .timeRange
        case .moment: kind = .moment
        case .stretch: kind = .stretch
        case .amount: kind = .duration
        case .recurrence: kind = .recurrence
        case .impossible: kind = .impossible
        case .number:
            switch Int(item.symbol) {
            case grammar.phrases.priority: kind = .priority
            case grammar.phrases.filler: kind = .filler
            case grammar.phrases.lead: kind = .lead
            default: return nil
            }
        case .word, .nothing: return nil
        }
        var last = Int(item.end) - 1
        while last > Int(item.start), tokens[last].kind == .sign,
            tokens[last].text == "," || tokens[last].text == "." && !Self.abbreviates(tokens, last)
        {
            last -= 1
        }
        return TemporalPhrase(
            kind: kind, range: tokens[Int(item.start)].range.lowerBound..<tokens[last].range.upperBound,
            meaning: item.meaning, rivals: rivals)
    }
}
