import CPCRE2

#if canImport(Glibc)
import Glibc
#endif

/// A compiled regular expression. Matching needs no lock: the code is never written again, and what a match writes to
/// belongs to its thread.
final class RegularExpression: @unchecked Sendable {  // `code` never changes; PCRE2 only reads it.
    /// How a match ended.
    enum Outcome {
        case matched, unmatched
        /// It reached the limit of steps or memory.
        case exhausted
    }

    /// What matching works on; valid as long as the `RegularExpression` lives.
    let code: OpaquePointer
    let source: String
    /// The same in a form that is decided faster, where there is one.
    let run: CharacterRun?

    init(_ source: String, limits: SchemaLimits) throws(ECMAPattern.Fault) {
        guard source.utf8.count <= limits.patternBytes else {
            throw ECMAPattern.Fault(
                description: "longer than \(limits.patternBytes) bytes", offset: limits.patternBytes)
        }
        let pattern = try ECMAPattern.translate(source)
        let options = UInt32(PCRE2_UTF) | UInt32(PCRE2_MATCH_UNSET_BACKREF) | UInt32(PCRE2_DOLLAR_ENDONLY)
        var code: Int32 = 0
        var offset = 0
        guard let compiled = pcre2_compile_8(pattern, pattern.count, options, &code, &offset, nil) else {
            throw ECMAPattern.Fault(description: Self.message(code), offset: min(offset, source.unicodeScalars.count))
        }
        // Where the system allows no executable memory, PCRE2 interprets: slower, with the same answers.
        _ = pcre2_jit_compile_8(compiled, UInt32(PCRE2_JIT_COMPLETE))
        self.code = compiled
        self.source = source
        run = CharacterRun(source)
    }

    /// An expression in PCRE2's own syntax, for the program's own use; nil when it has a fault.
    init?(pcre pattern: String) {
        var code: Int32 = 0
        var offset = 0
        let bytes = Array(pattern.utf8)
        guard let compiled = pcre2_compile_8(bytes, bytes.count, UInt32(PCRE2_UTF), &code, &offset, nil) else {
            return nil
        }
        self.code = compiled
        source = pattern
        run = nil
    }

    deinit { pcre2_code_free_8(code) }

    private static func message(_ code: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(code, &buffer, buffer.count)
        return length > 0 ? String(decoding: buffer.prefix(Int(length)), as: UTF8.self) : "error \(code)"
    }

    /// Whether the expression of `code` matches anywhere in `text`, which must be valid UTF-8.
    static func match(_ code: OpaquePointer, _ text: UnsafeBufferPointer<UInt8>, scratch: MatchScratch) -> Outcome {
        let empty: StaticString = ""
        let subject = text.baseAddress ?? empty.utf8Start
        let options = UInt32(PCRE2_NO_UTF_CHECK)
        var result = pcre2_match_8(code, subject, text.count, 0, options, scratch.data, scratch.context)
        if result == PCRE2_ERROR_JIT_STACKLIMIT {
            // The machine stack of the just-in-time code is small; the interpreter has the heap up to its own limit.
            result = pcre2_match_8(
                code, subject, text.count, 0, options | UInt32(PCRE2_NO_JIT), scratch.data, scratch.context)
        }
        if result >= 0 { return .matched }
        return result == PCRE2_ERROR_NOMATCH ? .unmatched : .exhausted
    }

    func match(_ text: String) -> Outcome {
        var text = text
        return text.withUTF8 { Self.match(code, $0, scratch: .ofThread(limits: .standard)) }
    }
}

/// What one thread's matches write to, made once per thread and freed with it.
struct MatchScratch {
    let data: OpaquePointer
    let context: OpaquePointer

    /// Frees the scratch of a thread that ends.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key) { raw in
            guard let raw else { return }
            let scratch = raw.assumingMemoryBound(to: MatchScratch.self)
            pcre2_match_data_free_8(scratch.pointee.data)
            pcre2_match_context_free_8(scratch.pointee.context)
            scratch.deallocate()
        }
        return key
    }()

    static func ofThread(limits: SchemaLimits) -> MatchScratch {
        if let raw = pthread_getspecific(key) {
            let scratch = raw.assumingMemoryBound(to: MatchScratch.self).pointee
            scratch.apply(limits)
            return scratch
        }
        // Nil only when memory is used up, and then the process cannot go on.
        guard let data = pcre2_match_data_create_8(1, nil), let context = pcre2_match_context_create_8(nil) else {
            preconditionFailure("out of memory")  // Nothing could be answered without.
        }
        let scratch = UnsafeMutablePointer<MatchScratch>.allocate(capacity: 1)
        scratch.initialize(to: MatchScratch(data: data, context: context))
        pthread_setspecific(key, scratch)
        scratch.pointee.apply(limits)
        return scratch.pointee
    }

    private func apply(_ limits: SchemaLimits) {
        pcre2_set_match_limit_8(context, limits.patternSteps)
        pcre2_set_heap_limit_8(context, limits.patternKilobytes)
    }
}
