import HearthCore
import HearthMedia

#if canImport(Glibc)
import Glibc
#endif

/// Puts what the made-up person wrote, got, said and saw into the household, through the paths that real devices use.
struct DemoLibraryFilling: Sendable {
    let client: ServerClient
    let decoder: DecoderClient
    let phone: UniqueID
    let now: Timestamp

    /// Asked of the household once it is filled.
    static let question = "When is my new appointment at the dentist?"

    /// What is written goes in while recordings and pictures are made. Those come last: hearing and reading them keeps the
    /// processors busy for some seconds, and nobody has to wait for that.
    func fill(_ progress: DemoProgress) async throws {
        async let made = files()
        for item in DemoItem.all where item.madeBy == nil {
            try await send(item, file: [])
            try progress.addDocument()
        }
        for (item, file) in try await made {
            try await send(item, file: file)
            try progress.addDocument()
        }
    }

    private func files() async throws -> [(item: DemoItem, file: [UInt8])] {
        var files: [(item: DemoItem, file: [UInt8])] = []
        for item in DemoItem.all {
            if let request = item.madeBy { files.append((item, try await file(request))) }
        }
        return files
    }

    private func send(_ item: DemoItem, file: [UInt8]) async throws {
        let time = LocalDay.start(of: now, shiftedBy: -item.daysAgo) + .seconds(item.hour * 3600)
        let device = [("device_id", phone.description), ("timestamp", time.description)]
        switch item.content {
        case .note(let title, let text):
            try await client.json(
                .send(
                    .post, "/streams/note",
                    [
                        "device_id": .string(phone.description), "timestamp": .string(time.description),
                        "title": .string(title), "text": .string(text),
                    ]))
        case .mail(let mail):
            try await post(
                "/documents", [("name", mail.name + ".eml"), ("timestamp", time.description)], "message/rfc822",
                mail.bytes(at: time))
        case .page(let title, let url, let body):
            let html =
                "<!doctype html><html lang=\"en\"><head><title>\(title)</title></head><body><main><article>"
                + "<h1>\(title)</h1>\(body)</article></main></body></html>"
            try await client.json(
                .send(
                    .post, "/documents",
                    [
                        "html": .string(html), "url": .string(url), "source": "web",
                        "timestamp": .string(time.description),
                    ]))
        case .appointment(let title, let appointment):
            try await client.json(
                .send(
                    .post, "/documents",
                    [
                        "title": .string(title), "text": .string(appointment.text(now: now)), "source": "calendar",
                        "key": .string(title), "timestamp": .string(time.description),
                    ]))
        case .memo: try await post("/audio/upload", device, "audio/wav", file)
        case .screenshot: try await post("/images/screenshot", device, "image/png", file)
        }
    }

    private func post(_ path: String, _ query: [(String, String)], _ type: String, _ bytes: [UInt8]) async throws {
        try await client.json(
            HTTPCall(
                method: .post, path: path, query: query.map { (name: $0.0, value: $0.1) },
                headers: [("Accept", "application/json"), ("Content-Type", type)], body: bytes))
    }

    private func file(_ request: DecoderRequest) async throws -> [UInt8] {
        for case .file(let made) in try await decoder.answer(request, .none) { return made.bytes }
        throw HearthError(.internalError, "The decoder made no file.", disposition: .defect)
    }
}

extension DemoItem {
    /// What the decoder is asked for its file; nil for what is written.
    fileprivate var madeBy: DecoderRequest? {
        switch content {
        case .memo(let text): .speak(text)
        case .screenshot(let lines): .paint(lines)
        case .note, .mail, .page, .appointment: nil
        }
    }
}

extension DemoMail {
    /// As it would lie in a mailbox (RFC 5322).
    func bytes(at time: Timestamp) -> [UInt8] {
        var lines = [
            "From: \(from)", "To: \(to)", "Subject: \(subject)", "Date: \(Self.date(time))",
            "Message-ID: <\(name)@demo.example>",
        ]
        if let answers { lines += ["In-Reply-To: <\(answers)@demo.example>", "References: <\(answers)@demo.example>"] }
        lines += [
            "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "",
        ]
        lines += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    private static func date(_ time: Timestamp) -> String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        var seconds = time_t(time.microseconds.floorDivided(by: 1_000_000))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) "
            + "\(1900 + parts.tm_year) \(clock) +0000"
    }
}
