import HearthCore
import HearthIngest
import HearthNotify

/// Whether the targets of webhooks can be used, as far as that shows without calling them.
struct NotifyCheckup {
    let settings: Settings

    func findings() -> [Finding] {
        guard settings.notify != nil else { return [] }
        do throws(HearthError) {
            let targets = try settings.notifyTargets()
            guard !targets.isEmpty else {
                return [.warn("webhooks", "`notify` names no targets", fix: "name some, or remove it")]
            }
            return targets.map { target in
                let events = target.patterns.map(\.text).joined(separator: ", ")
                guard !target.keys.isEmpty || target.bearer != nil else {
                    return .warn(
                        "webhooks", "\(target.name) cannot tell who sends: neither a bearer token nor a key is set",
                        fix: "`hearth notify key` makes one for `hmac`")
                }
                return .ok("webhooks", "\(target.name) gets \(events) at \(target.host)")
            }
        } catch {
            return error.fields.isEmpty
                ? [.fail("webhooks", error)]
                : error.fields.map { .fail("webhooks", "\($0.pointer) \($0.message)", fix: error.hint ?? "") }
        }
    }
}
