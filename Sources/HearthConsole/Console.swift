package import HearthCore

/// The web pages: a shell made here, and plain modules and styles that ship beside the program.
package struct Console: Sendable {
    /// A file that pages load.
    package struct Asset: Sendable {
        package var bytes: [UInt8]
        package var contentType: String
    }

    private let assets: [String: Asset]

    private static let folder = ResourceFolder(module: "HearthConsole", folder: "Assets", proof: "style.css")

    /// Every file of the console, by name; nothing else can be asked for.
    private static let files = [
        "api.js", "ask.js", "devices.js", "document.js", "documents.js", "dom.js", "style.css", "system.js",
        "timeline.js", "words.js",
    ]

    /// - Throws: `.missingResource` when an installation lost a file.
    package init() throws(HearthError) {
        var assets: [String: Asset] = [:]
        for name in Self.files {
            let type = name.hasSuffix(".css") ? "text/css" : "text/javascript"
            assets[name] = Asset(bytes: try Self.folder.bytes(of: name), contentType: "\(type); charset=utf-8")
        }
        self.assets = assets
    }

    package func asset(_ name: String) -> Asset? { assets[name] }

    /// What a page may do: load our own files and talk to our own server, nothing else.
    package static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
        media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    /// - Parameter isDemo: Whether the household is made up, which every page then says.
    package static func html(_ page: ConsolePage, isDemo: Bool) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
        <title>\(page.title) · Hearth</title>
        <link rel="icon" href="data:image/svg+xml,\(icon)">
        <link rel="stylesheet" href="/ui/assets/style.css">
        <script type="module" src="/ui/assets/\(page.script)"></script>
        </head>
        <body data-demo="\(isDemo)">
        <a class="skip" href="#main">To the content</a>
        <nav class="rail" aria-label="Pages">
        <a class="brand" href="/">\(flame) Hearth</a>
        \(ConsolePage.shown.map { link($0, isCurrent: $0 == page.section) }.joined(separator: "\n"))
        </nav>
        <main id="main">
        <noscript><div class="error">These pages need JavaScript. Programs read the same at <a href="/openapi.json">\
        /openapi.json</a>; the command line is <code>hearth ask</code>.</div></noscript>
        \(isDemo ? #"<div class="demo">This is a made-up household: nobody's data. <code>hearth demo --wipe</code> removes it.</div>"# : "")
        \(page.content)
        </main>
        </body>
        </html>

        """
    }

    private static func link(_ page: ConsolePage, isCurrent: Bool) -> String {
        """
        <a class="item" href="\(page.path)"\(isCurrent ? #" aria-current="page""# : "")>\(page.icon)<span>\(page.title)</span></a>
        """
    }

    private static let flame = """
        <svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M12 2c1 4 6 6.5 6 12a6 6 0 0 1-12 0c0-2.4 1.2-4 2.2-5 .2 \
        1.6 1 2.5 1.8 2.6C9.6 8.5 10.5 5 12 2z"/></svg>
        """

    private static let icon =
        "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Cpath fill='%23a8441c' "
        + "d='M12 2c1 4 6 6.5 6 12a6 6 0 0 1-12 0c0-2.4 1.2-4 2.2-5 .2 1.6 1 2.5 1.8 2.6C9.6 8.5 10.5 5 12 2z'/%3E%3C/svg%3E"
}
