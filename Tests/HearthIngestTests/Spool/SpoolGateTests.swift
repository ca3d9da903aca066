import HearthIngest
import Testing

@Suite("The gate of the spool")
struct SpoolGateTests {
    private func gate(files: Int = 3, bytes: Int = 1000, age: Duration = .seconds(10)) -> SpoolGate {
        var settings = SpoolSettings()
        (settings.minimumFiles, settings.minimumBytes, settings.maximumAge) = (files, bytes, age)
        var limits = SpoolLimits()
        limits.batchFiles = 4
        return SpoolGate(settings: settings, limits: limits)
    }

    private func file(_ name: String, _ size: Int = 10, _ age: Duration = .seconds(1)) -> SpoolGate.Waiting {
        SpoolGate.Waiting(name: name, size: size, age: age)
    }

    @Test func nothingWaitsForNothing() { #expect(gate().decide([]) == .wait(nil)) }

    @Test func fewSmallYoungFilesWaitUntilTheOldestIsOldEnough() {
        #expect(gate().decide([file("a"), file("b", 10, .seconds(4))]) == .wait(.seconds(6)))
    }

    @Test func eachThresholdOpensByItself() {
        #expect(gate().decide([file("c"), file("a"), file("b")]) == .open(["a", "b", "c"]))
        #expect(gate().decide([file("a", 400), file("b", 600)]) == .open(["a", "b"]))
        #expect(gate().decide([file("a"), file("b", 0, .seconds(10))]) == .open(["a", "b"]))
        #expect(gate(age: .zero).decide([file("a", 0, .zero)]) == .open(["a"]))
    }

    @Test func aBatchIsBoundedAndFollowsTheOrderOfNames() {
        let names = ["z", "é", "10", "9", "a"]
        #expect(gate().decide(names.map { file($0) }) == .open(["10", "9", "a", "z"]))
    }
}

@Suite("The pace of the spool")
struct SpoolPaceTests {
    private func pace(rate: Int = 0) -> SpoolPace {
        var settings = SpoolSettings()
        settings.readingsPerSecond = rate
        var limits = SpoolLimits()
        (limits.portionReadings, limits.liveReadings, limits.livePause) = (10_000, 1000, 3)
        return SpoolPace(settings: settings, limits: limits)
    }

    private let start = ContinuousClock.now

    @Test func aloneItGoesOnAtOnce() {
        var pace = pace()
        for second in 0..<5 {
            let step = pace.next(
                liveCalls: 7, waitingRows: 0, stored: 10_000, took: .milliseconds(25), at: start + .seconds(second))
            #expect(step == .init(readings: 10_000, pause: .zero))
        }
    }

    @Test func besideDevicesItTakesSmallStepsAndRests() {
        var pace = pace()
        func next(_ calls: Int, _ rows: Int, at offset: Duration) -> SpoolPace.Step {
            pace.next(
                liveCalls: calls, waitingRows: rows, stored: 1000, took: .milliseconds(4), at: start + offset)
        }
        #expect(next(1, 0, at: .zero).pause == .zero)
        #expect(next(2, 0, at: .seconds(1)) == .init(readings: 1000, pause: .milliseconds(12)))
        // Its patience lasts a second.
        #expect(next(2, 0, at: .milliseconds(1900)) == .init(readings: 1000, pause: .milliseconds(12)))
        #expect(next(2, 0, at: .milliseconds(2001)) == .init(readings: 10_000, pause: .zero))
        #expect(next(2, 5, at: .seconds(3)) == .init(readings: 1000, pause: .milliseconds(12)))
    }

    @Test func aRateIsKeptOnTheWholeAndInSmallSteps() {
        var pace = pace(rate: 1000)
        var now = start
        var stored = 0
        var step = pace.next(liveCalls: 0, waitingRows: 0, stored: 0, took: .zero, at: now)
        for _ in 0..<40 {
            #expect(step.readings == 250)
            now += step.pause + .milliseconds(10)
            stored += step.readings
            step = pace.next(
                liveCalls: 0, waitingRows: 0, stored: step.readings, took: .milliseconds(10), at: now)
        }
        now += step.pause
        #expect(stored == 10_000)
        #expect(now - start == .seconds(10))
    }

    @Test func timeThatWasLostIsNotMadeUpFor() {
        var pace = pace(rate: 1000)
        _ = pace.next(liveCalls: 0, waitingRows: 0, stored: 250, took: .zero, at: start)
        let later = pace.next(
            liveCalls: 0, waitingRows: 0, stored: 250, took: .milliseconds(10), at: start + .seconds(60))
        #expect(later.pause == .milliseconds(240))
    }
}
