/// Which attachments are not wanted, and what is done with a message that has one.
package struct AttachmentSettings: SettingsSection {
    package var blockedExtensions = Self.usualExtensions
    package var blockedTypes: [String] = []
    package var action = Action.quarantine
    package var score = FilterScore(tenths: 50)
    package var examinesContents = true
    package var executables = KindAction.quarantine
    package var scripts = KindAction.pass
    package var macros = KindAction.pass
    package var encrypted = KindAction.pass
    package var unreadable = KindAction.quarantine
    package var archiveDepth = 4
    package var archiveEntries = 2_000
    package var largeMessageBytes = 0
    package var largeMessageScore = FilterScore(tenths: 0)

    package init() {}

    package enum Action: String, Sendable, Hashable {
        case score, strip, quarantine, reject
    }

    /// What is done with a message that has a file of some kind.
    package enum KindAction: String, Sendable, Hashable {
        case pass, score, strip, quarantine, reject
    }

    private static let kindActions: [(KindAction, LocalizedText)] = [
        (.pass, LocalizedText("Nothing", ja: "何もしない")), (.score, LocalizedText("Add the score", ja: "スコアを加算")),
        (.strip, LocalizedText("Take the attachment out", ja: "添付ファイルを分離")), (.quarantine, LocalizedText("Quarantine", ja: "隔離")),
        (.reject, LocalizedText("Reject", ja: "拒否")),
    ]

    package static let name = "attachments"
    package static let title = LocalizedText("Attachments and size", ja: "添付ファイルとサイズ")
    package static let scope = SettingsScopeKind.cluster

    /// What Windows or a browser runs when it is opened; nobody sends these to a mailbox for a good reason.
    package static let usualExtensions = [
        "ade", "adp", "app", "appx", "bat", "chm", "cmd", "com", "cpl", "dll", "exe", "hta", "iso", "img", "jar", "js", "jse", "lnk", "msc",
        "msi", "msix", "msp", "ocx", "pif", "ps1", "reg", "scf", "scr", "sct", "sys", "url", "vb", "vbe", "vbs", "vhd", "vhdx", "wsc",
        "wsf",
        "wsh", "xll",
    ]

    package static let fields: [SettingsField<Self>] = [
        .list(
            "blocked-extensions", \.blockedExtensions, maximumCount: 300,
            title: LocalizedText("Blocked file name endings", ja: "禁止する拡張子"),
            LocalizedText(
                "Without the dot, such as exe. Every name under which a mail program might save the file is looked at, encoded ones decoded. By default what Windows runs when it is opened.",
                ja: "ドットを除いて入力します（例: exe）。デコードしたものを含め、メールソフトが保存に使い得るすべての名前を調べます。既定値は Windows で開くと実行される形式です。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                let name = (text.hasPrefix(".") ? String(text.dropFirst()) : text).lowercased()
                guard (1...20).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ".") })
                else { throw SettingsValueError("“\(text)” is not an ending such as exe", ja: "「\(text)」は拡張子（例: exe）ではありません") }
                return name
            }),
        .list(
            "blocked-types", \.blockedTypes, maximumCount: 100,
            title: LocalizedText("Blocked media types", ja: "禁止するメディアタイプ"),
            LocalizedText(
                "Such as application/x-msdownload, or application/* for all of them. Empty by default: senders name types at will.",
                ja: "application/x-msdownload のように入力します。application/* も使用できます。種類は差出人が自由に名乗れるため、既定では空です。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                let halves = text.split(separator: "/", omittingEmptySubsequences: false)
                guard halves.count == 2, text.utf8.count <= 100,
                    halves.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { byte in (0x21...0x7E).contains(byte) } })
                else {
                    throw SettingsValueError(
                        "“\(text)” is not a type such as application/x-msdownload",
                        ja: "「\(text)」はメディアタイプ（例: application/x-msdownload）ではありません")
                }
                return text.lowercased()
            }),
        .choice(
            "action", \.action,
            [
                (.score, LocalizedText("Add the score", ja: "スコアを加算")),
                (.strip, LocalizedText("Take the attachment out", ja: "添付ファイルを分離")), (.quarantine, LocalizedText("Quarantine", ja: "隔離")),
                (.reject, LocalizedText("Reject", ja: "拒否")),
            ],
            title: LocalizedText("What a blocked attachment leads to", ja: "禁止した添付ファイルの扱い"),
            LocalizedText(
                "Quarantine by default: an administrator can still release what was meant well. Allow lists do not excuse attachments.",
                ja: "既定では隔離します。正当なものは管理者が解放できます。許可リストに登録されていても適用されます。")
        ).weighing,
        .score(
            "score", \.score, title: LocalizedText("Score of a blocked attachment", ja: "禁止した添付ファイルのスコア"),
            LocalizedText("Counts when the score is added.", ja: "「スコアを加算」を選んだ場合に加算します。")),
        .boolean(
            "examine-contents", \.examinesContents,
            title: LocalizedText("Look into attachments and archives", ja: "添付ファイルと圧縮ファイルの中身を検査"),
            LocalizedText(
                "Files are told by their first bytes, whatever they are called, and zip, 7z, tar, gzip, bzip2, xz and zstd are looked into, archives within archives too. The blocked endings hold for files in archives as well.",
                ja: "ファイルの種類を名前ではなく先頭のバイトで判定し、zip、7z、tar、gzip、bzip2、xz、zstd の中身を入れ子も含めて検査します。禁止する拡張子は圧縮ファイル内のファイルにも適用します。")),
        .choice(
            "executables", \.executables, kindActions, title: LocalizedText("Programs", ja: "実行ファイル"),
            LocalizedText(
                "For Windows, Linux, macOS, Java and Android, and Windows shortcuts, by what they are. Quarantine by default, like their usual endings.",
                ja: "Windows、Linux、macOS、Java、Android の実行ファイルと Windows のショートカットを内容で判定します。既定では隔離します。")
        ).weighing,
        .choice(
            "scripts", \.scripts, kindActions, title: LocalizedText("Scripts", ja: "スクリプト"),
            LocalizedText(
                "Texts that name the program that runs them, and batch files. Nothing by default: developers send them, and Windows goes by the ending.",
                ja: "実行するプログラムを指定するテキストとバッチファイルです。開発者が送ることがあり、Windows は拡張子で判断するため、既定では何もしません。")
        ).weighing,
        .choice(
            "macros", \.macros, kindActions, title: LocalizedText("Office files with macros", ja: "マクロ付き Office ファイル"),
            LocalizedText(
                "Of all versions, within archives too. Nothing by default, because many firms work with them.",
                ja: "すべての版の Office ファイルが対象です（圧縮ファイル内も含みます）。業務で使用されることが多いため、既定では何もしません。")
        ).weighing,
        .choice(
            "encrypted", \.encrypted, kindActions, title: LocalizedText("Encrypted files", ja: "暗号化されたファイル"),
            LocalizedText(
                "Archives, Office files and PDF that need a password, and archives of forms that are not read (RAR, cabinet, LHA, ARJ). Nothing by default: in Japan many firms send them.",
                ja: "パスワードが必要な圧縮ファイル、Office ファイル、PDF と、読み取れない形式（RAR、CAB、LHA、ARJ）の圧縮ファイルです。国内では広く使われているため、既定では何もしません。")
        ).weighing,
        .choice(
            "unreadable", \.unreadable, kindActions, title: LocalizedText("Archives beyond the limits", ja: "検査の上限を超える圧縮ファイル"),
            LocalizedText(
                "Archives that are damaged, nested too deep, unpack to far more than they are, or hold too many files: so that nobody can hide a file behind them.",
                ja: "破損している、入れ子が深すぎる、展開後のサイズが異常に大きい、またはファイル数が多すぎる圧縮ファイルです。検査を逃れることを防ぎます。")
        ).weighing,
        .integer(
            "archive-depth", \.archiveDepth, 1...10, title: LocalizedText("Archives within archives", ja: "圧縮ファイルの入れ子"),
            LocalizedText("How deep is looked; 1: only the outermost archive.", ja: "検査する深さです。1 の場合は最も外側だけを検査します。")),
        .integer(
            "archive-entries", \.archiveEntries, 1...100_000, title: LocalizedText("Files in an archive", ja: "圧縮ファイル内のファイル数"),
            LocalizedText("All within one attachment together.", ja: "1 つの添付ファイルに含まれるファイル数の合計です。")),
        .integer(
            "large-message-bytes", \.largeMessageBytes, 0...2_147_483_647, .bytes,
            title: LocalizedText("Large message from", ja: "大きいメッセージとみなすサイズ"),
            LocalizedText(
                "A message of this size or more gets the score below. 0: size is no finding; limits that refuse stand under reception and domains.",
                ja: "このサイズ以上のメッセージに次のスコアを加算します。0 の場合は加算しません。拒否する上限は「受信」とドメインの設定にあります。")),
        .score(
            "large-message-score", \.largeMessageScore, title: LocalizedText("Score of a large message", ja: "大きいメッセージのスコア"),
            LocalizedText("May be negative: junk mail is seldom large.", ja: "負の値も指定できます（迷惑メールが大きいことはまれです）。")),
    ]
}
