import HearthCore
import HearthModelServers

/// The wire format of OpenAI's chat completions, as far as answers need it.
enum ChatCompletion {
    /// The body of a request for a streamed answer.
    static func request(_ prompt: AnswerPrompt, model: String) -> JSONValue {
        var messages: [JSONValue] = [["role": "system", "content": .string(AnswerPrompt.instructions)]]
        for exchange in prompt.history {
            messages.append(["role": "user", "content": .string(exchange.user)])
            messages.append(["role": "assistant", "content": .string(exchange.assistant)])
        }
        let question = "\(prompt.passagesText)\n\nQuestion: \(prompt.question)"
        messages.append(["role": "user", "content": .string(question)])
        return [
            "model": .string(model), "messages": .array(messages), "stream": true, "temperature": .real(0.1),
            "max_tokens": .integer(Int64(LanguageLimits.answerTokens)),
        ]
    }

    enum Event: Sendable, Hashable {
        case text(String)
        /// The model has ended its answer, or the server the stream.
        case end
        /// Neither text nor end: the role, a count of tokens, what a model thinks before it answers.
        case other
        /// Nothing of a completion, such as a server's sign of life.
        case foreign
    }

    /// The data of one event of a streamed answer.
    /// - Throws: `model-answer-unreadable`; `model-refused` for an error that the server reports.
    static func event(_ data: [UInt8]) throws(HearthError) -> Event {
        if data.elementsEqual("[DONE]".utf8) { return .end }
        let value = try parse(data)
        if value.object != nil, value["choices"] == nil, value["error"].map(\.isNull) != false { return .foreign }
        guard let choice = try firstChoice(of: value) else { return .other }
        if let delta = choice["delta"], !delta.isNull {
            guard delta.object != nil else { throw wrongShape("“delta” is not an object") }
            if let content = delta["content"], !content.isNull {
                guard let text = content.string else { throw wrongShape("“content” is not a string") }
                if !text.isEmpty { return .text(text) }
            }
        }
        if let reason = choice["finish_reason"], !reason.isNull { return .end }
        return .other
    }

    /// The text of an answer that came whole, since some servers do not stream.
    static func whole(_ body: [UInt8]) throws(HearthError) -> String {
        let value = try parse(body)
        guard let choice = try firstChoice(of: value) else { throw wrongShape("it has no choices") }
        guard let text = choice["message"]?["content"]?.string else {
            throw wrongShape("its message has no content")
        }
        return text
    }

    private static let longestComplaint = 200

    private static func parse(_ data: [UInt8]) throws(HearthError) -> JSONValue {
        do {
            return try JSONValue(parsing: data)
        } catch {
            throw HearthError(
                .modelAnswerUnreadable, "The language model's server sent what is not JSON: \(error).",
                disposition: .retry)
        }
    }

    /// Nil when the list is empty, as in an event that only counts tokens.
    private static func firstChoice(of value: JSONValue) throws(HearthError) -> JSONValue? {
        if let error = value["error"], !error.isNull {
            let text = error["message"]?.string ?? error.string ?? error.text
            throw HearthError(
                .modelRefused, "The language model's server reports: \(text.asOneLine.prefix(longestComplaint)).",
                disposition: .retry)
        }
        guard let choices = value["choices"]?.array else { throw noCompletion }
        guard let first = choices.first else { return nil }
        guard first.object != nil else { throw wrongShape("a choice is not an object") }
        return first
    }

    /// Of a stream in which every event was foreign.
    static var noCompletion: HearthError { wrongShape("it has no list of choices") }

    private static func wrongShape(_ why: String) -> HearthError {
        HearthError(
            .modelAnswerUnreadable, "The language model's server sent no chat completion: \(why).",
            hint: "HEARTH_LLM_URL must name a server with OpenAI's API, such as Ollama's or llama.cpp's.")
    }
}
