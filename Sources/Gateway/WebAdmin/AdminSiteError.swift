/// Why the web interface cannot start.
package enum AdminSiteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Debian's package libjs-bootstrap5 is not installed.
    case missingStyleSheet(path: String)
    /// A file of the program itself cannot be read: the installation is damaged.
    case unreadableResource(name: String)
    case unreadableTemplate(name: String, cause: String)
    /// A template names a text that no language has.
    case unknownText(template: String, name: String)

    package var description: String {
        switch self {
        case .missingStyleSheet(let path): "the style sheet \(path) cannot be read; install the Debian package libjs-bootstrap5"
        case .unreadableResource(let name): "the resource \(name) of the web interface cannot be read; install the program anew"
        case .unreadableTemplate(let name, let cause): "the template \(name) of the web interface cannot be read: \(cause)"
        case .unknownText(let template, let name): "the template \(template) of the web interface names the unknown text \(name)"
        }
    }
}
