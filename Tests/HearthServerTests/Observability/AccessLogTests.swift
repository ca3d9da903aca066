import HearthCore
import Synchronization
import Testing

@testable import HearthServer

@Suite struct AccessLogTests {
    private func entry(_ target: String = "/a", status: Int = 200) -> AccessLog.Entry {
        AccessLog.Entry(
            time: Timestamp(microseconds: 1_795_255_200_250_000), id: UniqueID(high: 0x7000, low: 1 << 63),
            method: "GET", target: target, status: status, duration: .microseconds(1500), bytes: 12,
            principal: UniqueID(high: 0x7001, low: 1 << 63), failure: status >= 500 ? "internal-error" : nil)
    }

    @Test func aLineSaysWhatHappened() async throws {
        let lines = LoggedLines()
        let log = AccessLog { lines.append($0) }
        log.record(entry())
        log.record(entry(status: 500))
        await log.flush()
        #expect(
            lines.lines == [
                """
                {"ts":"2026-11-21T10:00:00.25Z","level":"info","event":"request","id":"00000000-0000-7000-8000-000000000000",\
                "method":"GET","path":"/a","status":200,"ms":1.5,"bytes":12,\
                "principal":"00000000-0000-7001-8000-000000000000"}
                """,
                """
                {"ts":"2026-11-21T10:00:00.25Z","level":"error","event":"request","id":"00000000-0000-7000-8000-000000000000",\
                "method":"GET","path":"/a","status":500,"ms":1.5,"bytes":12,\
                "principal":"00000000-0000-7001-8000-000000000000","error":"internal-error"}
                """,
            ])
    }

    @Test(arguments: [
        ("/a", "/a"), ("/a?b=c", "/a?b=…"), ("/?token=abc", "/?token=…"), ("/a?x=1&Token=abc&y=", "/a?x=…&Token=…&y=…"),
        ("/a?q=a=b&c=d?e", "/a?q=…&c=…"), ("/a?latitude=52.5&description=at+home", "/a?latitude=…&description=…"),
        ("/a?my+question", "/a?…"), ("/a?secret", "/a?…"), ("/a?my+question=", "/a?…"), ("/a?=b", "/a?…"),
        ("/a?", "/a?"),
        ("/a?\(String(repeating: "n", count: 41))=1", "/a?…"),
    ])
    func valuesStayOut(_ target: String, _ logged: String) { #expect(AccessLog.redacted(target) == logged) }

    @Test func aLongTargetIsCut() {
        #expect(AccessLog.redacted("/" + String(repeating: "a", count: 5000)).utf8.count < 1100)
    }

    @Test func whatDoesNotFitIsCounted() async throws {
        let lines = LoggedLines()
        let log = AccessLog(capacity: 1000) { lines.append($0) }
        for _ in 0..<100 { log.record(entry()) }
        await log.flush()
        #expect(lines.lines.count < 10)
        #expect(Int(log.droppedLines) + lines.lines.count == 100)
        log.record(entry())
        await log.flush()
        #expect(Int(log.droppedLines) + lines.lines.count == 101)
    }

    @Test func aLogThatCannotBeWrittenIsCounted() async throws {
        struct Full: Error {}
        let log = AccessLog { _ in throw Full() }
        for _ in 0..<3 { log.record(entry()) }
        await log.flush()
        #expect(log.droppedLines == 3)
    }
}
