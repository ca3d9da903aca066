import HearthCore
import HearthSchema
import HearthStore

/// The page at `/`: one file without anything from elsewhere, readable on a phone and without scripts.
struct StatusPage {
    let devices: [Device]
    let streams: [StreamDefinition]
    let statistics: [StreamStatistics]
    let version: String
    let now: Timestamp

    var html: String {
        Self.frame(
            """
            <header><h1>Hearth</h1><p>\(Self.escaped(version)) · \(Self.count(total, "reading")) from \
            \(Self.count(devices.count, "device"))</p></header>
            <main>
            \(devicesSection)
            \(streamsSection)
            <section><h2>For programs</h2>
            <ul>
            <li><a href="/openapi.json">OpenAPI description</a> of every path</li>
            <li><a href="/schemas">Schemas</a> of the streams, <a href="/streams">streams</a> and \
            <a href="/devices">devices</a> as JSON</li>
            <li><a href="/export">Export</a>: everything as one ZIP archive</li>
            </ul></section>
            </main>
            """)
    }

    /// For whoever comes without a token.
    static let stranger = frame(
        """
        <header><h1>Hearth</h1><p>This is private.</p></header>
        <main><p>Open the address that Hearth printed when it started; it ends in <code>/?token=…</code> and lets this \
        browser in. On the machine itself, the token stands in <code>keys/owner.token</code> of Hearth's folder.</p></main>
        """)

    private static func frame(_ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Hearth</title>
        <style>\(style)</style>
        </head>
        <body>
        \(body)
        </body>
        </html>

        """
    }

    private var total: Int { statistics.reduce(0) { $0 + $1.count } }

    private var devicesSection: String {
        guard !devices.isEmpty else {
            return """
                <section><h2>Devices</h2>
                <p>No device yet. Add one on this machine:</p>
                <pre>hearth devices add "My phone" --kind phone</pre>
                <p>or over the network with your token:</p>
                <pre>curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
                  -d '{"name":"My phone","kind":"phone"}' http://127.0.0.1:8000/devices</pre>
                </section>
                """
        }
        let byDevice = Dictionary(grouping: statistics, by: \.device)
        let rows = devices.map { device -> String in
            let own = byDevice[device.id] ?? []
            let last = own.map(\.lastReceived).max()
            return row([
                Self.escaped(device.name), Self.escaped(device.kind), Self.number(own.reduce(0) { $0 + $1.count }),
                last.map(age) ?? "never",
            ])
        }
        return table("Devices", ["Name", "Kind", "Readings", "Last heard"], rows)
    }

    private var streamsSection: String {
        let byStream = Dictionary(grouping: statistics, by: \.stream)
        let used = streams.filter { byStream[$0.name] != nil }
        guard !used.isEmpty else {
            return """
                <section><h2>Streams</h2>
                <p>No readings yet. \(streams.count) streams wait for them; send one with</p>
                <pre>echo '{"bpm":62}' | hearth send heartrate</pre>
                </section>
                """
        }
        let rows = used.map { stream -> String in
            let own = byStream[stream.name] ?? []
            return row([
                "<a href=\"/streams/\(Self.escaped(stream.name))?limit=20\">\(Self.escaped(stream.title))</a>",
                Self.number(own.reduce(0) { $0 + $1.count }), own.map(\.last).max().map(age) ?? "",
            ])
        }
        return table("Streams", ["Stream", "Readings", "Newest"], rows)
            + "<p>\(Self.count(streams.count - used.count, "other stream")) without readings.</p>"
    }

    private func table(_ title: String, _ heads: [String], _ rows: [String]) -> String {
        let head = heads.map { "<th>\($0)</th>" }.joined()
        return """
            <section><h2>\(title)</h2><div class="scroll"><table>
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div></section>
            """
    }

    private func row(_ cells: [String]) -> String { "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>" }

    /// `3 minutes ago`
    private func age(_ time: Timestamp) -> String {
        let seconds = (now.microseconds - time.microseconds) / 1_000_000
        switch seconds {
        case ..<(-60): return Self.escaped(time.description)
        case ..<60: return "just now"
        case ..<3600: return Self.count(Int(seconds / 60), "minute") + " ago"
        case ..<86_400: return Self.count(Int(seconds / 3600), "hour") + " ago"
        default: return Self.count(Int(seconds / 86_400), "day") + " ago"
        }
    }

    static func count(_ count: Int, _ noun: String) -> String { "\(number(count)) \(noun)\(count == 1 ? "" : "s")" }

    /// With thin spaces between groups of three digits.
    static func number(_ value: Int) -> String {
        var text = ""
        for (index, digit) in String(value).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append("\u{202f}") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1d1d1f;--soft:#6b6b70;--line:#dcdce0;--page:#fbfaf8;--accent:#b4531f}
        @media(prefers-color-scheme:dark){:root{--ink:#ececee;--soft:#a0a0a6;--line:#37373b;--page:#161618;--accent:#f0a070}}
        body{margin:0 auto;max-width:46rem;padding:1.5rem 1rem 4rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);\
        background:var(--page)}
        h1{margin:0;font-size:1.6rem}h2{margin:2rem 0 .5rem;font-size:1.1rem}header p{margin:.2rem 0;color:var(--soft)}
        a{color:var(--accent)}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}
        th,td{text-align:left;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line)}
        th{font-weight:600;color:var(--soft);font-size:.85rem}
        pre{overflow-x:auto;padding:.75rem;border:1px solid var(--line);border-radius:.5rem;font-size:.85rem}
        """
}
