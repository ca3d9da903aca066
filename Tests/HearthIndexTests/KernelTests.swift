import CHearthKernels
import HearthTesting
import Testing

struct KernelTests {
    @Test(arguments: [1, 3, 4, 15, 16, 17, 63, 64, 65, 127, 128, 384, 768, 1000])
    func everyWayGivesTheSameScores(dimension: Int) {
        var vectors = SyntheticVectors(dimension: dimension, seed: 7)
        let stride = hearth_code_stride(dimension)
        let count = 37
        var codes = [UInt8](repeating: 0, count: stride * (count + 1))
        for slot in 0...count {
            let vector = vectors.next()
            // Not empty, so it has a base.
            codes.withUnsafeMutableBufferPointer { hearth_encode(vector, dimension, $0.baseAddress! + slot * stride) }
        }
        let query = Array(codes.suffix(stride))
        let expected = (0..<count).map { slot -> Float in
            let components = { (start: Int) in (0..<dimension).map { Int32(Int8(bitPattern: codes[start + 4 + $0])) } }
            let scale = { (start: Int) in
                codes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: Float.self) }
            }
            let sum = zip(components(slot * stride), components(count * stride)).reduce(Int32(0)) { $0 + $1.0 * $1.1 }
            return scale(count * stride) * scale(slot * stride) * Float(sum)
        }
        for way in [HEARTH_CODES_PORTABLE, HEARTH_CODES_AVX2, HEARTH_CODES_VNNI] {
            guard hearth_codes_supports(Int32(way)) != 0 else { continue }
            var scores = [Float](repeating: -1, count: count)
            hearth_scan_codes_by(Int32(way), query, codes, dimension, 0, count, &scores)
            #expect(scores == expected)
        }
        let slots: [UInt32] = [5, 0, 36, 5]
        var gathered = [Float](repeating: -1, count: slots.count)
        hearth_gather_codes(query, codes, dimension, slots, slots.count, &gathered)
        #expect(gathered == slots.map { expected[Int($0)] })
    }

    @Test func aCodeIsNearItsVector() {
        var vectors = SyntheticVectors(dimension: 384, seed: 8)
        let (left, right) = (vectors.next(), vectors.next())
        var codes = (0..<2).map { _ in [UInt8](repeating: 0, count: hearth_code_stride(384)) }
        hearth_encode(left, 384, &codes[0])
        hearth_encode(right, 384, &codes[1])
        var score: Float = 0
        hearth_scan_codes(codes[0], codes[1], 384, 0, 1, &score)
        #expect(abs(score - hearth_dot(left, right, 384)) < 0.005)
    }

    @Test func theChecksumIsTheOneOfRFC3720() {
        let digits = Array("123456789".utf8)
        #expect(hearth_crc32c(0, digits, digits.count) == 0xe306_9283)
        #expect(hearth_crc32c_portable(0, digits, digits.count) == 0xe306_9283)
        let zeros = [UInt8](repeating: 0, count: 32)
        #expect(hearth_crc32c(0, zeros, 32) == 0x8a91_36aa)
        var generator = SplitMix64(seed: 9)
        for length in 0..<70 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(hearth_crc32c(5, bytes, length) == hearth_crc32c_portable(5, bytes, length))
        }
    }
}
