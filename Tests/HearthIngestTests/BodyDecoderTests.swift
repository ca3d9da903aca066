import CZlib
import CZstd
import HearthCore
import HearthIngest
import Testing

@Suite("Body decoding")
struct BodyDecoderTests {
    private func decode(
        _ bytes: [UInt8], type: String? = nil, encoding: String? = nil, limits: IngestLimits = IngestLimits()
    ) throws -> DecodedBody {
        try bytes.withUnsafeBytes {
            try BodyDecoder.decode($0, contentType: type, contentEncoding: encoding, limits: limits)
        }
    }

    private func code(_ body: () throws -> DecodedBody) -> ErrorCode? {
        do {
            _ = try body()
            return nil
        } catch { return (error as? HearthError)?.code }
    }

    private func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
        var input = bytes
        let size = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        deflateEnd(&stream)
        return Array(output[..<size])
    }

    private func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let size = ZSTD_compress(&output, output.count, bytes, bytes.count, 3)
        return Array(output[..<size])
    }

    @Test func compressedBodiesReadLikePlainOnes() throws {
        let text = Array(#"{"readings":[1,2,3]}"#.utf8)
        for (bytes, encoding) in [(text, nil), (gzip(text), "gzip"), (zstd(text), "zstd"), (gzip(text), "X-GZIP")] {
            let body = try decode(bytes, encoding: encoding)
            #expect(body.documents.first?.withRoot { JSONValue($0) }["readings"]?.array?.count == 3)
        }
    }

    @Test func membersOfAGzipBodyMayFollowOneAnother() throws {
        let body = try decode(gzip(Array("[1,".utf8)) + gzip(Array("2]".utf8)), encoding: "gzip")
        #expect(body.documents.first?.withRoot { $0.count } == 2)
    }

    @Test(arguments: ["gzip", "zstd"])
    func everyTruncationIsAnError(encoding: String) throws {
        let text = Array(#"{"readings":[{"bpm":61},{"bpm":62}]}"#.utf8)
        let whole = encoding == "gzip" ? gzip(text) : zstd(text)
        for length in 0..<whole.count {
            #expect(code { try decode(Array(whole[..<length]), encoding: encoding) } == .malformedBody, "\(length)")
        }
    }

    @Test(arguments: ["gzip", "zstd"])
    func aBombIsRefusedBeforeItFillsMemory(encoding: String) throws {
        let zeros = [UInt8](repeating: UInt8(ascii: " "), count: 64 << 20)
        let bomb = encoding == "gzip" ? gzip(zeros) : zstd(zeros)
        #expect(code { try decode(bomb, encoding: encoding) } == .tooLarge)
        var limits = IngestLimits()
        limits.inflateRatio = .max / (1 << 40)
        limits.inflatedBytes = 1 << 20
        #expect(code { try decode(bomb, encoding: encoding, limits: limits) } == .tooLarge)
    }

    @Test func aBadLineIsRejectedAloneWithItsNumber() throws {
        let body = try decode(Array("{\"a\":1}\n\n{oops}\r\n{\"a\":2}".utf8), type: "application/x-ndjson")
        #expect(body.documents.count == 2)
        #expect(body.indexes == [0, 2])
        #expect(body.failures.map(\.index) == [1])
    }

    @Test func messagePackBodiesConcatenateValues() throws {
        let body = try decode([0x81, 0xa1, 0x61, 0x01, 0x93, 1, 2, 3], type: "application/msgpack")
        #expect(body.documents.count == 2)
    }

    @Test(arguments: [
        ("{\"a\":1,\"a\":2}", "application/json"), ("{\"a\":NaN}", "application/json"), ("[1e400]", "application/json"),
        (#"["\ud800"]"#, "application/json"), ("{", "application/json"), ("", "application/json"),
    ])
    func brokenJSONIsRefusedWhole(text: String, type: String) {
        #expect(code { try decode(Array(text.utf8), type: type) } == .malformedBody)
    }

    @Test func deepNestingIsRefused() {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 10_000)
        #expect(code { try decode(deep) } == .malformedBody)
        #expect(
            code { try decode([UInt8](repeating: 0x91, count: 10_000), type: "application/msgpack") } == .malformedBody)
    }

    @Test func unknownTypesAndEncodingsAreNamed() {
        #expect(code { try decode([], type: "image/png") } == .unsupportedMediaType)
        #expect(code { try decode([], encoding: "br") } == .unsupportedMediaType)
    }
}
