/// Where in a message a token was found. The raw values stand in the names of learned tokens: never change or reuse one.
package enum TokenField: UInt8, Sendable, CaseIterable {
    case body = 1
    case subject = 2
    case fromName = 3
    case address = 4
    case header = 5
    case received = 6
    case mailer = 7
    case structure = 8
    case tag = 9
    case url = 10
    case attachment = 11
    case hidden = 12

    /// What stands before the token where people read it; empty for the text itself.
    package var label: String {
        switch self {
        case .body: ""
        case .subject: "subject: "
        case .fromName: "sender's name: "
        case .address: "address: "
        case .header: "header: "
        case .received: "received: "
        case .mailer: "mail program: "
        case .structure: "structure: "
        case .tag: "HTML: "
        case .url: "link: "
        case .attachment: "attachment: "
        case .hidden: "hidden text: "
        }
    }
}
