import HearthMedia

/// As what a stored file goes out. The bytes decide, not the reading that names them: a reading about a picture may name its
/// thumbnail, which is of another format than the picture.
struct ServedType: Equatable {
    var mediaType = "application/octet-stream"
    /// Of a file name.
    var ending = "bin"

    /// Bytes at the beginning of a file that decide.
    static let window = MPEGAudio.window

    /// - Parameter format: What the reading says. Without the name of a sound or a picture there, nothing is guessed:
    ///   other files are strangers' and are only ever downloaded.
    init(_ head: [UInt8], format: String) {
        let sound = AudioFormat(named: format)
        guard PictureFormat(named: format) != nil || sound != nil else { return }
        if sound == .pcm {
            // Samples without a header look like anything.
            ending = AudioFormat.pcm.rawValue
        } else if let picture = PictureFormat(sniffing: head) {
            (mediaType, ending) = (picture.mediaType, picture.rawValue)
        } else {
            var walker = HeaderWalker(AudioParser())
            head.withUnsafeBytes { walker.consume($0) }
            guard let found = walker.parser.header.format else { return }
            // Opus in Ogg has two names for one type; the sender's stays.
            let named = sound.flatMap { $0.mediaType == found.mediaType ? $0 : nil } ?? found
            (mediaType, ending) = (found.mediaType, named.rawValue)
        }
    }
}
