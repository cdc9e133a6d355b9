/// One kind of hostile input: takes any bytes and returns. A precondition that does not hold, a trap or a hang is a finding.
///
/// `make fuzz` gives each of them to libFuzzer; `make test` replays its seeds, its findings and mutations of them.
package struct FuzzTarget: Sendable {
    /// Also the name of its folder of seeds.
    package let name: String
    package let run: @Sendable ([UInt8]) -> Void

    package static let all: [FuzzTarget] = mail + judging + sessions + records

    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

    private static let mail: [FuzzTarget] = [
        FuzzTarget(name: "mime", run: MailTargets.mime),
        FuzzTarget(name: "header", run: MailTargets.header),
        FuzzTarget(name: "charset", run: MailTargets.charset),
        FuzzTarget(name: "archive", run: ScannerTargets.archive),
    ]

    private static let judging: [FuzzTarget] = [
        FuzzTarget(name: "tokens", run: JudgingTargets.tokens),
        FuzzTarget(name: "snapshot", run: JudgingTargets.snapshot),
        FuzzTarget(name: "pattern", run: JudgingTargets.pattern),
        FuzzTarget(name: "sieve", run: SieveTargets.script),
        FuzzTarget(name: "preview", run: JudgingTargets.preview),
    ]

    private static let sessions: [FuzzTarget] = [
        FuzzTarget(name: "smtp-server", run: SMTPTargets.server),
        FuzzTarget(name: "smtp-reply", run: SMTPTargets.reply),
        FuzzTarget(name: "proxy", run: SMTPTargets.proxy),
        FuzzTarget(name: "scanner", run: ScannerTargets.replies),
    ]

    private static let records: [FuzzTarget] = [
        FuzzTarget(name: "dns", run: DNSTargets.answer),
        FuzzTarget(name: "spf", run: SenderAuthenticationTargets.spf),
        FuzzTarget(name: "dkim", run: SenderAuthenticationTargets.dkim),
        FuzzTarget(name: "arc", run: SenderAuthenticationTargets.arc),
        FuzzTarget(name: "key", run: SenderAuthenticationTargets.key),
        FuzzTarget(name: "dmarc", run: SenderAuthenticationTargets.dmarc),
        FuzzTarget(name: "results", run: SenderAuthenticationTargets.results),
        FuzzTarget(name: "suffixes", run: SenderAuthenticationTargets.suffixes),
    ]
}
