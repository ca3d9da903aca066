import CFFmpeg
import HearthCore
import HearthMedia

#if canImport(Glibc)
import Glibc
#endif

/// A file in memory as FFmpeg reads it: no protocol, no other file, only the formats and codecs that are named.
final class MediaInput {
    /// What FFmpeg may take the file for.
    struct Allowed {
        var formats: String
        var codecs: String
    }

    /// Where in the file FFmpeg is.
    private final class Cursor {
        let file: InputBytes
        var position = 0

        init(_ file: InputBytes) { self.file = file }

        func read(_ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int32 {
            let count = min(count, file.count - position)
            guard count > 0, let start = file.bytes.baseAddress else { return hearth_error_end }
            memcpy(target, start + position, count)
            position += count
            return Int32(count)
        }

        func seek(_ offset: Int64, _ origin: Int32) -> Int64 {
            let target: Int64
            switch origin & ~AVSEEK_FORCE {
            case AVSEEK_SIZE: return Int64(file.count)
            case SEEK_SET: target = offset
            case SEEK_CUR: target = Int64(position) &+ offset
            case SEEK_END: target = Int64(file.count) &+ offset
            default: return -1
            }
            guard (0...Int64(file.count)).contains(target) else { return -1 }
            position = Int(target)
            return target
        }
    }

    let context: UnsafeMutablePointer<AVFormatContext>
    private var stream: UnsafeMutablePointer<AVIOContext>?
    private let cursor: Cursor

    /// Opens the file and finds out what is in it.
    ///
    /// - Parameter what: For messages: `sound`, `a picture`.
    /// - Throws: `media-unsupported`, `media-damaged`.
    init(_ file: InputBytes, _ allowed: Allowed, what: String, raw: (name: String, options: [String: String])? = nil)
        throws
    {
        guard file.count > 0 else { throw HearthError(.mediaDamaged, "The file is empty.", hint: "Send it again.") }
        cursor = Cursor(file)
        av_log_set_level(AV_LOG_QUIET)
        stream = Self.makeStream(cursor)
        guard let stream, let made = avformat_alloc_context() else {
            throw HearthError(.tooLarge, "There is too little memory to read the file.")
        }
        made.pointee.pb = stream
        made.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        var options: OpaquePointer?
        av_dict_set(&options, "protocol_whitelist", "none", 0)
        av_dict_set(&options, "codec_whitelist", allowed.codecs, 0)
        if raw == nil { av_dict_set(&options, "format_whitelist", allowed.formats, 0) }
        for (name, value) in raw?.options ?? [:] { av_dict_set(&options, name, value, 0) }
        defer { av_dict_free(&options) }
        var opened: UnsafeMutablePointer<AVFormatContext>? = made
        let format = raw.flatMap { av_find_input_format($0.name) }
        // On failure this frees the context, and not the stream.
        let status = avformat_open_input(&opened, nil, format, &options)
        guard status >= 0, let opened else {
            Self.free(&self.stream)
            throw HearthError(
                .mediaUnsupported, "The file is not \(what) in a format that is read (\(Self.reason(status))).",
                hint: "The original is kept; convert it and send it again.")
        }
        context = opened
        let found = avformat_find_stream_info(opened, nil)
        guard found >= 0 else {
            throw HearthError(
                .mediaDamaged, "The file begins like \(what) but cannot be read (\(Self.reason(found))).",
                hint: "The original is kept; send a good copy.")
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&context)
        Self.free(&stream)
    }

    /// The stream of this type that FFmpeg thinks best, with a decoder opened for it.
    func open(_ type: AVMediaType) throws -> (index: Int, decoder: MediaDecoder)? {
        var codec: UnsafePointer<AVCodec>?
        let index = av_find_best_stream(context, type, -1, -1, &codec, 0)
        guard index >= 0, let codec, let stream = context.pointee.streams[Int(index)] else { return nil }
        return (Int(index), try MediaDecoder(codec, stream, whitelist: context.pointee.codec_whitelist))
    }

    var formatName: String { String(cString: context.pointee.iformat.pointee.name) }

    static func reason(_ status: Int32) -> String {
        var text = [CChar](repeating: 0, count: 128)
        av_strerror(status, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func makeStream(_ cursor: Cursor) -> UnsafeMutablePointer<AVIOContext>? {
        let size = 64 * 1024
        guard let buffer = av_malloc(size) else { return nil }
        // Unretained: the cursor lives as long as the object that owns the stream.
        let opaque = Unmanaged.passUnretained(cursor).toOpaque()
        return avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Int32(size), 0, opaque,
            { opaque, target, count in
                guard let opaque, let target else { return hearth_error_end }
                return Unmanaged<Cursor>.fromOpaque(opaque).takeUnretainedValue().read(target, Int(count))
            }, nil,
            { opaque, offset, origin in
                guard let opaque else { return -1 }
                return Unmanaged<Cursor>.fromOpaque(opaque).takeUnretainedValue().seek(offset, origin)
            })
    }

    private static func free(_ stream: inout UnsafeMutablePointer<AVIOContext>?) {
        guard let open = stream else { return }
        // FFmpeg may have put another buffer in the place of the first.
        av_free(open.pointee.buffer)
        avio_context_free(&stream)
    }
}

/// A decoder of one stream and the frame it fills.
final class MediaDecoder {
    let context: UnsafeMutablePointer<AVCodecContext>
    let frame: UnsafeMutablePointer<AVFrame>

    init(
        _ codec: UnsafePointer<AVCodec>, _ stream: UnsafeMutablePointer<AVStream>,
        whitelist: UnsafeMutablePointer<CChar>?
    ) throws {
        guard let context = avcodec_alloc_context3(codec), let frame = av_frame_alloc() else {
            throw HearthError(.tooLarge, "There is too little memory to read the file.")
        }
        self.context = context
        self.frame = frame
        avcodec_parameters_to_context(context, stream.pointee.codecpar)
        context.pointee.pkt_timebase = stream.pointee.time_base
        context.pointee.thread_count = 1
        context.pointee.max_pixels = Int64(MediaLimits.imagePixels)
        var options: OpaquePointer?
        if let whitelist { av_dict_set(&options, "codec_whitelist", whitelist, 0) }
        defer { av_dict_free(&options) }
        let status = avcodec_open2(context, codec, &options)
        guard status >= 0 else {
            throw HearthError(
                .mediaUnsupported,
                "The codec \(String(cString: codec.pointee.name)) is not read (\(MediaInput.reason(status))).",
                hint: "The original is kept; convert it and send it again.")
        }
    }

    deinit {
        var context: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&context)
        var frame: UnsafeMutablePointer<AVFrame>? = frame
        av_frame_free(&frame)
    }

    var codecName: String { String(cString: avcodec_get_name(context.pointee.codec_id)) }
}
