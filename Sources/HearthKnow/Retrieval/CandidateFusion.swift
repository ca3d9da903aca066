/// Candidates of several rankers and what they scored. Pure.
struct CandidateFusion {
    struct Candidate {
        var number: Int64
        var text: Double?
        var dense: Double?
        /// After feedback.
        var nearness: Double?
        var score = 0.0
    }

    private(set) var candidates: [Candidate] = []
    /// nil after sorting, until somebody asks for a candidate by its number.
    private var places: [Int64: Int]? = [:]

    mutating func add(_ number: Int64, text: Double) { self[number].text = text }

    mutating func add(_ number: Int64, dense: Double) {
        self[number].dense = dense
        self[number].nearness = dense
    }

    mutating func set(nearness: [Int64: Float]) {
        for index in candidates.indices {
            if let score = nearness[candidates[index].number] { candidates[index].nearness = Double(score) }
        }
    }

    private subscript(number: Int64) -> Candidate {
        mutating get { place(of: number).map { candidates[$0] } ?? Candidate(number: number) }
        set {
            if let place = place(of: number) {
                candidates[place] = newValue
            } else {
                places?[number] = candidates.count
                candidates.append(newValue)
            }
        }
    }

    private mutating func place(of number: Int64) -> Int? {
        if places == nil { places = Dictionary(uniqueKeysWithValues: zip(numbers, candidates.indices)) }
        return places?[number]
    }

    var numbers: [Int64] { candidates.map(\.number) }

    /// Gives every candidate its weighted sum of standard scores and sorts, best first. What the words did not find gets their
    /// lowest score; what has no vector yet is judged by its words alone. Mean and deviation are those of the `pool` best of
    /// each ranker.
    mutating func rank(textWeight: Double, denseWeight: Double, pool: Int) {
        let text = Scale(candidates.compactMap(\.text), pool: pool)
        let dense = Scale(candidates.compactMap(\.nearness), pool: pool)
        for index in candidates.indices {
            let words = text.standard(candidates[index].text)
            let meaning = candidates[index].nearness.map(dense.standard) ?? words
            candidates[index].score = textWeight * words + denseWeight * meaning
        }
        candidates.sort { $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number }
        places = nil
    }

    /// Moves the scores of the best `count` towards those of the candidates nearest to each in meaning, and sorts these; the others
    /// stay behind them. `products` are inner products of each with each, row by row; 0 with what has no vector.
    mutating func smooth(_ count: Int, products: [Float], share: Double, neighbours: Int) {
        guard count > 1, products.count == count * count, candidates.count >= count else { return }
        let before = candidates.prefix(count).map(\.score)
        for index in 0..<count {
            let row = products[index * count..<(index + 1) * count]
            // Without a vector nothing is near.
            guard row[row.startIndex + index] > 0 else { continue }
            var (sum, weights) = (0.0, 0.0)
            for (other, product) in Self.highest(neighbours, of: row, but: index) {
                // What points away says nothing.
                let weight = Double(max(product, 1e-6))
                sum += weight * before[other]
                weights += weight
            }
            candidates[index].score = (1 - share) * before[index] + share * sum / weights
        }
        candidates[..<count].sort { $0.score != $1.score ? $0.score > $1.score : $0.number < $1.number }
        places = nil
    }

    /// The highest `count` elements of a row and their places, highest first, of equal ones the first; not that at `itself`.
    private static func highest(
        _ count: Int, of row: ArraySlice<Float>, but itself: Int
    ) -> [(offset: Int, element: Float)] {
        var highest: [(offset: Int, element: Float)] = []
        for (offset, element) in row.enumerated() where offset != itself {
            if highest.count == count, let lowest = highest.last, element <= lowest.element { continue }
            let place = highest.firstIndex { $0.element < element } ?? highest.count
            highest.insert((offset, element), at: place)
            if highest.count > count { highest.removeLast() }
        }
        return highest
    }

    /// Mean, deviation and lowest of the best scores of a ranker.
    private struct Scale {
        private var mean = 0.0
        private var deviation = 0.0
        private var lowest = 0.0

        init(_ scores: [Double], pool: Int) {
            let best = scores.sorted(by: >).prefix(pool)
            guard let last = best.last else { return }
            lowest = last
            mean = best.reduce(0, +) / Double(best.count)
            deviation = (best.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(best.count)).squareRoot()
        }

        func standard(_ score: Double?) -> Double {
            // Scores that are all the same say nothing.
            deviation > 1e-9 ? ((score ?? lowest) - mean) / deviation : 0
        }
    }
}
