import Quarantine
import Settings

/// For whom the quarantine is shown.
enum QuarantineUse: Sendable, Hashable {
    case administration
    /// For a user, his own.
    case own(mayRelease: Bool)

    var isOwn: Bool { self != .administration }
    var mayRelease: Bool { self != .own(mayRelease: false) }
    var path: String { isOwn ? OwnPath.quarantine : SitePath.quarantine }
    var title: LocalizedText { isOwn ? OwnPagesText.title.text : QuarantineText.title.text }

    var lead: LocalizedText {
        switch self {
        case .administration: QuarantineText.lead.text
        case .own(mayRelease: true): OwnPagesText.lead.text
        case .own(mayRelease: false): OwnPagesText.leadWithoutRelease.text
        }
    }
}

/// The list of the quarantine.
struct QuarantineView: Sendable {
    let path: String
    let title: String
    let lead: String
    let searchLabel: String
    let emptyHelp: String
    /// All of a user's are of one kind and for him.
    let isOwn: Bool
    let mayRelease: Bool
    let problem: String?
    let text: String
    let kindValue: String
    let kinds: [FieldView.Choice]
    let isFiltered: Bool
    let rows: [Row]
    let hasRows: Bool
    let selectLink: String
    let isAllSelected: Bool
    let pager: PagerView

    struct Row: Sendable {
        let value: String
        let path: String
        let selectLabel: String
        let isSelected: Bool
        let subject: String?
        let sender: String?
        let recipients: String
        let kind: Badge?
        let reason: String
        let score: String
        let since: String
        let size: String
    }

    init(
        _ form: QuarantineForm, _ found: [QuarantinedMessage], _ use: QuarantineUse, problem: LocalizedText?, isAllSelected: Bool,
        _ language: Language
    ) {
        let shown = found.prefix(QuarantineController.pageSize)
        path = use.path
        title = use.title[language]
        lead = use.lead[language]
        searchLabel = (use.isOwn ? OwnPagesText.searchText.text : QuarantineText.searchText.text)[language]
        emptyHelp = (use.isOwn ? OwnPagesText.emptyHelp.text : QuarantineText.emptyHelp.text)[language]
        isOwn = use.isOwn
        mayRelease = use.mayRelease
        self.problem = problem?[language]
        text = form.text
        kindValue = form.kind
        kinds =
            [FieldView.Choice(value: "", text: QuarantineText.any[language], isChosen: form.kind.isEmpty)]
            + QuarantineKind.allCases.map {
                FieldView.Choice(value: $0.rawValue, text: $0.title[language], isChosen: $0.rawValue == form.kind)
            }
        isFiltered = !form.isEmpty
        rows = shown.map { Row($0, use, language, isSelected: isAllSelected) }
        hasRows = !shown.isEmpty
        self.isAllSelected = isAllSelected
        let here = form.link.with("before", form.before)
        selectLink = (isAllSelected ? here : here.with("select", "all")).text
        let isLast = found.count <= QuarantineController.pageSize
        pager = PagerView(
            next: isLast ? nil : shown.last.map(form.link(after:)), first: form.cursor == nil ? nil : form.link.text, isTimeOrdered: true)
    }
}

extension QuarantineView.Row {
    init(_ message: QuarantinedMessage, _ use: QuarantineUse, _ language: Language, isSelected: Bool) {
        value = message.message.description
        path = "\(use.path)/\(message.message)"
        selectLabel = QuarantineText.select.filled(language, message.subject.nonEmpty ?? message.reversePath)
        self.isSelected = isSelected
        subject = message.subject.nonEmpty
        sender = message.reversePath.nonEmpty
        let more = message.recipientCount - 1
        recipients = (message.recipients.first ?? "") + (more > 0 ? " " + MessageText.moreRecipients.filled(language, more) : "")
        kind = use.isOwn ? nil : message.kind.badge(language)
        reason = message.reason[language]
        score = message.score.description
        since = ShownValue.time(message.quarantinedAt)
        size = ShownValue.size(message.sizeBytes, language)
    }
}

/// The page of one message in quarantine.
struct QuarantinedMessageView: Sendable {
    let title: String
    let listPath: String
    let listTitle: String
    let mayRelease: Bool
    let identifier: String
    let kind: Badge?
    let reason: String
    let score: String
    let since: String
    let sender: String
    let recipients: [String]
    /// For administrators.
    let logPath: String?
    /// For administrators, while there is something to explain by.
    let whyPath: String?
    let isReadable: Bool
    let isCut: Bool
    let headerFields: [SafeMessageView.HeaderLine]
    let texts: [SafeMessageView.TextPart]
    let attachments: [Attachment]
    let hasAttachments: Bool
    let hasImages: Bool
    /// Shows the pictures; while they are not shown.
    let imagesLink: String?
    /// While they are shown.
    let images: [Image]

    struct Image: Sendable {
        let path: String
        let label: String
    }

    struct Attachment: Sendable {
        let name: String
        let type: String
        let size: String
    }

    init(
        _ message: QuarantinedMessage, _ content: SafeMessageView?, _ use: QuarantineUse, isExplained: Bool = false, showsImages: Bool,
        _ language: Language
    ) {
        title = message.subject.nonEmpty ?? MessageText.noSubject[language]
        listPath = use.path
        listTitle = use.title[language]
        mayRelease = use.mayRelease
        identifier = message.message.description
        kind = use.isOwn ? nil : message.kind.badge(language)
        reason = message.reason[language]
        score = message.score.description
        since = ShownValue.timeWithZone(message.quarantinedAt)
        sender = message.reversePath.nonEmpty ?? MessageText.nullSender[language]
        recipients = message.recipients
        logPath = use.isOwn ? nil : "\(SitePath.messages)/\(message.message)"
        whyPath = isExplained ? logPath.map { "\($0)/why" } : nil
        isReadable = content != nil
        isCut = content?.isCut ?? false
        headerFields = content?.headerFields ?? []
        texts = content?.texts ?? []
        attachments = (content?.attachments ?? []).map {
            Attachment(
                name: $0.name.nonEmpty ?? QuarantineText.noName[language], type: $0.mediaType, size: ShownValue.size($0.sizeBytes, language)
            )
        }
        hasAttachments = !attachments.isEmpty
        let count = content?.images.count ?? 0
        let path = "\(use.path)/\(message.message)"
        hasImages = count > 0
        imagesLink = showsImages ? nil : "\(path)?images=yes#images"
        images = (0..<(showsImages ? count : 0)).map {
            Image(path: "\(path)/images/\($0)", label: QuarantineText.imageLabel.filled(language, $0 + 1))
        }
    }
}
