/// Whether a claim joins what its text tells of different things: "the red bin goes out on Monday, the grey one on Thursday"
/// does not say that the grey one goes out on Monday.
enum ClaimPairs {
    static func contradict(_ claim: ClaimText, _ text: ClaimText) -> Bool {
        isMeasuredOtherwise(claim, text) || isCrossed(claim, text)
    }

    /// "50 euros" where the text has "45 euros" and "50 kg"; "the blue pot" where it has "the red pot" and "the blue chair".
    private static func isMeasuredOtherwise(_ claim: ClaimText, _ text: ClaimText) -> Bool {
        zip(claim.tokens, claim.tokens.dropFirst()).contains { value, thing in
            guard let valueClass = value.kind.valueClass, valueClass <= mostModifiers, thing.isContent,
                thing.clause == value.clause
            else { return false }
            let places = ClaimSupport.places(of: thing, in: text)
            guard !places.isEmpty else { return false }
            return places.allSatisfy { place in
                guard place > 0, text.tokens[place - 1].kind.valueClass == valueClass else { return false }
                return !ClaimSupport.isSame(value, text.tokens[place - 1])
            }
        }
    }

    /// Two values of the claim stand in different parts of the text, each with another of the other's kind.
    private static func isCrossed(_ claim: ClaimText, _ text: ClaimText) -> Bool {
        let values = claim.tokens.filter { $0.kind.valueClass != nil }
        return values.indices.contains { first in
            values.indices.contains { second in
                first < second && areCrossed(values[first], values[second], claim, text)
            }
        }
    }

    private static func areCrossed(
        _ first: ClaimText.Token, _ second: ClaimText.Token, _ claim: ClaimText, _ text: ClaimText
    ) -> Bool {
        guard first.kind.valueClass != second.kind.valueClass else { return false }
        let firsts = clauses(of: first, text)
        let seconds = clauses(of: second, text)
        guard !firsts.isEmpty, !seconds.isEmpty, firsts.isDisjoint(with: seconds) else { return false }
        return firsts.allSatisfy { hasAnother(second, in: $0, claim, text) }
            && seconds.allSatisfy { hasAnother(first, in: $0, claim, text) }
    }

    private static func clauses(of token: ClaimText.Token, _ text: ClaimText) -> Set<Int> {
        Set(ClaimSupport.places(of: token, in: text).map { text.tokens[$0].clause })
    }

    /// Whether a part of the text has a value of the token's kind that the claim does not have.
    private static func hasAnother(
        _ token: ClaimText.Token, in clause: Int, _ claim: ClaimText, _ text: ClaimText
    ) -> Bool {
        text.tokens.contains { other in
            other.clause == clause && other.kind.valueClass == token.kind.valueClass
                && !claim.tokens.contains { ClaimSupport.isSame($0, other) }
        }
    }

    /// Numbers and colours stand before what they tell of.
    private static let mostModifiers = 2
}
