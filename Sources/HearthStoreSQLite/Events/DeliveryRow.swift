import Foundation
import GRDB
import HearthCore
import HearthStore

/// Between deliveries and rows of their tables.
enum DeliveryRow {
    static let columns = """
        d.number, d.target, d.state, d.attempts, d.since, d.due, d.tried, d.code, d.message,
        e.id, e.kind, e.key, e.ordering, e.person, e.time, e.data
        """

    static func delivery(_ row: Row) throws -> Delivery {
        let state: String = row["state"]
        guard let known = Delivery.State(rawValue: state) else {
            throw HearthError(.storageFailed, "A delivery has the unknown state \(state).", disposition: .defect)
        }
        let tried: Int64? = row["tried"]
        let code: String? = row["code"]
        return Delivery(
            number: row["number"], target: row["target"], event: try event(row), state: known,
            attempts: row["attempts"], since: Timestamp(microseconds: row["since"]),
            due: Timestamp(microseconds: row["due"]), lastTriedAt: tried.map { Timestamp(microseconds: $0) },
            failure: code.map { DeliveryFailure(ErrorCode($0), row["message"] ?? "") })
    }

    private static func event(_ row: Row) throws -> LifecycleEvent {
        let person: Data? = row["person"]
        let data: String = row["data"]
        let value: JSONValue
        do {
            value = try JSONValue(parsing: data)
        } catch {
            throw HearthError(
                .storageFailed, "The data of an event cannot be read.", disposition: .defect, cause: error)
        }
        return LifecycleEvent(
            id: try CatalogueRow.id(row["id"]), kind: EventKind(row["kind"]), key: row["key"], order: row["ordering"],
            person: try person.map(CatalogueRow.id), time: Timestamp(microseconds: row["time"]), data: value)
    }
}
