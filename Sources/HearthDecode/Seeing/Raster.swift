/// Pixels in memory, row by row.
struct Raster {
    /// Bytes of a pixel.
    enum Form: Int {
        case gray = 1
        case rgb = 3
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
