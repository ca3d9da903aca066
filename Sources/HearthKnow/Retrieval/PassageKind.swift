package import HearthStore

/// Numbers by which the vector index knows kinds of documents. They are on disk: a number is never given to another kind.
package enum PassageKind {
    package static func number(_ kind: DocumentKind) -> UInt16 {
        switch kind {
        case .note: 1
        case .mail: 2
        case .page: 3
        case .pdf: 4
        case .transcript: 5
        case .screenshot: 6
        case .file: 7
        }
    }
}
