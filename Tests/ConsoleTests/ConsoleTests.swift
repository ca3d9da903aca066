import Foundation
import HearthCore
import Testing

/// The pages in a real browser, on the demo household that a real server fills. One server and one browser serve all of it.
@Suite(.enabled(if: Browser.program != nil, "chromium is not installed: `make test` installs it"), .serialized)
struct ConsoleTests {
    private static let sizes = [(1280, 900), (390, 844)]

    @Test func everyPageWorksForAPersonWithABrowser() async throws {
        let server = try await DemoServer.start()
        defer { server.stop() }
        let browser = try Browser()
        defer { browser.close() }
        try await strangersSeeNothing(server, browser)
        for (width, height) in Self.sizes {
            for isDark in [false, true] {
                let page = try await BrowserPage(browser, width: width, height: height, isDark: isDark)
                try await page.open(server.consoleAddress)
                #expect(try await page.value("location.search") == "", "the token stays in the address")
                try await askAndFollowTheCitation(page, server)
                try await everyPageFits(page, server, name: "\(width)\(isDark ? "-dark" : "")")
            }
        }
        let page = try await BrowserPage(browser, width: 1280, height: 900)
        try await page.open(server.consoleAddress)
        try await ignoranceIsAdmitted(page, server)
        try await memosAndScreenshotsAnswer(page, server)
        try await anEarlierVersionOpensWithItsMark(page, server)
        try await onlyTheWebIsALink(page, server)
        try await documentsAreSearchedAndForgotten(page, server)
    }

    private func strangersSeeNothing(_ server: DemoServer, _ browser: Browser) async throws {
        let page = try await BrowserPage(browser, width: 1280, height: 900)
        for path in ["/", "/ui/timeline", "/ui/documents"] {
            try await page.open(server.address + path)
            try await page.wait(for: "document.body.innerText.includes('This is private')")
        }
        #expect(try await page.value("fetch('/documents').then(r => r.status)") == 401)
    }

    private func ask(_ question: String, _ page: BrowserPage) async throws {
        let before = try await page.value("document.querySelectorAll('.answer').length").int64 ?? 0
        try await page.value("document.getElementById('question').focus()")
        try await page.type(question)
        try await page.press("Enter", code: 13)
        try await page.wait(for: "document.querySelectorAll('.answer:not([aria-busy])').length > \(before)")
    }

    private func askAndFollowTheCitation(_ page: BrowserPage, _ server: DemoServer) async throws {
        try await page.open(server.address + "/")
        try await page.wait(for: "document.querySelector('.welcome')")
        try await ask("When is my new appointment at the dentist?", page)
        let quote = try await page.value("document.querySelector('.answer .sources q').textContent").string ?? ""
        #expect(quote.contains("9:30"), "\(quote)")
        try await page.value("document.querySelector('.answer .sources a').click()")
        try await page.wait(for: "document.querySelector('mark')")
        #expect(try await page.value("document.querySelector('mark').textContent") == .string(quote))
        let isSeen = try await page.value(
            "(() => { const box = document.querySelector('mark').getBoundingClientRect(); "
                + "return box.top >= 0 && box.bottom <= innerHeight; })()")
        #expect(isSeen == true, "the cited words are in view")
    }

    private func everyPageFits(_ page: BrowserPage, _ server: DemoServer, name: String) async throws {
        let ready = [
            ("/ui/timeline", "document.querySelector('#day .card, #day .empty')"),
            ("/ui/documents", "document.querySelector('#list .card')"),
            ("/ui/devices", "document.querySelector('#devices .card')"),
            ("/ui/system", "document.querySelector('#processors table') && document.querySelector('#streams table')"),
        ]
        for (path, condition) in ready {
            try await page.open(server.address + path)
            try await page.wait(for: condition)
            #expect(
                try await page.value("document.documentElement.scrollWidth <= innerWidth") == true,
                "\(path) scrolls sideways")
            #expect(try await page.value("document.querySelector('.error') === null") == true, "\(path)")
            #expect(try await page.value(Self.hiddenCells) == 0, "cells of tables that are not shown on \(path)")
            #expect(try await page.value(Self.unnamed) == 0, "controls without a name on \(path)")
            #expect(try await page.value("document.querySelectorAll('h1').length") == 1, "\(path)")
            #expect(try await page.value("document.querySelectorAll('[aria-current=page]').length") == 1, "\(path)")
            if let folder = ProcessInfo.processInfo.environment["HEARTH_SCREENSHOTS"] {
                let file = path.split(separator: "/").joined(separator: "-") + "-\(name).png"
                try Data(try await page.screenshot()).write(to: URL(fileURLWithPath: folder + "/" + file))
            }
        }
        // The first stop of the keyboard leads past the navigation.
        try await page.press("Tab", code: 9)
        #expect(try await page.value("document.activeElement.className") == "skip")
    }

    private static let hiddenCells =
        "[...document.querySelectorAll('td')].filter(e => e.getClientRects().length === 0).length"

    /// Inputs without label, buttons and links without text, pictures without alternative.
    private static let unnamed = """
        [...document.querySelectorAll('input, select, textarea')].filter(e => !e.labels.length && !e.ariaLabel).length
        + [...document.querySelectorAll('button, a')].filter(e => !e.textContent.trim() && !e.ariaLabel).length
        + [...document.querySelectorAll('img:not([alt])')].length
        """

    private func ignoranceIsAdmitted(_ page: BrowserPage, _ server: DemoServer) async throws {
        try await page.wait(for: "document.querySelector('.welcome')")
        try await ask("How many moons does Jupiter have?", page)
        #expect(
            try await page.value("document.querySelector('.answer').textContent.includes(\"don't know\")") == true)
        let first = try await page.value("document.querySelector('.answer').textContent")
        try await page.open(
            server.address + (try await page.value("location.pathname + location.search").string ?? "/"))
        try await page.wait(for: "document.querySelector('.answer:not([aria-busy])')")
        #expect(try await page.value("document.querySelector('.answer').textContent") == first, "read again")
    }

    /// Hearing and reading pictures go on after the household is filled.
    private func memosAndScreenshotsAnswer(_ page: BrowserPage, _ server: DemoServer) async throws {
        for kind in ["transcript", "screenshot"] {
            try await page.wait(
                for: "fetch('/documents?kind=\(kind)').then(r => r.json()).then(a => a.total >= 4)", seconds: 180)
        }
        for (question, expected) in [
            ("Where is the red car key?", "drawer"),
            ("Which platform does the train to Basel leave from?", "platform 4"),
        ] {
            try await page.open(server.address + "/")
            try await page.wait(for: "document.querySelector('.welcome')")
            try await ask(question, page)
            let answer = try await page.value("document.querySelector('.answer').textContent").string ?? ""
            #expect(answer.contains(expected), "\(question): \(answer)")
        }
    }

    /// What a conversation cited is edited afterwards; its citation still opens what was cited.
    private func anEarlierVersionOpensWithItsMark(_ page: BrowserPage, _ server: DemoServer) async throws {
        try await page.open(server.address + "/ui/documents")
        let put = """
            async text => (await (await fetch('/documents', {method: 'POST', headers: {'content-type': 'application/json'},
            body: JSON.stringify({text, source: 'notes', key: 'regatta'})})).json()).id
            """
        let id = try await page.value("(\(put))('The regatta begins at ten o\\'clock.')").string ?? ""
        let passage = try await page.value("fetch('/documents/\(id)').then(r => r.json()).then(d => d.passages[0].id)")
        #expect(try await page.value("(\(put))('The regatta begins at noon.')").string == id)
        try await page.open(
            server.address + "/ui/documents/\(id)?passage=\(passage.string ?? "")&start=4&end=11")
        try await page.wait(for: "document.querySelector('mark')")
        #expect(try await page.value("document.querySelector('mark').textContent") == "regatta")
        #expect(try await page.value("document.querySelector('.cited').textContent.includes('ten')") == true)
        try await page.value("document.querySelector('#older a').click()")
        try await page.wait(for: "document.querySelector('.passage')?.textContent.includes('noon')")
        #expect(try await page.value("document.querySelector('#older') === null") == true)
    }

    /// Whatever is stored as the place to open a document, only addresses of the web become links.
    private func onlyTheWebIsALink(_ page: BrowserPage, _ server: DemoServer) async throws {
        try await page.open(server.address + "/ui/documents")
        for (address, expected) in [
            ("https://example.org/a", "A"), ("javascript:alert(1)", "text"), ("data:text/html,x", "text"),
            ("/ui/documents", "text"), ("file:///etc/passwd", "text"),
        ] {
            let kind = try await page.value(
                "import('/ui/assets/dom.js').then(d => d.outside('\(address)')).then(n => n.nodeName || 'text')")
            #expect(kind.string == expected, "\(address)")
        }
    }

    private func documentsAreSearchedAndForgotten(_ page: BrowserPage, _ server: DemoServer) async throws {
        try await page.open(server.address + "/ui/documents?q=windscreen")
        try await page.wait(for: "document.querySelector('#list .card a')")
        try await page.value("document.querySelector('#list .card a').click()")
        try await page.wait(for: "document.querySelector('.passage')")
        try await page.value("window.confirm = () => true; document.querySelector('header button').click()")
        try await page.wait(for: "location.pathname === '/ui/documents' && document.querySelector('#list .card')")
    }
}
