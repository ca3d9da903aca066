/// A page of the console: what its shell holds before its script fills it.
package enum ConsolePage: Sendable, Hashable {
    case ask, timeline, documents, document, devices, system

    /// What the navigation shows.
    static let shown: [ConsolePage] = [.ask, .timeline, .documents, .devices, .system]

    /// Where the page stands in the navigation.
    var section: ConsolePage { self == .document ? .documents : self }

    var title: String {
        switch self {
        case .ask: "Ask"
        case .timeline: "Timeline"
        case .documents: "Documents"
        case .document: "Document"
        case .devices: "Devices"
        case .system: "System"
        }
    }

    /// As a route writes it.
    package var path: String {
        switch self {
        case .ask: "/"
        case .timeline: "/ui/timeline"
        case .documents: "/ui/documents"
        case .document: "/ui/documents/{id}"
        case .devices: "/ui/devices"
        case .system: "/ui/system"
        }
    }

    var script: String {
        switch self {
        case .ask: "ask.js"
        case .timeline: "timeline.js"
        case .documents: "documents.js"
        case .document: "document.js"
        case .devices: "devices.js"
        case .system: "system.js"
        }
    }

    var content: String {
        switch self {
        case .ask:
            """
            <header><h1>Ask</h1><a href="/">New conversation</a></header>
            <div id="conversation" class="conversation"></div>
            <div id="status" class="visually-hidden" role="status" aria-live="polite"></div>
            <form id="ask" class="ask" autocomplete="off"><div class="row">
            <label class="visually-hidden" for="question">Your question</label>
            <input id="question" name="question" maxlength="2000" placeholder="Ask about anything that is stored here" required>
            <button>Ask</button></div></form>
            """
        case .timeline:
            """
            <header><h1 id="heading">Timeline</h1></header>
            <form id="filters" class="filters">
            <button id="earlier" class="quiet" type="button">Day before</button>
            <label>Day <input type="date" name="day" required></label>
            <button id="later" class="quiet" type="button">Day after</button>
            <label>Kind <select name="kind"><option value="">All</option></select></label>
            </form>
            <div id="day" aria-live="polite"></div>
            """
        case .documents:
            """
            <header><h1>Documents</h1><span id="total" class="meta" role="status"></span></header>
            <form id="filters" class="filters" role="search">
            <label class="grow">Search <input type="search" name="q" maxlength="500"></label>
            <label>Kind <select name="kind"><option value="">All</option></select></label>
            <button>Search</button></form>
            <div id="list"></div><div id="trouble"></div>
            <button id="more" class="quiet hidden" type="button">Show more</button>
            """
        case .document:
            #"<div id="document" aria-live="polite"></div>"#
        case .devices:
            #"<header><h1>Devices</h1></header><div id="devices" aria-live="polite"></div>"#
        case .system:
            """
            <header><h1>System</h1></header>
            <section aria-label="Health"><div id="health"></div></section>
            <h2>Background work</h2><div id="processors"></div>
            <h2>Streams</h2><div id="streams"></div>
            """
        }
    }

    var icon: String {
        let path =
            switch self {
            case .ask: "M4 5h16v11H9l-5 4z"
            case .timeline: "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5"
            case .documents, .document: "M6 3h8l4 4v14H6zM14 3v5h4M9 13h6M9 17h6"
            case .devices: "M7 3h10v18H7zM11 18h2"
            case .system: "M4 19V5M4 19h16M8 15l3-4 3 2 5-7"
            }
        return """
            <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" \
            stroke-linecap="round" aria-hidden="true"><path d="\(path)"/></svg>
            """
    }
}
