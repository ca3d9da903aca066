import HearthCore
import Testing

@testable import HearthCommands

@Suite struct TableTests {
    private let plain = Output(sink: MemorySink())

    @Test func columnsAreAligned() {
        var table = Table([.init(title: "NAME"), .init(title: "COUNT", alignment: .right), .init(title: "LAST")])
        table.add(["phone", "7", "a"])
        table.add(["ü", "12345678", "b"])
        #expect(
            table.text(for: plain) == """
                NAME      COUNT  LAST
                phone         7  a
                ü      12345678  b

                """)
    }

    @Test func flexibleColumnsGiveWay() {
        var table = Table([.init(title: "A", isFlexible: true), .init(title: "B")])
        table.add([.init(String(repeating: "x", count: 60)), "end"])
        let lines = table.text(for: Output(sink: MemorySink(), isTerminal: true, width: 30)).split(separator: "\n")
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 30 })
        #expect(lines[1].contains("…") && lines[1].hasSuffix("end"))
    }

    @Test func textOfDevicesCannotPaint() {
        var table = Table([.init(title: "A")])
        table.add([.init("a\u{1b}[31mb\n")])
        #expect(!table.text(for: plain).contains("\u{1b}"))
    }

    @Test func colourOnlyWhereItIsWanted() {
        #expect(plain.styled("a", .red) == "a")
        #expect(
            Output(sink: MemorySink(), isTerminal: true, width: 80, usesColor: true).styled("a", .red)
                == "\u{1b}[31ma\u{1b}[0m")
        #expect(!Output(descriptor: 1, name: "out", environment: ["NO_COLOR": "1", "TERM": "xterm"]).usesColor)
    }

    @Test func wideCharactersCountTwice() {
        #expect(DisplayWidth.of("日本") == 4)
        #expect(DisplayWidth.of("e\u{301}") == 1)
        #expect(DisplayWidth.fit("日本語", 5) == "日本…")
        #expect(DisplayWidth.fit("abc", 3) == "abc")
    }
}

@Suite struct ProgressTests {
    @Test func lineHasShareRateAndRest() {
        let progress = Progress(done: 250, total: 1000, items: 5000, unit: "readings", elapsed: .seconds(2))
        let line = progress.line(width: 100)
        #expect(line.hasPrefix(" 25% ██████████░"))
        #expect(line.hasSuffix("5,000 readings  2.5k/s  6 s left"))
    }

    @Test func unknownEndHasNoBar() {
        let progress = Progress(done: 250, total: nil, items: 10, unit: "readings", elapsed: .seconds(1))
        #expect(progress.line(width: 100) == "10 readings  10/s")
    }

    @Test(arguments: [10, 20, 40, 79, 200])
    func lineFits(_ width: Int) {
        let progress = Progress(done: 1, total: 3, items: 123_456_789, unit: "readings", elapsed: .seconds(4000))
        #expect(DisplayWidth.of(progress.line(width: width)) <= width)
    }
}

@Suite struct QuantityTests {
    @Test func numbersAreShort() {
        #expect(Quantity.grouped(1_234_567) == "1,234,567")
        #expect(Quantity.grouped(-999) == "-999")
        #expect(Quantity.short(999) == "999")
        #expect(Quantity.short(12_345) == "12.3k")
        #expect(Quantity.short(4_560_000) == "4.56M")
        #expect(Quantity.fixed(3.14159, digits: 2) == "3.14")
        #expect(Quantity.fixed(-0.001, digits: 2) == "0.00")
        #expect(Quantity.fixed(2.5, digits: 3, trimmed: true) == "2.5")
    }

    @Test func timesAreShort() {
        let now = Timestamp(seconds: 1_000_000)
        #expect(Quantity.duration(seconds: 59) == "59 s")
        #expect(Quantity.duration(seconds: 185) == "3 min 5 s")
        #expect(Quantity.duration(seconds: 90_000) == "1 d 1 h")
        #expect(Quantity.age(of: now - .seconds(300), at: now) == "5 min ago")
        #expect(Quantity.age(of: now, at: now) == "just now")
        #expect(Quantity.age(of: now + .seconds(7200), at: now) == "in 2 h")
    }

    @Test func sizesAreReadAndWritten() {
        #expect(ByteCount.text(512 << 20) == "512 MiB")
        #expect(ByteCount.text(1536) == "1.5 KiB")
        #expect(ByteCount.text(1) == "1 byte")
        #expect(ByteCount.parse("512MiB") == 512 << 20)
        #expect(ByteCount.parse("1.5 k") == 1536)
        #expect(ByteCount.parse("33_554_432") == 32 << 20)
        for wrong in ["", "MiB", "-1", "1 parsec", "1e400", "9999999999999999999"] {
            #expect(ByteCount.parse(wrong) == nil)
        }
    }
}

@Suite struct TimeArgumentTests {
    private let now = Timestamp("2026-11-21T12:00:00Z") ?? Timestamp(microseconds: 0)

    @Test func manyWaysToSayATime() throws {
        #expect(try TimeArgument.read("2026-11-20T00:00:00+01:00", now: now).description == "2026-11-19T23:00:00Z")
        #expect(try TimeArgument.read("now", now: now) == now)
        #expect(try TimeArgument.read("90s", now: now) == now - .seconds(90))
        #expect(try TimeArgument.read("-2h", now: now) == now - .seconds(7200))
        #expect(try TimeArgument.read("1.5d", now: now, direction: .future) == now + .seconds(129_600))
        #expect(try TimeArgument.read("today", now: now) <= now)
        #expect(try TimeArgument.read("yesterday", now: now) < TimeArgument.read("today", now: now))
        let day = try TimeArgument.read("2026-11-21", now: now)
        #expect(abs((day - now).inSeconds) <= 26 * 3600)
        for wrong in ["", "soon", "2026-13-01", "2026-02-30", "d", "1y", "nan"] {
            #expect(throws: HearthError.self, "\(wrong)") { try TimeArgument.read(wrong, now: now) }
        }
    }
}
