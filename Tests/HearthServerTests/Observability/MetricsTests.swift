import HTTPTypes
import HearthCore
import Testing

@testable import HearthServer

@Suite struct MetricsTests {
    @Test func durationsFallIntoTheirBuckets() {
        let histogram = Histogram(bounds: [0.1, 1])
        for milliseconds in [50, 100, 101, 1000, 5000] { histogram.observe(.milliseconds(milliseconds)) }
        histogram.observe(.milliseconds(10), count: 4)
        let snapshot = histogram.snapshot
        #expect(snapshot.cumulative == [6, 8, 9])
        #expect(abs(snapshot.sum - 6.291) < 1e-9)
    }

    @Test func thePageIsAsPrometheusReadsIt() {
        var page = MetricsPage()
        page.begin(MetricName("a_total"), .counter, "Things.")
        page.sample(MetricName("a_total"), [("path", "a\"b\\c\nd")], 3)
        page.histogram(MetricName("b_seconds"), [("x", "y")], bounds: [0.5, 1], cumulative: [1, 2, 4], sum: 2.5)
        #expect(
            page.text == """
                # HELP a_total Things.
                # TYPE a_total counter
                a_total{path="a\\"b\\\\c\\nd"} 3
                b_seconds_bucket{x="y",le="0.5"} 1
                b_seconds_bucket{x="y",le="1.0"} 2
                b_seconds_bucket{x="y",le="+Inf"} 4
                b_seconds_sum{x="y"} 2.5
                b_seconds_count{x="y"} 4

                """)
    }

    @Test func seriesAreBounded() {
        let family = MetricFamily<String, Counter>(limit: 3, overflow: "other", make: Counter.init)
        for index in 0..<100 { family[String(index)].add() }
        #expect(family.all.count == 4)
        #expect(family["other"].value == 97)
    }

    @Test func requestsAreCountedByTemplate() async throws {
        try await RoutesHousehold.with { household in
            for index in 0..<5 {
                _ = try await household.get("/devices/\(UniqueID(high: 0x7000, low: UInt64(index)))")
                _ = try await household.get("/nowhere/\(index)")
            }
            let refused = try await household.get("/metrics", as: .phone)
            #expect(refused.status == 403)
            let page = try await household.get("/metrics", as: .auditor)
            #expect(page.status == 200)
            #expect(page.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = page.text.split(separator: "\n").filter { $0.hasPrefix("http_requests_total{") }
            #expect(lines.count { $0.contains("/devices/{id}") } == 1)
            #expect(!page.text.contains("/nowhere/0"))
            for name in [
                "http_request_duration_seconds_bucket", "hearth_ingest_queue_depth", "process_resident_memory_bytes",
                "hearth_build_info", "process_cpu_seconds_total",
            ] {
                #expect(page.text.contains("\n\(name)"), "\(name)")
            }
        }
    }

    @Test func theProcessKnowsItself() {
        let process = ProcessStatistics.now()
        #expect(process.residentBytes > 1 << 20)
        #expect(process.openFiles > 2)
        #expect(process.processorSeconds > 0)
    }
}
