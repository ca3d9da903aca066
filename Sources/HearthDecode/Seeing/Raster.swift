/// Pixels in memory, row by row.
struct Raster {
    /// Bytes of a pixel.
    enum Form: Int {
        case gray = 1
        case rgb = 3
        /// With how much each covers; colours are not multiplied by it.
        case rgba = 4
    }

    let width: Int
    let height: Int
    let form: Form
    /// Rows begin at multiples of 64, as libswscale likes them; that room is at their ends.
    let stride: Int
    var bytes: [UInt8]

    init(width: Int, height: Int, _ form: Form) {
        self.width = width
        self.height = height
        self.form = form
        stride = (width * form.rawValue + 63) / 64 * 64
        bytes = [UInt8](repeating: 0, count: stride * height)
    }

    /// Whether something would be seen through it.
    var isTransparent: Bool {
        guard form == .rgba else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            (0..<height).contains { y in
                (0..<width).contains { x in bytes[y * stride + x * 4 + 3] < 255 }
            }
        }
    }

    /// As it looks on paper.
    var onWhite: Raster {
        guard form == .rgba else { return self }
        var result = Raster(width: width, height: height, .rgb)
        let target = result.stride
        bytes.withUnsafeBufferPointer { source in
            result.bytes.withUnsafeMutableBufferPointer { bytes in
                for y in 0..<height {
                    for x in 0..<width {
                        let from = y * stride + x * 4
                        let cover = Int(source[from + 3])
                        for part in 0..<3 {
                            let mixed = (Int(source[from + part]) * cover + 255 * (255 - cover) + 127) / 255
                            bytes[y * target + x * 3 + part] = UInt8(mixed)
                        }
                    }
                }
            }
        }
        return result
    }

    /// Undoes an EXIF orientation (1 to 8).
    func upright(from orientation: Int) -> Raster {
        // For each pixel of the result (x, y): where it lies here. TIFF 6.0, tag 274.
        let isTurned = orientation >= 5 && orientation <= 8
        guard (2...8).contains(orientation) else { return self }
        let (lastX, lastY) = (width - 1, height - 1)
        return mapped(width: isTurned ? height : width, height: isTurned ? width : height) { x, y in
            switch orientation {
            case 2: (lastX - x, y)
            case 3: (lastX - x, lastY - y)
            case 4: (x, lastY - y)
            case 5: (y, x)
            case 6: (y, lastY - x)
            case 7: (lastX - y, lastY - x)
            default: (lastX - y, x)
            }
        }
    }

    /// Turned clockwise by 0, 90, 180 or 270 degrees.
    func turned(clockwise degrees: Int) -> Raster {
        switch degrees {
        case 90: upright(from: 6)
        case 180: upright(from: 3)
        case 270: upright(from: 8)
        default: self
        }
    }

    private func mapped(width: Int, height: Int, _ place: (Int, Int) -> (Int, Int)) -> Raster {
        var result = Raster(width: width, height: height, form)
        let (size, target) = (form.rawValue, result.stride)
        bytes.withUnsafeBufferPointer { source in
            result.bytes.withUnsafeMutableBufferPointer { bytes in
                for y in 0..<height {
                    for x in 0..<width {
                        let (fromX, fromY) = place(x, y)
                        for part in 0..<size {
                            bytes[y * target + x * size + part] = source[fromY * stride + fromX * size + part]
                        }
                    }
                }
            }
        }
        return result
    }
}
