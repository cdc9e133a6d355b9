package import DomainsAndUsers
import Logging
import Mail
import MessageLog
package import Metrics
package import Quarantine
import Settings

extension Administration {
    /// The ports of digests and of the links in them.
    package struct DigestPorts: Sendable {
        package let store: any DigestStore
        package let links: any DigestLinkStore
        package let keys: any LinkKeyStore
        /// `nil` where none can be composed.
        package let composer: DigestComposer?
        let metrics: LinkMetrics

        package init(
            store: any DigestStore = NoDigests(), links: any DigestLinkStore = NoDigests(), keys: any LinkKeyStore = NoDigests(),
            composer: DigestComposer? = nil, metrics: any MetricsFactory = MetricsSystem.factory
        ) {
            self.store = store
            self.links = links
            self.keys = keys
            self.composer = composer
            self.metrics = LinkMetrics(factory: metrics)
        }
    }

    /// How links in mail are used.
    package struct LinkMetrics: Sendable {
        private let counters: [String: Counter]

        init(factory: any MetricsFactory) {
            counters = Dictionary(
                uniqueKeysWithValues: ["done", "used", "gone", "full", "expired", "invalid"].map { outcome in
                    (outcome, Counter(label: "securitygateway_mail_links_total", dimensions: [("outcome", outcome)], factory: factory))
                })
        }

        func count(_ outcome: String) { counters[outcome]?.increment() }
    }
}

/// A digest as it would be sent now.
package struct DigestPreview: Sendable, Hashable {
    package let recipient: String
    package let subject: String
    package let count: Int
    /// The message; its links do not work.
    package let content: [UInt8]
}

/// What a link in a mail asks for, for whoever opened it.
package struct OpenedLink: Sendable, Hashable {
    package let purpose: SignedLink.Purpose
    package let owner: String
    /// `nil` when it is not in quarantine (any more).
    package let message: QuarantinedMessage?
    /// It was used before.
    package let isUsed: Bool
}

extension Administration {
    /// Newest first.
    package func digestRuns(limit: Int = 20, _ caller: AdministrationCaller) async throws(AdministrationError) -> [DigestRun] {
        do throws(MessageLogError) {
            return try await ports.digests.store.digestRuns(limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Asks the primary, whichever node it is, to send digests now; it begins within seconds. Who gets none by the settings gets none.
    package func sendDigests(_ caller: AdministrationCaller) async throws(AdministrationError) {
        do throws(MessageLogError) {
            try await ports.digests.store.askForDigests(audit: entry(caller, "digest.run", "cluster"))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// What a recipient would be told now, whether he gets digests or not.
    /// - Throws: `.notFound` when there is nothing he has not been told of.
    package func previewDigest(_ recipient: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> DigestPreview {
        // Why it is no address is not more helpful than the address itself.
        guard let address = try? EmailAddress(recipient) else {
            throw .invalid([FieldProblem("recipient", "“\(recipient)” is not an e-mail address.", ja: "「\(recipient)」はメールアドレスではありません。")])
        }
        let user: User?
        do throws(DirectoryError) { user = try await ports.users.user(address) } catch { throw AdministrationError(error) }
        let owner = DigestOwner.recipient(
            DigestRecipient(
                key: address.lookupKey, address: user?.address.description ?? address.description, isUser: user != nil,
                language: user?.language))
        let content: DigestContent?
        do throws(MessageLogError) {
            content = try await ports.digests.store.digestContent(for: owner)
        } catch {
            throw AdministrationError(error)
        }
        guard let content, let mail = ports.digests.composer?.mail(to: owner, content, key: nil, at: .now()) else {
            throw .notFound(
                LocalizedText("There is nothing new to tell \(address) of.", ja: "\(address) に知らせる新しい隔離メールはありません。"))
        }
        return DigestPreview(recipient: address.description, subject: mail.subject, count: content.count, content: mail.message())
    }

    // MARK: users

    package func wantsDigest(_ principal: UserPrincipal) async throws(AdministrationError) -> Bool {
        do throws(MessageLogError) {
            return try await ports.digests.store.wantsDigest(principal.user.address.lookupKey)
        } catch {
            throw AdministrationError(error)
        }
    }

    package func setWantsDigest(_ isWanted: Bool, _ principal: UserPrincipal) async throws(AdministrationError) {
        let address = principal.user.address
        let audit = entry(principal, isWanted ? "user.digest.subscribe" : "user.digest.unsubscribe", address.description)
        do throws(MessageLogError) {
            try await ports.digests.store.setWantsDigest(isWanted, address.lookupKey, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
    }

    // MARK: links, for whoever has them

    /// Looks at a link without using it.
    /// - Throws: `.denied` for one that is forged or expired, or asks for what users may not do any more.
    package func open(link token: String) async throws(AdministrationError) -> OpenedLink {
        let link = try await verified(token)
        do throws(MessageLogError) {
            let share = QuarantineShare.recipients(keys: [link.owner], kind: .user)
            let message =
                link.purpose == .unsubscribe ? nil : try await ports.filtering.quarantine.quarantinedMessage(link.subject, of: share)
            return OpenedLink(
                purpose: link.purpose, owner: link.owner, message: message, isUsed: try await ports.digests.links.wasUsed(link))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Does what a link asks for, once on whatever node.
    /// - Throws: as `open(link:)`.
    package func use(link token: String) async throws(AdministrationError) -> LinkOutcome {
        let link = try await verified(token)
        let audit = AuditEntry(
            actor: .user(address: link.owner), node: nodeID, action: Self.action(link.purpose),
            target: link.purpose == .unsubscribe ? link.owner : link.subject.description, detail: "link")
        let outcome: LinkOutcome
        do throws(MessageLogError) {
            outcome = try await ports.digests.links.use(link, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
        ports.digests.metrics.count(Self.word(outcome))
        guard outcome == .done else { return outcome }
        switch link.purpose {
        case .release: ports.node.wakeQueue()
        case .releaseAndAllow:
            ports.node.wakeQueue()
            await ports.node.adoptChanges()
        case .block: await ports.node.adoptChanges()
        case .unsubscribe, .attachment: break
        }
        return outcome
    }

    private func verified(_ token: String) async throws(AdministrationError) -> SignedLink {
        let keys: [LinkKey]
        do throws(DirectoryError) { keys = try await ports.digests.keys.linkKeys() } catch { throw AdministrationError(error) }
        switch SignedLink.read(token, keys: keys, at: .now()) {
        case .valid(let link) where link.purpose != .attachment:
            guard link.purpose == .unsubscribe || usersMayRelease else {
                throw .denied(
                    LocalizedText("Mail is released by an administrator only. Nothing was done.", ja: "メールの解放は管理者だけが行えます。変更は行われていません。"))
            }
            return link
        case .expired:
            ports.digests.metrics.count("expired")
            throw .denied(
                LocalizedText(
                    "This link is not valid any more. A newer mail may have one, and your own page lists everything.",
                    ja: "このリンクの有効期限は過ぎています。新しい通知のリンクか、ご自分のページを使用してください。"))
        case .valid, .invalid:
            ports.digests.metrics.count("invalid")
            throw .denied(
                LocalizedText(
                    "This link is not one of ours or is damaged. Open it from the mail, whole.", ja: "このリンクは無効です。メールのリンクを途中で切らずに開いてください。"))
        }
    }

    private static func action(_ purpose: SignedLink.Purpose) -> String {
        switch purpose {
        case .release: "user.quarantine.release"
        case .releaseAndAllow: "user.quarantine.release-allow"
        case .block: "user.list.block"
        case .unsubscribe: "user.digest.unsubscribe"
        case .attachment: "attachment.download"
        }
    }

    private static func word(_ outcome: LinkOutcome) -> String {
        switch outcome {
        case .done: "done"
        case .alreadyUsed: "used"
        case .gone: "gone"
        case .full: "full"
        }
    }
}
