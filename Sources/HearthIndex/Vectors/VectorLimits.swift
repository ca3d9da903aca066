/// What the vector index refuses to exceed, and where it changes its way of working.
package enum VectorLimits {
    /// Slots of one index, removed vectors included until the next compaction. Address space is reserved for as many.
    package static let slots = 1 << 22
    /// Components of a vector.
    package static let dimension = 4096
    /// Vectors added, and numbers removed, in one batch.
    package static let batch = 16_384
    /// Matches of one search, and vectors read at once.
    package static let matches = 1000
    /// Different persons, and different sources, of one index.
    package static let names = Int(UInt16.max)
    /// Bytes of a source's name.
    package static let nameBytes = 1024
    /// How far a vector's length may be from 1.
    package static let lengthTolerance: Float = 0.01

    /// Bytes of the vectors' file that are read through memory, where each costs no system call. What was touched of them counts as
    /// the process's, so of a large index only the beginning is.
    static let mappedVectorBytes = 256 << 20

    /// Vectors from which on a graph is built; fewer are scanned.
    package static let graphThreshold = 250_000
    /// Vectors behind the graph's last that are scanned beside it; with more of them everything is scanned.
    static let scannedTail = 65_536
    /// Candidates whose exact scores are computed: at least this many, four per match wanted, but no more than a hundred beyond them.
    /// A score by codes is wrong by some thousandths, which moves a vector by few places at the top and by some dozens below.
    static let rescored = 40
    static let rescoredPerMatch = 4
    static let rescoredBeyond = 100
    /// Candidates a walk through the graph keeps: this many for ten matches or fewer, more with more.
    static let walkWidth = 192
    /// Slots a walk may meet before a scan takes its place.
    static let walkBudget = 40_000
    /// Slots looked at to estimate how many pass a filter, and the share from which on the graph is used with one.
    static let sampled = 2048
    static let walkShare = 0.1
    /// Share of removed slots from which on the files are written anew, and the least number for which that pays.
    static let compactionShare = 0.25
    static let compactionMinimum = 1000
}
