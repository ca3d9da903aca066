import HearthCore
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// Where bytes of a command go.
protocol ByteSink: Sendable {
    /// - Returns: false when nobody reads any more.
    func write(_ bytes: UnsafeRawBufferPointer) throws(HearthError) -> Bool
}

/// Standard output or standard error of the process.
struct DescriptorSink: ByteSink {
    let descriptor: Int32
    let name: String

    func write(_ bytes: UnsafeRawBufferPointer) throws(HearthError) -> Bool {
        try LocalFile.write(bytes, to: descriptor, name: name)
    }
}

/// Keeps what was written; for commands that run inside a test.
final class MemorySink: ByteSink {
    private let content = Mutex<[UInt8]>([])

    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        content.withLock { $0.append(contentsOf: bytes) }
        return true
    }

    var text: String { content.withLock { String(decoding: $0, as: UTF8.self) } }
}

/// The reader of our output went away (`hearth … | head`): there is nothing left to do, and nothing is wrong.
struct OutputClosed: Error {}

/// One of a command's two outputs, with what it knows about its reader.
struct Output: Sendable {
    let sink: any ByteSink
    /// Whether a person reads along.
    let isTerminal: Bool
    /// Columns of the terminal; nil when there is none and lines may be of any length.
    let width: Int?
    let usesColor: Bool

    init(sink: any ByteSink, isTerminal: Bool = false, width: Int? = nil, usesColor: Bool = false) {
        self.sink = sink
        self.isTerminal = isTerminal
        self.width = width
        self.usesColor = usesColor
    }

    /// An output of this process.
    init(descriptor: Int32, name: String, environment: [String: String]) {
        let isTerminal = isatty(descriptor) == 1
        let term = environment["TERM"] ?? ""
        self.init(
            sink: DescriptorSink(descriptor: descriptor, name: name), isTerminal: isTerminal,
            width: isTerminal ? Self.columns(of: descriptor, environment: environment) : nil,
            // https://no-color.org: set and not empty means no colour.
            usesColor: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && term != "dumb" && !term.isEmpty)
    }

    private static func columns(of descriptor: Int32, environment: [String: String]) -> Int {
        var size = winsize()
        if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        return environment["COLUMNS"].flatMap(Int.init) ?? 80
    }

    func write(_ bytes: some Collection<UInt8>) throws {
        let bytes = Array(bytes)
        guard
            try bytes.withUnsafeBufferPointer({ (buffer) throws(HearthError) in
                try sink.write(UnsafeRawBufferPointer(buffer))
            })
        else {
            throw OutputClosed()
        }
    }

    func write(_ text: String) throws { try write(Array(text.utf8)) }

    func line(_ text: String = "") throws { try write(text + "\n") }

    /// The text in the given style where colours are shown, else as it is.
    func styled(_ text: String, _ style: Style) -> String {
        usesColor && !text.isEmpty ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }
}

/// How a terminal shows a piece of text (ECMA-48 graphic rendition).
enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
}
