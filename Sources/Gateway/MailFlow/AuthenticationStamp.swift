import SenderAuthentication
import Settings

/// The field that tells the mail servers and readers behind the gateway whom a message comes from (RFC 8601). Fields that came with the
/// message and bear the same identifier are renamed at delivery, which reads the identifier from this field.
struct AuthenticationStamp: Sendable {
    /// The field, ended by CRLF; empty when none is to be written. It is written without any result too: then it says `none`, and
    /// forged fields are found by it all the same.
    static func field(_ outcome: FlowFilter.Outcome, _ settings: SenderAuthenticationSettings, nodeName: String) -> [UInt8] {
        guard let methods = outcome.authentication else { return [] }
        return AuthenticationResults(server: settings.server(nodeName: nodeName), methods: methods).field()
    }
}

extension SenderAuthenticationSettings {
    /// Under which name results are told (authserv-id).
    func server(nodeName: String) -> String { resultsName.isEmpty ? nodeName : resultsName }
}
