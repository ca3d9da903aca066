import CFFmpeg
import HearthCore
import HearthMedia

/// Decodes a recording block by block to 16 kHz mono. A block is what comes of one packet: seconds at most, whatever the
/// length of the recording, since rates are bounded from below.
final class AudioReader {
    static let sampleRate = 16_000

    private static let allowed = MediaInput.Allowed(
        formats: "wav,w64,matroska,webm,ogg,mp3,flac,mov,mp4,m4a,aac",
        codecs: "pcm_u8,pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_f64le,pcm_s16be,pcm_alaw,pcm_mulaw,adpcm_ms,"
            + "adpcm_ima_wav,opus,libopus,vorbis,mp3float,mp3,flac,aac,aac_fixed,alac,adpcm_g722,g722,gsm_ms")
    /// Hz of the file's samples. Of each one of a lower rate many would be made.
    private static let rates: ClosedRange<Int32> = 1000...768_000
    /// Packets in a row that may be broken before the rest of the recording is given up.
    private static let brokenInARow = 200

    let facts: AudioFacts
    private let input: MediaInput
    private let decoder: MediaDecoder
    private let index: Int
    private var packet: UnsafeMutablePointer<AVPacket>?
    private var resampler: OpaquePointer?
    private var resampled: (format: Int32, rate: Int32, channels: Int32)?
    private var isDrained = false
    private(set) var samples = 0
    private(set) var goodPackets = 0
    private(set) var brokenPackets = 0
    private var brokenNow = 0
    private var firstFault: String?

    /// - Throws: `media-unsupported`, `media-damaged`, `too-large`.
    init(_ file: InputBytes, _ options: HearOptions) throws {
        var raw: (name: String, options: [String: String])?
        if options.format == "pcm" {
            guard let rate = options.sampleRate, Self.rates.contains(Int32(clamping: rate)),
                (1...64).contains(options.channels ?? 1)
            else {
                throw HearthError(
                    .mediaUnsupported, "Samples without a header need their rate.",
                    hint: "Send `sample_rate` and `channels` with the reading.")
            }
            raw = ("s16le", ["sample_rate": "\(rate)", "channels": "\(options.channels ?? 1)"])
        }
        input = try MediaInput(file, Self.allowed, what: "sound", raw: raw)
        guard let (index, decoder) = try input.open(AVMEDIA_TYPE_AUDIO) else {
            throw HearthError(
                .mediaUnsupported, "There is no sound in the file, or in a codec that is not read.",
                hint: "The original is kept; convert it and send it again.")
        }
        self.index = index
        self.decoder = decoder
        let length = input.context.pointee.duration
        let stated = length == hearth_no_time || length <= 0 ? nil : Double(length) / Double(AV_TIME_BASE)
        facts = AudioFacts(
            container: input.formatName, codec: decoder.codecName, sampleRate: Int(decoder.context.pointee.sample_rate),
            channels: Int(decoder.context.pointee.ch_layout.nb_channels), statedSeconds: stated)
        let rate = decoder.context.pointee.sample_rate
        // Zero: the first packet tells.
        guard rate == 0 || Self.rates.contains(rate) else { throw Self.unread(rate, facts.channels) }
        if let stated, stated > MediaLimits.audioSeconds { throw Self.tooLong(stated) }
        packet = av_packet_alloc()
    }

    deinit {
        av_packet_free(&packet)
        swr_free(&resampler)
    }

    /// What comes next; nil at the end.
    ///
    /// - Throws: `media-damaged` when nothing can be heard, `too-large` when it is longer than is read.
    func next() throws -> [Float]? {
        while !isDrained {
            let status = avcodec_receive_frame(decoder.context, decoder.frame)
            if status == 0 {
                brokenNow = 0
                let block = try resample()
                samples += block.count
                if seconds > MediaLimits.audioSeconds { throw Self.tooLong(seconds) }
                if !block.isEmpty { return block }
            } else if status == hearth_error_end {
                isDrained = true
            } else if status == hearth_error_again {
                feed()
            } else {
                fault(status)
                feed()
            }
        }
        let rest = flush()
        samples += rest.count
        return rest.isEmpty ? nil : rest
    }

    var seconds: Double { Double(samples) / Double(Self.sampleRate) }

    /// What was wrong, once all was read; nil: nothing.
    ///
    /// - Throws: `media-damaged` when so much was wrong that what was heard is not what was recorded.
    func verdict() throws -> String? {
        if samples == 0 || brokenPackets > goodPackets {
            throw HearthError(
                .mediaDamaged, "No sound can be decoded from the file (\(firstFault ?? "it holds no packets")).",
                hint: "The original is kept; send a good copy.")
        }
        if let stated = facts.statedSeconds, seconds < stated * 0.98 - 0.5 {
            return "It is cut off: \(Int(seconds.rounded())) of \(Int(stated.rounded())) seconds are there."
        }
        if brokenPackets > 0, let firstFault {
            return "It is damaged: \(brokenPackets) of \(brokenPackets + goodPackets) packets (\(firstFault))."
        }
        return nil
    }

    // MARK: Packets

    private func feed() {
        guard let packet else {
            isDrained = true
            return
        }
        while true {
            let status = av_read_frame(input.context, packet)
            if status < 0 {
                if status != hearth_error_end { fault(status) }
                avcodec_send_packet(decoder.context, nil)
                return
            }
            defer { av_packet_unref(packet) }
            guard Int(packet.pointee.stream_index) == index else { continue }
            let sent = avcodec_send_packet(decoder.context, packet)
            if sent >= 0 {
                goodPackets += 1
            } else {
                fault(sent)
                if brokenNow > Self.brokenInARow { avcodec_send_packet(decoder.context, nil) }
            }
            return
        }
    }

    private func fault(_ status: Int32) {
        brokenPackets += 1
        brokenNow += 1
        if firstFault == nil { firstFault = MediaInput.reason(status) }
    }

    // MARK: Resampling

    private func resample() throws -> [Float] {
        let frame = decoder.frame
        defer { av_frame_unref(frame) }
        let form = (frame.pointee.format, frame.pointee.sample_rate, frame.pointee.ch_layout.nb_channels)
        var block: [Float] = []
        if resampled == nil || resampled! != form {  // Compared only when there is one.
            block = flush()
            swr_free(&resampler)
            guard Self.rates.contains(frame.pointee.sample_rate), frame.pointee.ch_layout.nb_channels > 0,
                hearth_resampler(&resampler, frame, Int32(Self.sampleRate)) >= 0, swr_init(resampler) >= 0
            else {
                throw Self.unread(frame.pointee.sample_rate, Int(frame.pointee.ch_layout.nb_channels))
            }
            resampled = form
        }
        let room = Int(swr_get_out_samples(resampler, frame.pointee.nb_samples))
        block += convert(room, frame.pointee.nb_samples, frame)
        return block
    }

    private func flush() -> [Float] {
        guard resampler != nil else { return [] }
        return convert(Int(swr_get_out_samples(resampler, 0)), 0, nil)
    }

    private func convert(_ room: Int, _ count: Int32, _ frame: UnsafeMutablePointer<AVFrame>?) -> [Float] {
        guard room > 0 else { return [] }
        return [Float](unsafeUninitializedCapacity: room) { buffer, filled in
            var target: UnsafeMutablePointer<UInt8>? = UnsafeMutableRawPointer(buffer.baseAddress)?
                .assumingMemoryBound(to: UInt8.self)
            var source: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
            if let data = frame?.pointee.extended_data {
                source = UnsafeMutableRawPointer(data).assumingMemoryBound(to: UnsafePointer<UInt8>?.self)
            }
            filled = max(0, Int(swr_convert(resampler, &target, Int32(room), source, count)))
        }
    }

    private static func unread(_ rate: Int32, _ channels: Int) -> HearthError {
        HearthError(
            .mediaUnsupported, "Sound of \(rate) Hz and \(channels) channels is not read.",
            hint: "The original is kept; convert it and send it again.")
    }

    private static func tooLong(_ seconds: Double) -> HearthError {
        HearthError(
            .tooLarge,
            "The recording is longer than \(Int(MediaLimits.audioSeconds / 3600)) hours (\(Int(seconds / 3600)) hours).",
            hint: "Send it in parts.")
    }
}
