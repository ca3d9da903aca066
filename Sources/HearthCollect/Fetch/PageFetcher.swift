import AsyncHTTPClient
import Foundation
package import HearthCore
package import HearthFetch
import NIOCore
import NIOHTTP1

/// What came from an address.
package struct FetchedPage: Sendable, Hashable {
    /// After redirects.
    package var url: String
    /// As the server says, with its charset; nil: it does not say.
    package var mediaType: String?
    /// Decompressed.
    package var bytes: [UInt8]
}

/// Fetches pages for a person who gave their address. Each hop of a redirect is checked like the first one, and the
/// connection goes to the very address that was checked, so that a name cannot change its mind in between.
package struct PageFetcher: Sendable {
    package struct Limits: Sendable {
        /// After decompression.
        package var bytes = 20 << 20
        package var redirects = 5
        package var connect = Duration.seconds(10)
        /// Between two pieces of an answer.
        package var idle = Duration.seconds(15)
        /// From the first look-up to the last byte.
        package var total = Duration.seconds(45)

        package init() {}
    }

    private let client: CheckedClient
    private let limits: Limits

    package init(policy: FetchPolicy, resolver: any HostResolver = SystemResolver(), limits: Limits = Limits()) {
        client = CheckedClient(
            policy: policy, resolver: resolver,
            limits: .init(connect: limits.connect, idle: limits.idle, inflatedBytes: limits.bytes))
        self.limits = limits
    }

    /// - Throws: `fetch-refused` for an address that is not fetched; `fetch-failed` when it could not be; `too-large`;
    ///   `media-unsupported` is the extractor's to say.
    package func fetch(_ url: String) async throws -> FetchedPage {
        let limits = limits
        return try await withThrowingTaskGroup(of: FetchedPage.self) { group in
            group.addTask { try await follow(url) }
            group.addTask {
                try await Task.sleep(for: limits.total)
                throw Self.failed("The page did not come within \(limits.total.components.seconds) seconds.")
            }
            defer { group.cancelAll() }
            guard let page = try await group.next() else { throw CancellationError() }
            return page
        }
    }

    private func follow(_ url: String) async throws -> FetchedPage {
        var url = url
        for _ in 0...limits.redirects {
            let target = try client.policy.target(of: url)
            switch try await ask(target) {
            case .page(let page): return page
            case .redirect(let next):
                guard let address = URL(string: next, relativeTo: URL(string: url))?.absoluteURL.absoluteString else {
                    throw Self.failed("\(target.host) redirects to something that is no address.")
                }
                url = address
            }
        }
        throw Self.failed("The address was redirected more than \(limits.redirects) times.")
    }

    private enum Answer {
        case page(FetchedPage)
        case redirect(String)
    }

    private func ask(_ target: FetchTarget) async throws -> Answer {
        do {
            return try await client.reach(target) { try await exchange($0, target) }
        } catch {
            throw Self.translated(error, target)
        }
    }

    private func exchange(_ client: HTTPClient, _ target: FetchTarget) async throws -> Answer {
        var request = HTTPClientRequest(url: target.url)
        request.headers.add(name: "User-Agent", value: "Hearth (personal archive; fetches on request of its owner)")
        request.headers.add(name: "Accept", value: "text/html,application/xhtml+xml,application/pdf,text/*;q=0.8")
        let response = try await client.execute(request, timeout: .init(limits.total))
        let status = Int(response.status.code)
        if [301, 302, 303, 307, 308].contains(status), let location = response.headers.first(name: "location") {
            return .redirect(location)
        }
        guard (200..<300).contains(status) else {
            throw HearthError(
                .fetchFailed, "\(target.host) answered with status \(status).",
                hint: status == 401 || status == 403 ? "Save the page in a browser and add the file." : nil,
                disposition: status >= 500 || status == 429 ? .retry : .caller)
        }
        let type = response.headers.first(name: "content-type")
        guard Self.isRead(type) else {
            throw HearthError(
                .fetchRefused, "The address leads to \(type ?? "something unknown"), not to a page, text or PDF.",
                hint: "Download it and add the file.")
        }
        var bytes: [UInt8] = []
        for try await piece in response.body {
            guard bytes.count + piece.readableBytes <= limits.bytes else { throw tooLarge }
            bytes.append(contentsOf: piece.readableBytesView)
        }
        return .page(FetchedPage(url: target.url, mediaType: type, bytes: bytes))
    }

    private var tooLarge: HearthError {
        HearthError(
            .tooLarge, "The page is larger than \(limits.bytes) bytes.", hint: "Download it and add the file.")
    }

    private static func isRead(_ type: String?) -> Bool {
        guard let type else { return true }
        let name = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        return name.hasPrefix("text/")
            || ["application/xhtml+xml", "application/pdf", "message/rfc822", "application/octet-stream", ""].contains(
                name)
    }

    private static func failed(_ message: String) -> HearthError {
        HearthError(
            .fetchFailed, message, hint: "Try again later, or save the page in a browser and add the file.",
            disposition: .retry)
    }

    /// The client's own errors.
    private static func translated(_ error: any Error, _ target: FetchTarget) -> any Error {
        if error is HearthError || error is CancellationError { return error }
        return HearthError(
            .fetchFailed, "The page of \(target.host) could not be fetched.", hint: "Try again later.",
            disposition: .retry,
            cause: error)
    }
}
