import HearthCore
import HearthMedia

/// What a picture's headers say of it. Everything but the format may be missing or wrong: it comes from outside.
struct ImageHeader: Equatable {
    var format: PictureFormat
    /// Pixels as stored, before the orientation is applied.
    var width: Int?
    var height: Int?
    var exif: EXIF?
    /// What is wrong with a size that is larger than what is read.
    private(set) var excess: HearthError?

    /// Pixels along an edge that the streams have room for.
    private static let storedEdge = 1_000_000

    init(format: PictureFormat) { self.format = format }

    mutating func setSize(_ width: Int?, _ height: Int?) {
        guard let width, let height, width > 0, height > 0 else { return }
        do {
            if format.isRead { try PictureSize.check(width, height) }
        } catch {
            excess = error
        }
        guard width <= Self.storedEdge, height <= Self.storedEdge else { return }
        self.width = width
        self.height = height
    }
}
