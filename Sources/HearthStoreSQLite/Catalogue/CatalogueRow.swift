import Foundation
import GRDB
import HearthCore
import HearthStore

/// Between records of the catalogue and rows of its tables.
enum CatalogueRow {
    static func blob(_ id: UniqueID) -> Data {
        var data = Data(capacity: 16)
        withUnsafeBytes(of: id.high.bigEndian) { data.append(contentsOf: $0) }
        withUnsafeBytes(of: id.low.bigEndian) { data.append(contentsOf: $0) }
        return data
    }

    static func id(_ data: Data) throws -> UniqueID {
        guard data.count == 16 else {
            throw HearthError(.storageFailed, "An id in the catalogue is not 16 bytes long.", disposition: .defect)
        }
        let words = data.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        return UniqueID(high: UInt64(bigEndian: words.0), low: UInt64(bigEndian: words.1))
    }

    private static func json(_ text: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw HearthError(
                .storageFailed, "A JSON value in the catalogue cannot be read.", disposition: .defect, cause: error)
        }
    }

    private static func time(_ microseconds: Int64) -> Timestamp { Timestamp(microseconds: microseconds) }

    static func person(_ row: Row) throws -> Person {
        Person(
            id: try id(row["id"]), name: row["name"], timeZone: row["time_zone"], createdAt: time(row["created_at"]))
    }

    static func device(_ row: Row) throws -> Device {
        let deletedAt: Int64? = row["deleted_at"]
        return Device(
            id: try id(row["id"]), person: try id(row["person"]), name: row["name"], kind: row["kind"],
            platform: row["platform"], metadata: try json(row["metadata"]), createdAt: time(row["created_at"]),
            updatedAt: time(row["updated_at"]), deletedAt: deletedAt.map(time))
    }

    static func token(_ row: Row) throws -> TokenRecord {
        let device: Data? = row["device"]
        let streams: String? = row["streams"]
        let expiresAt: Int64? = row["expires_at"]
        let revokedAt: Int64? = row["revoked_at"]
        let hash: Data = row["hash"]
        let parent: Data? = row["parent"]
        return TokenRecord(
            id: try id(row["id"]), hash: Array(hash), name: row["name"], role: row["role"],
            person: try id(row["person"]), device: try device.map(id),
            streams: try streams.map { try json($0).array?.compactMap(\.string) ?? [] },
            createdAt: time(row["created_at"]), expiresAt: expiresAt.map(time), revokedAt: revokedAt.map(time),
            parent: parent.map { Array($0) })
    }

    static func answer(_ row: Row) -> StoredAnswer {
        let body: Data = row["body"]
        return StoredAnswer(status: row["status"], contentType: row["content_type"], body: Array(body))
    }
}
