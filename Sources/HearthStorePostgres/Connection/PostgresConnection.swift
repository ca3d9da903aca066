import CLibPQ
import Dispatch
import HearthCore

#if canImport(Glibc)
import Glibc
#endif

/// One session with a PostgreSQL server.
///
/// Its calls block, so it lives on a queue of its own, and only `PostgresPool` makes one and lends it out. It is not
/// Sendable: what borrowed it cannot keep it. All throw `PostgresError`.
package final class PostgresConnection {
    private struct StatementKey: Hashable {
        var sql: String
        var types: [Oid]
    }

    /// Statements that the server keeps planned for a session. Tables of streams give each a few.
    private static let preparedStatements = 256

    let handle: OpaquePointer
    private var statements: [StatementKey: (name: String, lastUse: Int)] = [:]
    private var uses = 0
    /// When it was used last, for the pool.
    var lastUse = DispatchTime.now()

    /// Connects. Blocks at most `connectTimeout` for each address of the host.
    /// - Parameter url: `postgres://user@host/database`, or pairs as libpq takes them.
    init(url: String, settings: PostgresSettings) throws {
        let seconds = max(2, Int(settings.connectTimeout.inSeconds.rounded(.up)))
        // The URL comes last but for what must hold, so that it may say otherwise.
        let parameters: [(String, String)] = [
            ("connect_timeout", String(seconds)), ("application_name", "hearth"), ("tcp_user_timeout", "30000"),
            ("keepalives_idle", "30"), ("dbname", url), ("client_encoding", "UTF8"),
        ]
        let names = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { for text in names + values { free(text) } }
        var nameList = names.map { UnsafePointer($0) } + [nil]
        var valueList = values.map { UnsafePointer($0) } + [nil]
        guard let handle = PQconnectdbParams(&nameList, &valueList, 1) else {
            throw PostgresError(state: "", message: "There is no memory for a connection.", isConnectionLost: true)
        }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw Self.connectionError(handle)
        }
        self.handle = handle
        // Warnings and notices are for people at a terminal.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try script(settings.sessionSQL)
    }

    deinit { PQfinish(handle) }

    var isBroken: Bool { PQstatus(handle) != CONNECTION_OK }

    /// Whether the session is outside any transaction.
    var isIdle: Bool { PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// 150000 for 15.0.
    package var serverVersion: Int { Int(PQserverVersion(handle)) }

    // MARK: Statements

    /// Runs one statement with arguments `$1`, `$2`, … and fetches its rows. The server keeps its plan for the next time.
    /// - Parameter isKept: false for statements whose text hardly comes twice.
    @discardableResult
    package func execute(
        _ sql: String, _ values: [PostgresValue] = [], isKept: Bool = true
    ) throws -> PostgresResult {
        let parameters = PostgresParameters(values)
        if !isKept {
            return try result(
                parameters.withPointers { pointers, lengths, formats in
                    PQexecParams(handle, sql, parameters.count, parameters.types, pointers, lengths, formats, 1)
                })
        }
        let name = try prepare(sql, parameters.types)
        return try result(
            parameters.withPointers { pointers, lengths, formats in
                PQexecPrepared(handle, name, parameters.count, pointers, lengths, formats, 1)
            })
    }

    /// Runs several statements without arguments, as migrations have. Together they are one transaction, unless they say
    /// otherwise.
    package func script(_ sql: String) throws {
        _ = try result(PQexec(handle, sql))
    }

    /// The name under which the server has the statement.
    func prepare(_ sql: String, _ types: [Oid]) throws -> String {
        uses += 1
        let key = StatementKey(sql: sql, types: types)
        if let known = statements[key] {
            statements[key]?.lastUse = uses
            return known.name
        }
        if statements.count >= Self.preparedStatements,
            let oldest = statements.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            statements[oldest.key] = nil
            try script("DEALLOCATE \(oldest.value.name)")
        }
        let name = "hearth_\(uses)"
        _ = try result(PQprepare(handle, name, sql, Int32(types.count), types))
        statements[key] = (name, uses)
        return name
    }

    // MARK: Results

    /// Takes over what libpq gave, or throws what it says.
    func result(_ pointer: OpaquePointer?) throws -> PostgresResult {
        guard let pointer else { throw Self.connectionError(handle) }
        switch PQresultStatus(pointer) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_SINGLE_TUPLE, PGRES_COPY_IN, PGRES_COPY_OUT:
            return PostgresResult(pointer)
        default:
            defer { PQclear(pointer) }
            throw error(pointer)
        }
    }

    func error(_ result: OpaquePointer) -> PostgresError {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        // The letters are those of PG_DIAG_SQLSTATE, PG_DIAG_MESSAGE_PRIMARY and PG_DIAG_CONSTRAINT_NAME.
        let message = field("M") ?? String(cString: PQresultErrorMessage(result))
        let state = field("C") ?? ""
        // Failures without a state are libpq's own, which may hear the end of a session before it counts it as lost.
        return PostgresError(
            state: state, message: message, constraint: field("n"), isConnectionLost: isBroken || state.isEmpty)
    }

    /// What a connection says that has no result.
    static func connectionError(_ handle: OpaquePointer) -> PostgresError {
        let text = String(cString: PQerrorMessage(handle))
        let isLost = PQstatus(handle) != CONNECTION_OK
        // libpq gives no code for a refused connection, but the server's words are among its own.
        let states = [
            "password authentication failed": "28P01", "role \"": "28000", "too many clients": "53300",
            "remaining connection slots": "53300", "starting up": "57P03", "shutting down": "57P03",
        ]
        var state = states.first { text.contains($0.key) }?.value ?? ""
        if text.contains("database \""), text.contains("does not exist") { state = "3D000" }
        return PostgresError(
            state: state, message: text.split(separator: "\n").first.map(String.init) ?? "The connection is gone.",
            isConnectionLost: isLost || state.isEmpty)
    }
}
