import Foundation

/// The developers' collection of real and malformed mail. It may not be part of the project: tests that use it run only where it lies,
/// in the folder that `SECURITYGATEWAY_CORPUS` names or in `shared/corpus` beside the checkout. Nothing of it is written anywhere.
enum AuthenticationCorpus {
    struct File: Sendable {
        var path: String
        var bytes: [UInt8]

        var source: String { String(path.prefix { $0 != "/" }) }
    }

    static let folder: URL? = {
        if let named = ProcessInfo.processInfo.environment["SECURITYGATEWAY_CORPUS"] { return existing(URL(fileURLWithPath: named)) }
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/" {
            if let found = existing(folder.appendingPathComponent("shared/corpus")) { return found }
            folder = folder.deletingLastPathComponent()
        }
        return nil
    }()

    static let isPresent = folder != nil

    /// All files of a set such as `mime`, read into memory.
    static func files(_ set: String) throws -> [File] {
        guard let folder else { return [] }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["zstd", "-dcq", folder.appendingPathComponent("\(set).tar.zst").path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return archiveMembers([UInt8](data))
    }

    private static func existing(_ url: URL) -> URL? {
        FileManager.default.fileExists(atPath: url.appendingPathComponent("auth.tar.zst").path) ? url : nil
    }

    /// Regular members of a tar archive (POSIX ustar, GNU and pax long names).
    private static func archiveMembers(_ archive: [UInt8]) -> [File] {
        var files: [File] = []
        var position = 0
        var longName: String?
        while position + 512 <= archive.count, archive[position] != 0 {
            let size = octal(archive[position + 124..<position + 136])
            let content = archive[position + 512..<min(archive.count, position + 512 + size)]
            switch archive[position + 156] {
            case UInt8(ascii: "L"): longName = text(content)
            case UInt8(ascii: "x"): longName = paxPath(content) ?? longName
            case UInt8(ascii: "0"), 0:
                let prefix = text(archive[position + 345..<position + 500])
                let short = (prefix.isEmpty ? "" : prefix + "/") + text(archive[position..<position + 100])
                let path = longName ?? short
                files.append(File(path: path.hasPrefix("./") ? String(path.dropFirst(2)) : path, bytes: Array(content)))
                longName = nil
            default: longName = nil
            }
            position += 512 + (size + 511) / 512 * 512
        }
        return files
    }

    private static func paxPath(_ content: ArraySlice<UInt8>) -> String? {
        for line in String(decoding: content, as: UTF8.self).split(separator: "\n") {
            if let range = line.range(of: " path=") { return String(line[range.upperBound...]) }
        }
        return nil
    }

    private static func octal(_ bytes: ArraySlice<UInt8>) -> Int { Int(text(bytes).trimmingCharacters(in: .whitespaces), radix: 8) ?? 0 }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
}

extension AuthenticationCorpus {
    /// One file of the set `auth`.
    static func data(_ path: String) throws -> Data {
        guard let file = members[path] else { throw CocoaError(.fileNoSuchFile) }
        return Data(file)
    }

    /// All files of the set `auth`, unpacked once.
    static let members: [String: [UInt8]] = {
        // An archive that cannot be read shows as missing files.
        let unpacked = (try? files("auth")) ?? []
        return Dictionary(unpacked.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
    }()
}
