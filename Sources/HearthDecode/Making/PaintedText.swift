import CCairo
package import HearthCore

/// Paints lines of text as a phone would show them.
package enum PaintedText {
    package static let mostLines = 40
    private static let width = 720.0
    private static let margin = 48.0
    private static let lineHeight = 52.0

    /// - Returns: a PNG file.
    /// - Throws: `.tooLarge` for more lines than a screen has.
    package static func picture(of lines: [String]) throws(HearthError) -> [UInt8] {
        guard lines.count <= mostLines else {
            throw HearthError(.tooLarge, "A picture has at most \(mostLines) lines of text.")
        }
        let height = 2 * margin + Double(lines.count) * lineHeight
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        defer { cairo_surface_destroy(surface) }
        let context = cairo_create(surface)
        defer { cairo_destroy(context) }
        cairo_set_source_rgb(context, 1, 1, 1)
        cairo_paint(context)
        cairo_set_source_rgb(context, 0.1, 0.1, 0.12)
        for (index, line) in lines.enumerated() {
            let isTitle = index == 0
            cairo_select_font_face(
                context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                isTitle ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
            cairo_set_font_size(context, isTitle ? 34 : 28)
            cairo_move_to(context, margin, margin + (Double(index) + 0.7) * lineHeight)
            cairo_show_text(context, line)
        }
        let file = PNGBytes()
        let status = cairo_surface_write_to_png_stream(
            surface,
            { target, data, count in
                guard let target else { return CAIRO_STATUS_WRITE_ERROR }
                let file = Unmanaged<PNGBytes>.fromOpaque(target).takeUnretainedValue()
                file.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(file).toOpaque())
        guard status == CAIRO_STATUS_SUCCESS else {
            let reason = String(cString: cairo_status_to_string(status))
            throw HearthError(.internalError, "The picture could not be painted: \(reason).", disposition: .defect)
        }
        return file.bytes
    }

    /// What the painter writes into.
    private final class PNGBytes {
        var bytes: [UInt8] = []
    }
}
