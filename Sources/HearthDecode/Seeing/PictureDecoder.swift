import CFFmpeg
import HearthCore
import HearthMedia

#if canImport(Glibc)
import Glibc
#endif

/// A decoded picture, as it lies in the file: not yet turned upright.
final class PictureDecoder {
    private var decoder: UnsafeMutablePointer<AVCodecContext>?
    private var frame: UnsafeMutablePointer<AVFrame>?
    /// Pixels to which FFmpeg rounds rows up at most (`STRIDE_ALIGN` of libavcodec/internal.h).
    private static let rowPadding = 64
    let format: PictureFormat

    /// - Throws: `media-unsupported`, `media-damaged`, `too-large`.
    init(_ file: InputBytes) throws {
        let bytes = file.bytes
        guard !bytes.isEmpty else { throw HearthError(.mediaDamaged, "The file is empty.", hint: "Send it again.") }
        format = try PictureFormat(reading: bytes)
        if let (width, height) = format.size(bytes) { try Self.check(width, height) }
        var ending = ImageEnding()
        ending.consume(bytes)
        guard ending.isWhole else {
            throw HearthError(
                .mediaDamaged, "The file ends before the picture does.",
                hint: "What came is kept; send the whole file again.")
        }
        av_log_set_level(AV_LOG_QUIET)
        guard let codec = format.codec.flatMap({ avcodec_find_decoder($0) }) else {
            throw HearthError(.capabilityMissing, "The FFmpeg of the system does not read \(format.rawValue).")
        }
        decoder = avcodec_alloc_context3(codec)
        frame = av_frame_alloc()
        var packet = av_packet_alloc()
        defer { av_packet_free(&packet) }
        guard let decoder, let frame, let packet, av_new_packet(packet, Int32(bytes.count)) >= 0 else {
            throw HearthError(.tooLarge, "There is too little memory to read the picture.")
        }
        _ = bytes.baseAddress.map { memcpy(packet.pointee.data, $0, bytes.count) }
        decoder.pointee.thread_count = 1
        // FFmpeg counts rows with what it adds to their ends; how large the picture itself is was checked, or will be.
        decoder.pointee.max_pixels = Int64(MediaLimits.imagePixels + Self.rowPadding * MediaLimits.imageEdge)
        var status = avcodec_open2(decoder, codec, nil)
        if status >= 0 { status = avcodec_send_packet(decoder, packet) }
        if status >= 0 { status = avcodec_send_packet(decoder, nil) }
        if status >= 0 { status = avcodec_receive_frame(decoder, frame) }
        guard status >= 0 else {
            throw HearthError(
                .mediaDamaged, "The \(format.rawValue) picture cannot be decoded (\(MediaInput.reason(status))).",
                hint: "The original is kept; send a good copy.")
        }
        try Self.check(Int(frame.pointee.width), Int(frame.pointee.height))
    }

    deinit {
        av_frame_free(&frame)
        avcodec_free_context(&decoder)
    }

    var width: Int { frame.map { Int($0.pointee.width) } ?? 0 }
    var height: Int { frame.map { Int($0.pointee.height) } ?? 0 }

    /// Whether the decoder met errors and hid them: a part of the picture is not what was taken.
    var isDamaged: Bool {
        guard let frame else { return true }
        return frame.pointee.decode_error_flags != 0 || frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
    }

    /// EXIF as FFmpeg writes it: names of tags and their values as text.
    var tags: [String: String] {
        guard let frame else { return [:] }
        var tags: [String: String] = [:]
        var entry: UnsafeMutablePointer<AVDictionaryEntry>?
        while let next = av_dict_get(frame.pointee.metadata, "", entry, AV_DICT_IGNORE_SUFFIX) {
            tags[String(cString: next.pointee.key)] = String(cString: next.pointee.value)
            entry = next
        }
        return tags
    }

    /// The picture in another size and form.
    func raster(width: Int, height: Int, _ form: Raster.Form) throws -> Raster {
        guard let frame else { throw HearthError.damagedPicture }
        var result = Raster(width: width, height: height, form)
        let pixelFormat = form == .gray ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24
        guard
            let scaler = sws_getContext(
                frame.pointee.width, frame.pointee.height, AVPixelFormat(frame.pointee.format), Int32(width),
                Int32(height), pixelFormat, Int32(SWS_AREA), nil, nil, nil)
        else { throw HearthError.damagedPicture }
        defer { sws_freeContext(scaler) }
        var strides: [Int32] = [Int32(result.stride), 0, 0, 0]
        let rows = result.bytes.withUnsafeMutableBytes { buffer in
            var planes: [UnsafeMutablePointer<UInt8>?] = [
                buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, nil, nil,
            ]
            return withUnsafePointer(to: frame.pointee.data) { data in
                withUnsafePointer(to: frame.pointee.linesize) { lines in
                    data.withMemoryRebound(to: UnsafePointer<UInt8>?.self, capacity: 8) { source in
                        lines.withMemoryRebound(to: Int32.self, capacity: 8) { sourceLines in
                            sws_scale(scaler, source, sourceLines, 0, frame.pointee.height, &planes, &strides)
                        }
                    }
                }
            }
        }
        guard rows == Int32(height) else { throw HearthError.damagedPicture }
        return result
    }

    private static func check(_ width: Int, _ height: Int) throws {
        guard width > 0, height > 0 else { throw HearthError.damagedPicture }
        try PictureSize.check(width, height)
    }
}

extension HearthError {
    static var damagedPicture: HearthError {
        HearthError(
            .mediaDamaged, "The picture has a form that makes no sense.",
            hint: "The original is kept; send a good copy.")
    }
}
