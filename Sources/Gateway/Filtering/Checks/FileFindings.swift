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
    /// The parts that they are or lie in; `nil` among them for one that is no part of its own.
    private var parts: [Fault: Set<Int?>] = [:]

    /// Files named in a finding.
    private static let namedFiles = 3

    private enum Fault: CaseIterable {
        case blockedName, executable, script, macros, encrypted, unreadable
    }

    init(_ settings: AttachmentSettings, isIncomplete: Bool) {
        self.settings = settings
        endings = BlockedEndings(settings)
        if isIncomplete { add("…", .unreadable, nil) }
    }

    mutating func take(_ file: AttachedFiles.Told) { take(file.kind, file.name, file.part) }

    mutating func take(_ opened: AttachedFiles.Opened, _ report: FileReport) {
        let (name, part) = (opened.name, opened.part)
        // What the present file lies in, from the attachment on; files stand behind what they lie in.
        var containers = [name]
        for file in report.files {
            let inner = DecodedText(file.name[...], charset: nil).text
            let shown = "\(name) → \(inner)"
            containers.removeLast(max(0, containers.count - max(1, file.depth)))
            if endings.isBlocked(inner) || file.isWholeContent && containers.last.map(isBlockedWithoutEnding) == true {
                add(shown, .blockedName, part)
            }
            containers.append(inner)
            take(file.kind, shown, part)
        }
        if report.hasMacros { add(name, .macros, part) }
        if report.isEncrypted { add(name, .encrypted, part) }
        if !report.faults.isEmpty { add(name, .unreadable, part) }
    }

    /// What is in `invoice.js.gz` is saved as `invoice.js`.
    private func isBlockedWithoutEnding(_ name: String) -> Bool {
        name.lastIndex(of: ".").map { endings.isBlocked(String(name[..<$0])) } ?? false
    }

    private mutating func take(_ kind: FileKind, _ name: String, _ part: Int?) {
        switch kind {
        case .executable: add(name, .executable, part)
        case .script: add(name, .script, part)
        case .unreadArchive: add(name, .encrypted, part)
        case .zip, .tar, .sevenZip, .compressed, .compound, .pdf, .other: break
        }
    }

    /// One more than is named: it shows that there are more.
    private mutating func add(_ name: String, _ fault: Fault, _ part: Int?) {
        parts[fault, default: []].insert(part)
        if names[fault, default: []].count <= Self.namedFiles { names[fault, default: []].append(name.cut(to: 200)) }
    }

    func results(_ check: any MessageCheck, _ structure: MIMEStructure, _ stripping: StrippingSettings) -> [CheckResult] {
        Fault.allCases.compactMap { fault in
            guard let found = names[fault] else { return nil }
            let list = found.prefix(Self.namedFiles).joined(separator: ", ") + (found.count > Self.namedFiles ? ", …" : "")
            if isStripped(fault) {
                let places = parts[fault, default: []]
                let known = places.contains(nil) ? nil : Set(places.compactMap(\.self))
                return .found(check, AttachmentStrip.demand(structure, parts: known, stripping), Self.text(fault, list))
            }
            guard let weight = weight(fault) else { return nil }
            return .found(check, weight, Self.text(fault, list), isExcusable: false)
        }
    }

    private func isStripped(_ fault: Fault) -> Bool {
        fault == .blockedName ? settings.action == .strip : action(fault) == .strip
    }

    /// `nil` for what passes.
    private func weight(_ fault: Fault) -> CheckResult.Weight? {
        guard fault == .blockedName else { return Self.weight(action(fault), settings) }
        switch settings.action {
        case .score: return .score(settings.score)
        case .strip: return nil
        case .quarantine: return .quarantine
        case .reject: return .reject
        }
    }

    private func action(_ fault: Fault) -> AttachmentSettings.KindAction {
        switch fault {
        case .blockedName: .pass
        case .executable: settings.executables
        case .script: settings.scripts
        case .macros: settings.macros
        case .encrypted: settings.encrypted
        case .unreadable: settings.unreadable
        }
    }

    /// `nil` for what passes or is taken out.
    static func weight(_ action: AttachmentSettings.KindAction, _ settings: AttachmentSettings) -> CheckResult.Weight? {
        switch action {
        case .pass, .strip: nil
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
