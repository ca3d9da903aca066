import CFFmpeg
import HearthCore
import HearthMedia

/// Makes a JPEG of a small picture.
enum ThumbnailEncoder {
    /// 2 is best, 31 worst; 4 is about 85 % of the usual scale.
    private static let quality: Int32 = 4

    static func jpeg(_ raster: Raster) throws -> [UInt8] {
        precondition(raster.form == .rgb)
        guard let codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG) else {
            throw HearthError(.capabilityMissing, "The FFmpeg of the system does not write JPEG.")
        }
        var context = avcodec_alloc_context3(codec)
        var frame = av_frame_alloc()
        var packet = av_packet_alloc()
        defer {
            av_packet_free(&packet)
            av_frame_free(&frame)
            avcodec_free_context(&context)
        }
        guard let context, let frame, let packet else { throw failed(hearth_error_memory) }
        let (width, height) = (Int32(raster.width), Int32(raster.height))
        context.pointee.width = width
        context.pointee.height = height
        context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
        context.pointee.color_range = AVCOL_RANGE_JPEG
        context.pointee.time_base = AVRational(num: 1, den: 1)
        context.pointee.flags |= AV_CODEC_FLAG_QSCALE
        context.pointee.global_quality = quality * FF_QP2LAMBDA
        // Nothing of the encoder's version in the file: the same picture is the same blob on every machine.
        context.pointee.flags |= AV_CODEC_FLAG_BITEXACT
        frame.pointee.format = AV_PIX_FMT_YUVJ420P.rawValue
        frame.pointee.width = width
        frame.pointee.height = height
        frame.pointee.quality = quality * FF_QP2LAMBDA
        var status = av_frame_get_buffer(frame, 0)
        guard status >= 0 else { throw failed(status) }
        try fill(frame, raster)
        status = avcodec_open2(context, codec, nil)
        if status >= 0 { status = avcodec_send_frame(context, frame) }
        if status >= 0 { status = avcodec_receive_packet(context, packet) }
        guard status >= 0 else { throw failed(status) }
        return Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
    }

    private static func fill(_ frame: UnsafeMutablePointer<AVFrame>, _ raster: Raster) throws {
        let (width, height) = (Int32(raster.width), Int32(raster.height))
        guard
            let scaler = sws_getContext(
                width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUVJ420P, Int32(SWS_BILINEAR), nil, nil, nil)
        else { throw failed(hearth_error_invalid) }
        defer { sws_freeContext(scaler) }
        raster.bytes.withUnsafeBufferPointer { buffer in
            var planes: [UnsafePointer<UInt8>?] = [buffer.baseAddress, nil, nil, nil]
            var strides: [Int32] = [Int32(raster.stride), 0, 0, 0]
            withUnsafePointer(to: &frame.pointee.data) { data in
                withUnsafePointer(to: &frame.pointee.linesize) { lines in
                    data.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 8) { target in
                        lines.withMemoryRebound(to: Int32.self, capacity: 8) { targetLines in
                            _ = sws_scale(scaler, &planes, &strides, 0, height, target, targetLines)
                        }
                    }
                }
            }
        }
    }

    private static func failed(_ status: Int32) -> HearthError {
        HearthError(
            .internalError, "The thumbnail could not be made (\(MediaInput.reason(status))).", disposition: .defect)
    }
}
