import DomainsAndUsers
package import Mail
import Settings
package import UserVerification

/// What a sender's mail servers said when an administrator asked.
package struct SenderExamination: Sendable, Hashable {
    package let address: EmailAddress
    package let trial: SenderTrial
    /// Whether mail is looked at so at present.
    package let isEnabled: Bool
}

/// Call-back verification: asking now.
extension Administration {
    /// Asks the mail servers of a sender's domain now, whether mail is verified so or not, and remembers the answer. Sends no message;
    /// takes as long as one question at most.
    package func verifySender(_ text: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> SenderExamination {
        // Why it is no address is not more helpful than the address itself.
        guard let address = try? EmailAddress(text), let domain = address.domainName else {
            let shown = String(text.prefix(EmailAddress.maximumOctets))
            throw .invalid([
                FieldProblem(
                    "address", "“\(shown)” is not an e-mail address with a domain.", ja: "「\(shown)」はドメインのあるメールアドレスではありません。")
            ])
        }
        let isOwn: Bool
        do throws(DirectoryError) {
            isOwn = try await ports.domains.loadDomains().domain(domain) != nil
            if !isOwn { try await ports.audit.record(entry(caller, "sender.verify", address.description)) }
        } catch {
            throw AdministrationError(error)
        }
        guard !isOwn else {
            throw .invalid([
                FieldProblem(
                    "address", "\(domain.unicode) is a domain of this gateway; senders of it are not asked about.",
                    ja: "\(domain.unicode) はこのゲートウェイのドメインのため、その差出人は照会しません。")
            ])
        }
        let settings = current.snapshot.settings.callback
        return SenderExamination(
            address: address, trial: await ports.senders.askNow(address, settings), isEnabled: settings.isEnabled)
    }
}
