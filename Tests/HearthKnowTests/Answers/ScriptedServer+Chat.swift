import HearthTesting

extension ScriptedServer {
    /// An event stream's head.
    static let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"

    static func delta(_ text: String) -> String {
        let quoted = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(quoted)\"},\"finish_reason\":null}]}\n\n"
    }

    static let end =
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
}
