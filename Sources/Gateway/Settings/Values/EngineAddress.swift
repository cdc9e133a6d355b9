/// Where an outside engine listens: `127.0.0.1:3310`, `scanner.example.com:783`, or the path of a local socket.
package enum EngineAddress: Sendable, Hashable, CustomStringConvertible {
    case host(HostAndPort)
    /// An absolute path.
    case localSocket(String)

    package var description: String {
        switch self {
        case .host(let endpoint): endpoint.description
        case .localSocket(let path): path
        }
    }

    /// sockaddr_un's path and its end.
    private static let maximumPathBytes = 107

    /// As the text of a setting.
    package static func parse(_ text: String) throws(SettingsValueError) -> EngineAddress {
        if text.hasPrefix("/") {
            let hasControl = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
            guard text.utf8.count <= maximumPathBytes, text.count > 1, !hasControl else { throw malformed(text) }
            return .localSocket(text)
        }
        guard let endpoint = HostAndPort(text, defaultPort: nil), endpoint.port > 0 else { throw malformed(text) }
        return .host(endpoint)
    }

    private static func malformed(_ text: String) -> SettingsValueError {
        SettingsValueError(
            "“\(text)” is neither a host with a port such as 127.0.0.1:3310 nor the path of a local socket (at most \(maximumPathBytes) bytes)",
            ja: "「\(text)」はポート付きのホスト（例: 127.0.0.1:3310）でもローカルソケットのパス（\(maximumPathBytes) バイト以内）でもありません")
    }
}
