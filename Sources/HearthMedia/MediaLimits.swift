/// What reading a file of a stranger may cost. Each limit is one that honest files stay far below.
package enum MediaLimits {
    /// Bytes of one file; that of uploads too.
    package static let inputBytes = 512 * 1024 * 1024
    /// Bytes of one piece of a file on its way to the decoder.
    package static let pieceBytes = 256 * 1024
    /// Bytes of one part of an answer: the text of a long document, or the samples of one stretch of speech.
    package static let answerPartBytes = 32 * 1024 * 1024
    /// Bytes of a whole answer.
    package static let answerBytes = 1024 * 1024 * 1024
    /// Bytes of text of one document: of a file the beginning is kept, a text that comes by itself is refused.
    package static let documentTextBytes = 8 * 1024 * 1024
    /// Parts of an answer.
    package static let answerParts = 200_000

    /// Seconds of one recording: a long day. How much of it is written down is bounded by `TranscriptProcessor.longestWork`.
    package static let audioSeconds = 16 * 3600.0
    /// Seconds at which something in a recording may be said to be: a week.
    package static let latestSecond = 7 * 24 * 3600.0
    /// Pixels from the corner of a picture within which a word may be said to be, as in the schema of what is stored.
    package static let farthestPixel = 1_000_000
    /// Pixels of a picture that is decoded at all: 100 megapixels.
    package static let imagePixels = 100_000_000
    /// Pixels along one edge.
    package static let imageEdge = 30_000
    /// Pixels that text is looked for in; a larger picture is scaled down to it and the answer says so.
    package static let textPixels = 16_000_000
    /// Words found in one picture; what comes after is left out and the answer says so.
    package static let imageWords = 20_000
    /// Pixels along the longer edge of a thumbnail.
    package static let thumbnailEdge = 512

    /// Address space of the decoder in bytes.
    package static let decoderMemoryBytes = 3 * 1024 * 1024 * 1024
    /// Bytes of what the decoder says on its error output that are kept for the log.
    package static let complaintBytes = 4096
    /// Requests that may wait for a decoder; further ones are told to come back.
    package static let waitingRequests = 256
}
