/// What spans of time are counted in. The raw values are those that the grammar files use.
package enum TimeUnit: Int, Sendable, Hashable {
    case second = 1
    case minute = 2
    case hour = 3
    case day = 4
    case week = 5
    case fortnight = 6
    case month = 7
    case quarter = 8
    case year = 9
    case decade = 10
    case century = 11
    case weekend = 12
    /// Monday to Friday.
    case workday = 13
    case night = 14

    var isOfClock: Bool { rawValue <= TimeUnit.hour.rawValue }
}
