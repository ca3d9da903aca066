/// Rows under headings, aligned.
struct Table {
    struct Column {
        enum Alignment { case left, right }

        var title: String
        var alignment = Alignment.left
        /// Gives way first when the terminal is too narrow.
        var isFlexible = false
    }

    struct Cell: ExpressibleByStringInterpolation {
        var text: String
        var style: Style?

        init(_ text: String, _ style: Style? = nil) {
            self.text = text
            self.style = style
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    var columns: [Column]
    private(set) var rows: [[Cell]] = []

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ cells: [Cell]) {
        rows.append(cells.map { Cell(DisplayWidth.printable($0.text), $0.style) })
    }

    private static let gap = "  "
    private static let narrowest = 8

    /// The table as lines, with an end to each.
    func text(for output: Output) -> String {
        let widths = widths(within: output.width)
        var text = render(columns.map { Cell($0.title, .bold) }, widths, output)
        for row in rows { text += render(row, widths, output) }
        return text
    }

    private func widths(within limit: Int?) -> [Int] {
        var widths = columns.indices.map { column in
            rows.reduce(DisplayWidth.of(columns[column].title)) { max($0, DisplayWidth.of($1[column].text)) }
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + Self.gap.count * (columns.count - 1) - limit
        for column in columns.indices where columns[column].isFlexible && excess > 0 {
            let given = min(excess, max(0, widths[column] - Self.narrowest))
            widths[column] -= given
            excess -= given
        }
        return widths
    }

    private func render(_ cells: [Cell], _ widths: [Int], _ output: Output) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { line += Self.gap }
            let text = DisplayWidth.fit(cell.text, widths[index])
            let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
            let styled = cell.style.map { output.styled(text, $0) } ?? text
            switch columns[index].alignment {
            case .right: line += padding + styled
            case .left: line += index == cells.count - 1 ? styled : styled + padding
            }
        }
        return line + "\n"
    }
}
