import Settings
import Testing

@testable import WebAdmin

/// The texts themselves.
struct TextsTests {
    private static let all: [(name: String, text: LocalizedText)] =
        list(CommonText.self) + list(FirstStartText.self) + list(SignInText.self) + list(DashboardText.self) + list(DomainText.self)
        + list(MessageText.self) + list(QueueText.self) + list(SettingsText.self) + list(AuditText.self) + list(AdministratorText.self)
        + list(NoticeText.self) + list(ErrorText.self) + list(ReportText.self) + list(APIKeyText.self) + list(MaintenanceText.self)
        + list(OwnPagesText.self) + list(QuarantineText.self)
        + list(ClusterText.self) + list(FolderText.self) + list(DirectoryText.self)
        + list(SettingsHistoryText.self) + list(SettingsTransferText.self)

    private static func list<Texts: PageText>(_ type: Texts.Type) -> [(name: String, text: LocalizedText)] {
        type.allCases.map { ("\(type).\($0.rawValue)", $0.text) }
    }

    @Test func `every text is there in both languages and has the same places for values`() {
        for (name, text) in Self.all {
            #expect(!text.english.isEmpty && !text.japanese.isEmpty, "\(name)")
            #expect(Self.places(text.english) == Self.places(text.japanese), "\(name)")
        }
    }

    @Test func `Japanese texts are Japanese`() {
        let same: Set<String> = [
            "CommonText.product", "CommonText.english", "CommonText.utc", "DomainText.security", "MessageText.messageID", "MessageText.tls",
            "SettingsText.range", "SettingsHistoryText.nothing", "DirectoryText.byNodeConfiguration",
        ]
        for (name, text) in Self.all where !same.contains(name) {
            #expect(text.japanese.unicodeScalars.contains { (0x3040...0x9FFF).contains($0.value) }, "\(name): \(text.japanese)")
        }
    }

    @Test func `values are put into their places in the order of the language`() {
        #expect(DomainText.removeText.filled(.english, 2, "a.example") == "The selected addresses (2) are taken off the list of a.example.")
        #expect(DomainText.removeText.filled(.japanese, 2, "a.example") == "a.example の一覧から 2 件のアドレスを削除します。")
    }

    @Test func `a notice survives its cookie and nothing else does`() {
        #expect(Notice(cookieText: Notice(.queueHeld, count: 7).cookieText) == Notice(.queueHeld, count: 7))
        for text in ["", "queueHeld", "queueHeld.x", "<script>.1", "queueHeld.1.2"] { #expect(Notice(cookieText: text) == nil) }
    }

    private static func places(_ text: String) -> Int { text.matches(of: /\{[01]?\}/).count }
}
