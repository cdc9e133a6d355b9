import DNS
package import Settings

/// Whether the sending address has a name in DNS and the name leads back to it.
package struct ReverseLookupCheck: MessageCheck {
    package static let name = "reverse-lookup"
    package static let title = LocalizedText("Reverse look-up", ja: "逆引き")

    private let names: ReverseNames

    package init(_ environment: CheckEnvironment) { names = ReverseNames(resolver: environment.resolver) }

    package var phases: Set<FilterPhase> { [.greeting] }
    package var mayWait: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        subject.settings.senderChecks.checksReverseLookup && subject.isPublicEnough
    }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        let settings = subject.settings.senderChecks
        let address = subject.address
        switch await names.look(address) {
        case .confirmed: return [.nothing(self)]
        case .noName:
            let text = LocalizedText("\(address) has no name in DNS.", ja: "\(address) には DNS の名前（PTR）がありません。")
            return [.found(self, .score(settings.missingNameScore), text)]
        case .unconfirmed(let names):
            let list = names.joined(separator: ", ")
            let text = LocalizedText("\(list) does not lead back to \(address).", ja: "\(list) は \(address) を指していません。")
            return [.found(self, .score(settings.unconfirmedNameScore), text)]
        case .undecided(let error):
            return [.undecided(self, LocalizedText("The name could not be asked for: \(error).", ja: "名前を照会できませんでした: \(error)"))]
        }
    }
}
