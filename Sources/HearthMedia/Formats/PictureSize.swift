package import HearthCore

/// How large a picture may be to be read.
package enum PictureSize {
    /// - Throws: `too-large` beyond `MediaLimits.imageEdge` and `MediaLimits.imagePixels`.
    package static func check(_ width: Int, _ height: Int) throws(HearthError) {
        // The edges come first: of two that are in bounds the product cannot overflow.
        guard width <= MediaLimits.imageEdge, height <= MediaLimits.imageEdge,
            width * height <= MediaLimits.imagePixels
        else {
            throw HearthError(
                .tooLarge,
                "The picture has \(width) × \(height) pixels; at most \(MediaLimits.imagePixels) are read, "
                    + "\(MediaLimits.imageEdge) along an edge.", hint: "Send it smaller.")
        }
    }
}
