import HTTPTypes
import HearthCore
import HearthIngest
import HearthStore
import Hummingbird

extension Response {
    /// `{"id","stream","received_at"?,"flags"?,"duplicate"?}`: 201, or 200 when the reading was stored before.
    static func receipt(_ receipt: Receipt) -> Response {
        var writer = JSONWriter(capacity: 160)
        writer.receipt(receipt)
        return .json(writer, status: receipt.isDuplicate ? .ok : .created)
    }

    /// `{"accepted","duplicates","rejected":[{"index","code","detail","errors"}],"duplicate_items"?}`: 207 when something
    /// was refused.
    static func report(_ report: AdmissionReport) -> Response {
        var writer = JSONWriter(capacity: 64 + report.rejected.count * 160)
        writer.raw("{")
        writer.member("accepted", report.accepted)
        writer.comma()
        writer.member("duplicates", report.duplicates)
        writer.raw(",\"rejected\":[")
        for (index, rejection) in report.rejected.enumerated() {
            if index > 0 { writer.comma() }
            writer.raw("{")
            writer.member("index", rejection.index)
            writer.comma()
            writer.member("code", rejection.error.code.text)
            writer.comma()
            writer.member("detail", rejection.error.message)
            writer.raw(",\"errors\":")
            ProblemResponse.writeFields(rejection.error.fields, to: &writer)
            writer.raw("}")
        }
        writer.raw("]")
        if !report.duplicateItems.isEmpty {
            writer.raw(",\"duplicate_items\":[")
            for (index, item) in report.duplicateItems.enumerated() {
                if index > 0 { writer.comma() }
                writer.raw("{")
                writer.member("index", item.index)
                writer.comma()
                writer.member("id", item.original.id)
                writer.raw("}")
            }
            writer.raw("]")
        }
        writer.raw("}")
        return .json(writer, status: report.rejected.isEmpty ? .ok : .partlyRefused)
    }
}

extension HTTPResponse.Status {
    static let partlyRefused = HTTPResponse.Status(code: 207, reasonPhrase: "Multi-Status")
}

extension JSONWriter {
    /// What every answer to a reading that was taken has.
    /// `{"id","stream","received_at"?,"flags"?,"duplicate"?}`
    mutating func receipt(_ receipt: Receipt) {
        raw("{")
        receiptMembers(receipt)
        raw("}")
    }

    mutating func receiptMembers(_ receipt: Receipt) {
        raw("\"id\":\"")
        receipt.id.id.append(to: &bytes)
        raw("\",\"stream\":")
        write(receipt.stream)
        if let received = receipt.received {
            raw(",\"received_at\":\"")
            received.append(to: &bytes)
            raw("\"")
        }
        if receipt.flags.contains(.clockSkew) || receipt.flags.contains(.late) {
            raw(",\"flags\":[")
            if receipt.flags.contains(.clockSkew) { raw("\"clock_skew\"") }
            if receipt.flags.contains(.clockSkew), receipt.flags.contains(.late) { comma() }
            if receipt.flags.contains(.late) { raw("\"late\"") }
            raw("]")
        }
        if receipt.isDuplicate { raw(",\"duplicate\":true") }
    }
}
