import GRDB
import GRDBSQLite
import HearthCore

/// `passage_counts(terms)`, a function for queries of one term on the FTS5 table: how often the term is in the row's title, in the
/// upper 32 bits, and in its text. FTS5's own ranking reads the size of each row from disk and counts the rows of each term
/// anew for every query; with the counts alone that is done once and remembered.
enum TermCountFunction {
    static func register(in db: Database) throws {
        let api = UnsafeMutablePointer(mutating: FTS5.api(db))
        let result = api.pointee.xCreateFunction(
            api, "passage_counts", nil,
            { api, fts, context, _, _ in
                var counts: Int64 = 0
                var place = Fts5PhraseIter()
                var (column, offset): (Int32, Int32) = (-1, 0)
                guard let api, let first = api.pointee.xPhraseFirst, let next = api.pointee.xPhraseNext,
                    first(fts, 0, &place, &column, &offset) == SQLITE_OK
                else { return sqlite3_result_error_code(context, SQLITE_ERROR) }
                while column >= 0 {
                    counts += column == 0 ? 1 << 32 : 1
                    next(fts, &place, &column, &offset)
                }
                sqlite3_result_int64(context, counts)
            }, nil)
        guard result == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: result)) }
    }
}
