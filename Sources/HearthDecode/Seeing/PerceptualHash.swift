import Foundation

/// 64 bits that stay mostly the same when a picture is scaled, compressed or brightened: the signs of its low
/// frequencies against their median (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010).
enum PerceptualHash {
    /// The picture is brought to this many pixels along both edges first.
    static let edge = 32
    /// Frequencies looked at along each axis, from the lowest that is not constant.
    private static let frequencies = 8

    /// - Parameter raster: gray, `edge` × `edge`.
    static func of(_ raster: Raster) -> UInt64 {
        precondition(raster.width == edge && raster.height == edge && raster.form == .gray)
        var rows = [Double](repeating: 0, count: edge * frequencies)
        for y in 0..<edge {
            for u in 0..<frequencies {
                rows[y * frequencies + u] = (0..<edge).reduce(0) {
                    $0 + Double(raster.bytes[y * raster.stride + $1]) * cosines[u][$1]
                }
            }
        }
        var values: [Double] = []
        for v in 0..<frequencies {
            for u in 0..<frequencies {
                values.append((0..<edge).reduce(0) { $0 + rows[$1 * frequencies + u] * cosines[v][$1] })
            }
        }
        let sorted = values.sorted()
        let median = (sorted[31] + sorted[32]) / 2
        return values.reduce(0) { $0 << 1 | ($1 > median ? 1 : 0) }
    }

    /// DCT-II, of the frequencies 1 to 8.
    private static let cosines: [[Double]] = (1...frequencies).map { frequency in
        (0..<edge).map { cos(Double.pi * Double(frequency) * (Double($0) + 0.5) / Double(edge)) }
    }
}
