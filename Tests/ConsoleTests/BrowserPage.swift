import HearthCore

/// One tab, of a given size.
struct BrowserPage {
    private let browser: Browser
    private let session: String

    init(_ browser: Browser, width: Int, height: Int, isDark: Bool = false) async throws {
        self.browser = browser
        // A context of its own: cookies of one test are not those of another.
        let context = try await browser.send("Target.createBrowserContext")["browserContextId"] ?? .null
        let target = try await browser.send(
            "Target.createTarget", ["url": "about:blank", "browserContextId": context])["targetId"]
        let attached = try await browser.send(
            "Target.attachToTarget", ["targetId": target ?? .null, "flatten": true])
        session = attached["sessionId"]?.string ?? ""
        try await send("Page.enable")
        try await send(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .integer(Int64(width)), "height": .integer(Int64(height)), "deviceScaleFactor": 1,
                "mobile": .bool(width < 600),
            ])
        if isDark {
            try await send(
                "Emulation.setEmulatedMedia",
                ["features": [["name": "prefers-color-scheme", "value": "dark"]]])
        }
    }

    @discardableResult
    func send(_ method: String, _ parameters: JSONValue = [:]) async throws -> JSONValue {
        try await browser.send(method, parameters, session: session)
    }

    func open(_ address: String) async throws {
        try await send("Page.navigate", ["url": .string(address)])
        try await wait(for: "document.readyState === 'complete'")
    }

    /// The value of a JavaScript expression; promises are awaited.
    func value(_ expression: String) async throws -> JSONValue {
        let answer = try await send(
            "Runtime.evaluate",
            ["expression": .string(expression), "returnByValue": true, "awaitPromise": true])
        if let exception = answer["exceptionDetails"] { throw BrowserFailure("\(expression): \(exception.text)") }
        return answer["result"]?["value"] ?? .null
    }

    /// Waits until an expression is true. The limit is for a machine that is busy with other tests; a page that works needs
    /// a fraction of it.
    func wait(for condition: String, seconds: Int = 60) async throws {
        for _ in 0..<(seconds * 20) {
            if let isTrue = try? await value("Boolean(\(condition))"), isTrue == true { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        let text = try await value("document.body.innerText")
        throw BrowserFailure("never became true: \(condition); the page says: \(text.string ?? "")")
    }

    func type(_ text: String) async throws { try await send("Input.insertText", ["text": .string(text)]) }

    func press(_ key: String, code: Int) async throws {
        for kind in ["rawKeyDown", "char", "keyUp"] {
            var event: JSONValue = [
                "type": .string(kind), "key": .string(key), "code": .string(key),
                "windowsVirtualKeyCode": .integer(Int64(code)),
            ]
            if kind == "char" { event = event.adding("text", .string(key == "Enter" ? "\r" : "")) }
            if kind == "char", key != "Enter" { continue }
            try await send("Input.dispatchKeyEvent", event)
        }
    }

    /// A PNG of what is seen.
    func screenshot() async throws -> [UInt8] {
        let data = try await send("Page.captureScreenshot", ["format": "png"])["data"]?.string ?? ""
        return Array(data.utf8).withUnsafeBufferPointer { Base64.decode($0) } ?? []
    }
}
