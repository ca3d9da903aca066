package import HearthCore
package import HearthSchema

/// Whether processors can run together, with these streams; looked at once, before anything runs.
package enum ProcessorCheck {
    /// - Throws: `invalid-processor`, saying what is wrong with which one.
    package static func check(_ processors: [any Processor], registry: StreamRegistry) throws(HearthError) {
        var names: Set<String> = []
        for processor in processors {
            guard isName(processor.name) else {
                throw refusal(processor, "is not a name of lower-case words with hyphens")
            }
            guard names.insert(processor.name).inserted else { throw refusal(processor, "is there twice") }
            guard !processor.inputs.isEmpty, Set(processor.inputs).count == processor.inputs.count else {
                throw refusal(processor, "reads no stream, or one of them twice")
            }
            for name in processor.inputs + processor.outputs where registry[name]?.name != name {
                throw refusal(processor, "names the stream \(name), which does not exist")
            }
            for stream in processor.outputs.compactMap({ registry[$0] }) { try check(stream, of: processor) }
        }
        try refuseCircles(processors)
    }

    private static func check(_ stream: StreamDefinition, of processor: any Processor) throws(HearthError) {
        guard !stream.isHighRate else {
            throw refusal(
                processor, "writes to \(stream.name), whose rate is high: compressed readings cannot be replaced")
        }
        guard let column = stream.fieldIndex("source"), stream.fields[column].type == .json else {
            throw refusal(processor, "writes to \(stream.name), which has no member source for the evidence")
        }
    }

    /// Processors that feed each other would never come to rest.
    private static func refuseCircles(_ processors: [any Processor]) throws(HearthError) {
        for processor in processors {
            var reached = Set(processor.outputs)
            while true {
                let fed = processors.filter { !reached.isDisjoint(with: $0.inputs) }
                if fed.contains(where: { $0.name == processor.name }) {
                    throw refusal(processor, "gets its own outputs as inputs")
                }
                let before = reached.count
                for other in fed { reached.formUnion(other.outputs) }
                if reached.count == before { break }
            }
        }
    }

    private static func isName(_ text: String) -> Bool {
        let words = text.split(separator: "-", omittingEmptySubsequences: false)
        return text.utf8.count <= 64
            && words.allSatisfy { word in
                !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) }
            }
    }

    private static func refusal(_ processor: any Processor, _ fault: String) -> HearthError {
        HearthError(
            .invalidProcessor, "The processor \(processor.name) \(fault).", hint: "See docs/guides/processors.md.",
            disposition: .defect)
    }
}

extension ErrorCode {
    /// A processor cannot run: its name or its streams are not right.
    package static let invalidProcessor = ErrorCode("invalid-processor")
}
