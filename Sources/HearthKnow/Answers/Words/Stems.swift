#if canImport(Glibc)
import Glibc
#endif

/// Stems as questions and sentences are compared by, for measuring retrieval beside them.
package enum Stems {
    package static func all(in text: String) -> [String] { Word.all(in: Array(text.unicodeScalars)).map(\.stem) }

    /// Robertson and Sparck Jones' weight of a word that `holders` of `passages` hold, as BM25 uses it; never below zero.
    package static func weight(passages: Double, holders: Double) -> Double {
        log(1 + (passages - min(holders, passages) + 0.5) / (min(holders, passages) + 0.5))
    }
}
