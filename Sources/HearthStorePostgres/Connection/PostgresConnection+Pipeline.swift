import CLibPQ

/// One statement of a pipeline.
package struct PostgresCommand: Sendable {
    var sql: String
    var values: [PostgresValue]

    package init(_ sql: String, _ values: [PostgresValue] = []) {
        self.sql = sql
        self.values = values
    }
}

extension PostgresConnection {
    /// Sends all statements before the first answer is read: one journey instead of many. When one fails, those after it
    /// are not run. Outside a transaction they are one together.
    /// - Returns: one result per statement.
    package func pipeline(_ commands: [PostgresCommand]) throws -> [PostgresResult] {
        if commands.isEmpty { return [] }
        let prepared = try commands.map { command in
            let parameters = PostgresParameters(command.values)
            return (name: try prepare(command.sql, parameters.types), parameters: parameters)
        }
        guard PQenterPipelineMode(handle) == 1 else { throw Self.connectionError(handle) }
        for command in prepared {
            let isSent = command.parameters.withPointers { pointers, lengths, formats in
                PQsendQueryPrepared(handle, command.name, command.parameters.count, pointers, lengths, formats, 1)
            }
            guard isSent == 1 else { throw Self.connectionError(handle) }
        }
        guard PQpipelineSync(handle) == 1 else { throw Self.connectionError(handle) }
        return try collect(commands.count)
    }

    private func collect(_ count: Int) throws -> [PostgresResult] {
        var results: [PostgresResult] = []
        var failure: PostgresError?
        var (hasEnded, wasNothing) = (false, false)
        while !hasEnded {
            guard let pointer = PQgetResult(handle) else {
                // The end of one statement's results. A second one means that no more will come: a server that ends tells why
                // in one result, and the connection may still look whole then.
                if isBroken || wasNothing { throw failure ?? Self.connectionError(handle) }
                wasNothing = true
                continue
            }
            wasNothing = false
            switch PQresultStatus(pointer) {
            case PGRES_PIPELINE_SYNC:
                PQclear(pointer)
                hasEnded = true
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                results.append(PostgresResult(pointer))
            case PGRES_PIPELINE_ABORTED:
                PQclear(pointer)
            default:
                failure = failure ?? error(pointer)
                PQclear(pointer)
            }
        }
        guard PQexitPipelineMode(handle) == 1 else { throw failure ?? Self.connectionError(handle) }
        if let failure { throw failure }
        guard results.count == count else {
            throw PostgresError(state: "", message: "A pipeline had too few answers.", isConnectionLost: isBroken)
        }
        return results
    }
}
