import HearthCollect
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// Sends files to the paths of the server that take them.
struct FileSender: Sendable {
    let client: ServerClient
    let source: String?
    /// Hears how many bytes of the current file went out.
    var progress: @Sendable (Int) -> Void = { _ in }

    func send(_ item: ImportItem, digest: String) async throws -> SendOutcome {
        let upload = try FileUpload(path: item.path, progress: progress)
        var written = Self.modified(item.path)
        var query: [(name: String, value: String)] = []
        var path = item.route.path
        switch item.route {
        case .document:
            query = [("name", item.name), ("key", item.key ?? item.path), ("timestamp", written.description)]
            if let source { query.append(("source", source)) }
        case .audio, .image:
            // A recorder writes until the end; a recording's time is that of its beginning.
            if item.route == .audio, let seconds = Self.length(item) { written = written + .seconds(-seconds) }
            query = [("device_id", try await libraryDevice()), ("timestamp", written.description)]
            if item.route == .image, Self.isScreenshot(item.name) { path = "/images/screenshot" }
        }
        let answer = try await client.perform(
            HTTPCall(
                method: .post, path: path, query: query,
                headers: [("Accept", "application/json"), ("Content-Type", item.mediaType)], upload: upload))
        _ = try JSONAnswer.value(answer, of: client)
        // 202: it is stored and still being read.
        return answer.status == 200 ? .alreadyThere : .stored
    }

    /// Has the server fetch a page.
    func send(page address: String) async -> ImportOutcome {
        var body: JSONValue = ["url": .string(address)]
        if let source { body = body.adding("source", .string(source)) }
        do {
            let answer = try await client.perform(.send(.post, "/documents", body))
            _ = try JSONAnswer.value(answer, of: client)
            return answer.status == 201 ? .done : .alreadyThere
        } catch let error as HearthError {
            return error.disposition == .retry ? .failed(error.message) : .notUnderstood(error.message)
        } catch {
            return .failed("\(error)")
        }
    }

    /// Recordings and pictures need a device; those added by hand come from this one.
    private func libraryDevice() async throws -> String {
        let kind = "library"
        let devices = try await client.items(of: .get("/devices"))
        if let id = devices.first(where: { $0["kind"]?.string == kind })?["id"]?.string { return id }
        let made = try await client.json(.send(.post, "/devices", ["name": "Added files", "kind": .string(kind)]))
        guard let id = made["id"]?.string else {
            throw HearthError(.unexpectedAnswer, "The server at \(client.address) gave a device without an id.")
        }
        return id
    }

    /// Seconds of a recording whose header tells them.
    private static func length(_ item: ImportItem) -> Double? {
        let file = open(item.path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var head = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(file, &head, head.count)
        return count > 0 ? WaveLength.seconds(Array(head.prefix(count)), fileBytes: item.size) : nil
    }

    private static func modified(_ path: String) -> Timestamp {
        var status = stat()
        guard stat(path, &status) == 0 else { return Timestamp(microseconds: 0) }
        let time = status.st_mtim
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// As phones and desktops name them, in the languages of Hearth's users.
    private static func isScreenshot(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["screenshot", "screen shot", "bildschirmfoto"].contains { name.contains($0) }
    }
}
