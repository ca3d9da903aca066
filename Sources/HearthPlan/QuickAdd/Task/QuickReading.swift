import HearthCore

/// One text on its way to a task: its tokens, which of them are taken, and what they were taken for.
struct QuickReading {
    let text: String
    let bytes: [UInt8]
    let now: Timestamp
    let clock: WallClock
    let vocabulary: QuickVocabulary
    var tokens: [Token]
    /// Per token: it is part of no title.
    var isTaken: [Bool]
    var task = QuickTask()
    var times = QuickTimes()
    private var offsets: UTF16Offsets

    init(_ text: String, now: Timestamp, clock: WallClock, vocabulary: QuickVocabulary) {
        self.text = text
        bytes = Array(text.utf8)
        self.now = now
        self.clock = clock
        self.vocabulary = vocabulary
        tokens = TokenScanner.tokens(of: text)
        isTaken = Array(repeating: false, count: tokens.count)
        offsets = UTF16Offsets(bytes)
    }

    mutating func note(
        _ field: QuickField, _ range: Range<Int>, _ source: QuickSpan.Source, _ confidence: Double
    ) {
        task.spans.append(
            QuickSpan(
                field: field, start: offsets[range.lowerBound], end: offsets[range.upperBound],
                text: String(decoding: bytes[range], as: UTF8.self), source: source, confidence: confidence))
    }

    private func bytes(of places: Range<Int>) -> Range<Int> {
        tokens[places.lowerBound].range.lowerBound..<tokens[places.upperBound - 1].range.upperBound
    }

    mutating func takeMarkers() {
        for marker in QuickMarkers.find(in: tokens, text: bytes) {
            var field = marker.field
            var value = marker.value
            switch field {
            case .priority:
                guard task.priority == nil else { continue }
                task.priority = Int(value)
            case .tag: task.tags.append(value)
            case .project:
                guard task.project == nil else { continue }
                task.project = value
            default:
                // An @ names a person, or a place when the vocabulary knows it as one.
                let known = vocabulary.entry(.person, value) ?? vocabulary.entry(.place, value)
                if let known { value = known.meaning }
                if known?.kind == .place {
                    field = .place
                    task.places.append(value)
                } else {
                    task.people.append(value)
                }
            }
            note(field, bytes(of: marker.range), .marker, 1)
            for place in marker.range { isTaken[place] = true }
        }
    }

    /// Names stay in the title: they are words of the sentence.
    mutating func takeNames() {
        var place = 0
        while place < tokens.count {
            guard !isTaken[place],
                let match = vocabulary.entries(at: place, in: tokens).first(where: { $0.entry.kind != .abbreviation }),
                !isInsideWord(place..<place + match.length)
            else {
                place += 1
                continue
            }
            let entry = match.entry
            let field: QuickField
            switch entry.kind {
            case .person:
                field = .person
                if !task.people.contains(entry.meaning) { task.people.append(entry.meaning) }
            case .place:
                field = .place
                if !task.places.contains(entry.meaning) { task.places.append(entry.meaning) }
            case .tag:
                field = .tag
                if !task.tags.contains(entry.meaning) { task.tags.append(entry.meaning) }
            default:
                field = .project
                if task.project == nil { task.project = entry.meaning }
            }
            note(field, bytes(of: place..<place + match.length), .vocabulary, entry.confidence)
            place += match.length
        }
    }

    private func isInsideWord(_ places: Range<Int>) -> Bool {
        let (first, end) = (places.lowerBound, places.upperBound)
        if first > 0, tokens[first].isGlued, tokens[first].isAlphanumeric, tokens[first - 1].isAlphanumeric {
            return true
        }
        return end < tokens.count && tokens[end].isGlued && tokens[end].isAlphanumeric && tokens[end - 1].isAlphanumeric
    }

    /// What the grammar reads: abbreviations written out, and a sign in place of what markers took, so that no phrase
    /// reaches across.
    func unclaimedTokens() -> [Token] {
        var list: [Token] = []
        list.reserveCapacity(tokens.count)
        var place = 0
        while place < tokens.count {
            if isTaken[place] {
                var token = tokens[place]
                token.kind = .sign
                token.text = "\u{1}"
                list.append(token)
                place += 1
                continue
            }
            if let match = vocabulary.entries(at: place, in: tokens).first(where: { $0.entry.kind == .abbreviation }),
                !isInsideWord(place..<place + match.length)
            {
                let range = bytes(of: place..<place + match.length)
                for (index, word) in TokenScanner.tokens(of: match.entry.meaning).enumerated() {
                    var token = word
                    token.range = range
                    token.isGlued = index == 0 ? tokens[place].isGlued : word.isGlued
                    list.append(token)
                }
                place += match.length
                continue
            }
            list.append(tokens[place])
            place += 1
        }
        return list
    }

    mutating func take(_ phrases: [TemporalPhrase]) {
        var isLead = Array(repeating: false, count: tokens.count)
        for phrase in phrases {
            let first = place(at: phrase.range.lowerBound)
            let places = first..<max(first, place(at: phrase.range.upperBound))
            guard !places.isEmpty else { continue }
            switch phrase.kind {
            case .lead:
                for place in places { isLead[place] = true }
                continue
            case .filler:
                // Only in front of everything.
                guard !isTaken[..<first].contains(false) else { continue }
            case .priority:
                guard task.priority == nil, case .number(let level, _) = phrase.meaning else { continue }
                task.priority = Int(level)
                note(.priority, phrase.range, .grammar, 0.8)
            default:
                guard times.take(phrase) else { continue }
                note(QuickTimes.field(of: phrase), phrase.range, .grammar, QuickTimes.confidence(of: phrase))
            }
            for place in places { isTaken[place] = true }
            // The words that led to it: "due on", "at", "for the".
            var before = first - 1
            while phrase.kind != .filler, before >= 0, !isTaken[before], isLead[before] {
                isTaken[before] = true
                before -= 1
            }
        }
    }

    /// The first token that begins at `offset` or behind it.
    private func place(at offset: Int) -> Int {
        var low = 0
        var high = tokens.count
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle].range.lowerBound < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func finished() -> QuickTask {
        times.resolve(into: &task, now: now, clock: clock, vocabulary: vocabulary)
        task.title = title()
        if task.title.isEmpty {
            task.problems.append(
                QuickProblem(kind: .noTitle, message: "Nothing but times and names: the text is the title."))
            task.title = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        task.spans.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        task.confidence = task.spans.map(\.confidence).reduce(1, *)
        if !task.problems.isEmpty { task.confidence *= 0.5 }
        return task
    }

    /// The words that nothing took, as they were written; abbreviations that the person once wrote out, written out.
    private func title() -> String {
        var parts: [String] = []
        var lastEnd = 0
        // Behind the last token of the title.
        var lastPlace = -1
        var place = 0
        while place < tokens.count {
            guard !isTaken[place] else {
                place += 1
                continue
            }
            var end = place + 1
            var word = String(decoding: bytes[tokens[place].range], as: UTF8.self)
            if let match = vocabulary.entries(at: place, in: tokens).first(where: { $0.entry.kind == .abbreviation }),
                !isInsideWord(place..<place + match.length)
            {
                word = match.entry.meaning
                end = place + match.length
            }
            let start = tokens[place].range.lowerBound
            if place == lastPlace, !parts.isEmpty, !TokenScanner.parts(bytes[lastEnd..<start]) {
                parts[parts.count - 1] += String(decoding: bytes[lastEnd..<start], as: UTF8.self) + word
            } else {
                parts.append(word)
            }
            lastEnd = tokens[end - 1].range.upperBound
            lastPlace = end
            place = end
        }
        let edges: Set<String> = [",", ";", "-", "–", "—", ":", ".", "()", "(", ")", ", "]
        while let last = parts.last, edges.contains(last) { parts.removeLast() }
        while let first = parts.first, edges.contains(first) { parts.removeFirst() }
        var text = parts.joined(separator: " ")
        while let last = text.last, last == "," || last == ";" || last == ":" || last == "-" { text.removeLast() }
        return text
    }
}

/// UTF-16 offsets of UTF-8 offsets, counted on from the last one that was asked for.
struct UTF16Offsets {
    private var counts: [Int32]

    init(_ bytes: [UInt8]) {
        counts = [0]
        counts.reserveCapacity(bytes.count + 1)
        var count: Int32 = 0
        for byte in bytes {
            if byte < 0x80 || byte >= 0xC0 { count += byte >= 0xF0 ? 2 : 1 }
            counts.append(count)
        }
    }

    subscript(offset: Int) -> Int { offset == 0 ? 0 : Int(counts[offset]) }
}
