import Archives
import Mail
import MessageLog
import Settings

/// What files and reports of them mean by the settings: one result for each kind that is not wanted. Pure.
struct FileFindings: Sendable {
    private let settings: AttachmentSettings
    private let endings: BlockedEndings
    /// Names by what is wrong with them, in the order in which they were found.
    private var names: [Fault: [String]] = [:]

    /// Files named in a finding.
    private static let namedFiles = 3

    private enum Fault: CaseIterable {
        case blockedName, executable, script, macros, encrypted, unreadable
    }

    init(_ settings: AttachmentSettings, isIncomplete: Bool) {
        self.settings = settings
        endings = BlockedEndings(settings)
        if isIncomplete { names[.unreadable] = ["…"] }
    }

    mutating func take(_ file: AttachedFiles.Told) { take(file.kind, file.name) }

    mutating func take(_ name: String, _ report: FileReport) {
        // What the present file lies in, from the attachment on; files stand behind what they lie in.
        var containers = [name]
        for file in report.files {
            let inner = DecodedText(file.name[...], charset: nil).text
            let shown = "\(name) → \(inner)"
            containers.removeLast(max(0, containers.count - max(1, file.depth)))
            if endings.isBlocked(inner) || file.isWholeContent && containers.last.map(isBlockedWithoutEnding) == true {
                add(shown, .blockedName)
            }
            containers.append(inner)
            take(file.kind, shown)
        }
        if report.hasMacros { add(name, .macros) }
        if report.isEncrypted { add(name, .encrypted) }
        if !report.faults.isEmpty { add(name, .unreadable) }
    }

    /// What is in `invoice.js.gz` is saved as `invoice.js`.
    private func isBlockedWithoutEnding(_ name: String) -> Bool {
        name.lastIndex(of: ".").map { endings.isBlocked(String(name[..<$0])) } ?? false
    }

    private mutating func take(_ kind: FileKind, _ name: String) {
        switch kind {
        case .executable: add(name, .executable)
        case .script: add(name, .script)
        case .unreadArchive: add(name, .encrypted)
        case .zip, .tar, .sevenZip, .compressed, .compound, .pdf, .other: break
        }
    }

    /// One more than is named: it shows that there are more.
    private mutating func add(_ name: String, _ fault: Fault) {
        if names[fault, default: []].count <= Self.namedFiles { names[fault, default: []].append(name.cut(to: 200)) }
    }

    func results(_ check: any MessageCheck) -> [CheckResult] {
        Fault.allCases.compactMap { fault in
            guard let found = names[fault], let weight = weight(fault) else { return nil }
            let list = found.prefix(Self.namedFiles).joined(separator: ", ") + (found.count > Self.namedFiles ? ", …" : "")
            return .found(check, weight, Self.text(fault, list), isExcusable: false)
        }
    }

    private func weight(_ fault: Fault) -> CheckResult.Weight? {
        switch fault {
        case .blockedName: weight(settings.action)
        case .executable: weight(settings.executables)
        case .script: weight(settings.scripts)
        case .macros: weight(settings.macros)
        case .encrypted: weight(settings.encrypted)
        case .unreadable: weight(settings.unreadable)
        }
    }

    private func weight(_ action: AttachmentSettings.Action) -> CheckResult.Weight {
        switch action {
        case .score: .score(settings.score)
        case .quarantine: .quarantine
        case .reject: .reject
        }
    }

    private func weight(_ action: AttachmentSettings.KindAction) -> CheckResult.Weight? { Self.weight(action, settings) }

    /// `nil` for what passes.
    static func weight(_ action: AttachmentSettings.KindAction, _ settings: AttachmentSettings) -> CheckResult.Weight? {
        switch action {
        case .pass: nil
        case .score: .score(settings.score)
        case .quarantine: .quarantine
        case .reject: .reject
        }
    }

    private static func text(_ fault: Fault, _ list: String) -> LocalizedText {
        switch fault {
        case .blockedName: LocalizedText("Blocked file in an archive: \(list).", ja: "圧縮ファイル内の禁止されたファイル: \(list)")
        case .executable: LocalizedText("Program: \(list).", ja: "実行ファイル: \(list)")
        case .script: LocalizedText("Script: \(list).", ja: "スクリプト: \(list)")
        case .macros: LocalizedText("Office file with macros: \(list).", ja: "マクロ付き Office ファイル: \(list)")
        case .encrypted: LocalizedText("Encrypted or in a form that is not read: \(list).", ja: "暗号化されているか、読み取れない形式: \(list)")
        case .unreadable: LocalizedText("Cannot be looked into whole: \(list).", ja: "全体を検査できないファイル: \(list)")
        }
    }
}
