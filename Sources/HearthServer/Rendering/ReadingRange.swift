import HearthCore
import HearthSchema
import HearthStore
import Hummingbird
import NIOCore

/// Answers with every reading of a query, page by page: the next page is read while this one is on its way, and no more
/// than that, because writing waits for the caller to read.
struct ReadingRange: Sendable {
    enum Form: Sendable {
        case lines
        case table

        var mediaType: String {
            switch self {
            case .lines: "application/x-ndjson"
            case .table: "text/csv; charset=utf-8; header=present"
            }
        }
    }

    let store: any ReadingStore
    let query: ReadingQuery
    let form: Form
    /// nil: all.
    let limit: Int?

    /// Rows of a page: enough to spread the cost of a query, little enough to hold two.
    private static let pageSize = 4096
    /// Bytes handed to the connection at once.
    private static let pieceSize = 64 * 1024

    func response(after position: ReadingPosition?) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = form.mediaType
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await write(from: position, to: &writer)
                try await writer.finish(nil)
            })
    }

    @concurrent
    private func write(from start: ReadingPosition?, to writer: inout any ResponseBodyWriter) async throws {
        var buffer = ByteBufferAllocator().buffer(capacity: Self.pieceSize * 2)
        var lines = ReadingText(query.stream)
        var table = ReadingTable(query.stream)
        if case .table = form { table.appendHeader(to: &buffer) }
        var left = limit ?? .max
        var page = try await store.page(query, after: start, limit: min(left, Self.pageSize))
        while let last = page.heads.last {
            left -= page.count
            let isLast = left == 0 || page.count < Self.pageSize
            let size = min(left, Self.pageSize)
            async let next = isLast ? nil : store.page(query, after: ReadingPosition(last), limit: size)
            for row in 0..<page.count {
                switch form {
                case .lines: lines.append(page, row: row, ending: "\n", to: &buffer)
                case .table: table.append(page, row: row, to: &buffer)
                }
                if buffer.readableBytes >= Self.pieceSize {
                    try await writer.write(buffer)
                    buffer = ByteBufferAllocator().buffer(capacity: Self.pieceSize * 2)
                }
            }
            guard let following = try await next else { break }
            page = following
        }
        if buffer.readableBytes > 0 { try await writer.write(buffer) }
    }
}
