package import HearthCore

/// Names what happened, for programs: words with dots between. Open: each module declares its own in an extension, and
/// `docs/reference/events.md` lists them all.
package struct EventKind: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) { self.text = text }

    package var description: String { text }
}

/// Something that happened in this household and that programs outside may want to hear of.
///
/// It says that something happened and where it can be looked up, never what people said or measured: events leave the house.
package struct LifecycleEvent: Sendable, Hashable {
    /// The same in every try to deliver it.
    package var id: UniqueID
    package var kind: EventKind
    /// Names what it tells of. What is told twice under one key is one event, so that whoever tells it may tell it again
    /// after a crash.
    package var key: String
    /// Events of one order reach each target one after the other, as of one batch of the spool; nil: in no order.
    package var order: String?
    /// Whose data it is about; nil: nobody's alone. Erasing the person deletes the event.
    package var person: UniqueID?
    package var time: Timestamp
    /// A JSON object.
    package var data: JSONValue

    package init(
        id: UniqueID, kind: EventKind, key: String, order: String? = nil, person: UniqueID? = nil, time: Timestamp,
        data: JSONValue
    ) {
        self.id = id
        self.kind = kind
        self.key = key
        self.order = order
        self.person = person
        self.time = time
        self.data = data
    }
}
