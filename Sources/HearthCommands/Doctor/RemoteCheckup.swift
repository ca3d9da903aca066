import HearthCore

/// What the doctor finds out about a server elsewhere: no more than it says of itself.
struct RemoteCheckup {
    let url: String
    let settings: Settings

    func findings() async -> [Finding] {
        do {
            let client = try ServerClient(settings: settings, url: url, needsToken: false)
            let answer = try await client.perform(.get("/readyz"))
            return [readiness(answer, client.address), transport(client.address)].compactMap { $0 }
                + [try await token(client)]
        } catch let error as HearthError {
            return [.fail("server", error)]
        } catch {
            return [.fail("server", "\(url) cannot be asked: \(error)", fix: "check the address")]
        }
    }

    private func readiness(_ answer: HTTPAnswer, _ address: ServerAddress) -> Finding {
        guard let body = try? JSONValue(parsing: answer.body), body["checks"]?.object != nil else {
            return .fail("server", "what answers at \(address) is not Hearth", fix: "check the address")
        }
        if answer.status == 200 { return .ok("server", "ready at \(address)") }
        let failed = ServerReport.checks(of: body).filter { !$0.isGood }.map { "\($0.name) \($0.text)" }
        return .fail(
            "server", "\(address) is not ready: \(failed.joined(separator: ", "))",
            fix: "run `hearth doctor` on its machine")
    }

    private func transport(_ address: ServerAddress) -> Finding? {
        guard !address.usesTLS, !["127.0.0.1", "::1", "localhost"].contains(address.host) else { return nil }
        return .warn(
            "transport", "everything travels unencrypted, the token included", fix: "see docs/guides/tls.md")
    }

    private func token(_ client: ServerClient) async throws -> Finding {
        let answer = try await client.perform(.get("/streams"))
        switch answer.status {
        case 200: return .ok("token", "taken")
        case 401:
            return .fail(
                "token", "there is none, or it is not known there", fix: "set HEARTH_TOKEN to a token of that server")
        // A token that may do little is a good one, too.
        case 403: return .ok("token", "taken; it may not list the streams")
        default: return .fail("token", JSONAnswer.problem(answer, of: client))
        }
    }
}
