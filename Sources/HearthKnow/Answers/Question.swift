package import HearthCore
package import HearthStore

/// What a person wants to know.
package struct Question: Sendable, Hashable {
    package var query: String
    /// The conversation it belongs to; nil begins one.
    package var session: UniqueID?
    package var person: UniqueID
    /// Narrows what may answer: times, sources, kinds. Its person is always `person`.
    package var filter: DocumentFilter?

    package init(query: String, session: UniqueID? = nil, person: UniqueID, filter: DocumentFilter? = nil) {
        self.query = query
        self.session = session
        self.person = person
        self.filter = filter
    }

    /// The filter with the person who asks: nobody is answered from another's documents.
    var scope: DocumentFilter {
        var scope = filter ?? DocumentFilter(person: person)
        scope.person = person
        return scope
    }
}
