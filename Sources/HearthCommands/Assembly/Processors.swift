import HearthPipeline

/// What works in the background.
enum Processors {
    static let all: [any Processor] = []
}
