import BayesianLearning
import Foundation
import GatewayTestKit
import Logging
import Settings
import SharedFolders

@testable import SampleLearning

extension LearningCourse {
    mutating func change(_ body: (inout BayesSettings) -> Void) {
        var settings = settings
        body(&settings)
        self = LearningCourse(
            store: store, folders: folders, settings: settings, node: node, epoch: epoch, isPrimary: isPrimary, attempts: attempts,
            logger: logger)
    }
}

/// Folders of one test with marked shared folders, removed with it.
final class Place: Sendable {
    let root: String
    let store = InMemoryLearning()
    private let attempts = PublishingAttempts()
    let node = NodeID(RecordIdentifier(high: 3, low: 4))
    let folders: LearningFolders

    init() throws {
        let root = NSTemporaryDirectory() + "learning-\(UUID().uuidString)"
        for kind in [SharedFolderKind.bayesHam, .bayesSpam, .bayesReplication] {
            let path = "\(root)/\(kind.rawValue)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            _ = try FolderMarker.write(
                kind, in: path, proposal: RecordIdentifier(milliseconds: 1), cluster: RecordIdentifier(milliseconds: 2))
        }
        self.root = root
        folders = LearningFolders { FolderPlaces(present: "\(root)/\($0.rawValue)", others: []) }
    }

    deinit {
        folders.close()
        // Of use to nobody.
        try? FileManager.default.removeItem(atPath: root)
    }

    /// - Parameter isPrimary: whether it still has the role.
    func course(epoch: Int64 = 7, isPrimary: @escaping @Sendable () -> Bool = { true }) -> LearningCourse {
        var settings = BayesSettings()
        settings.minimumSamples = 20
        return LearningCourse(
            store: store.fenced(at: epoch), folders: folders, settings: settings, node: node, epoch: epoch, isPrimary: isPrimary,
            attempts: attempts, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Teaching with this place's folders.
    var teaching: SampleTeaching { SampleTeaching(store: store, keeper: folders) }

    func teach(_ number: Int, _ kind: SampleKind, as other: SampleKind? = nil) async throws -> SampleDigest {
        try await teaching.teach(Array(Self.mail(number, kind).utf8), as: other ?? kind, by: .init(origin: .command, actor: "a")).digest
    }

    func unlearn(_ digest: SampleDigest) async throws {
        let audit = AuditEntry(actor: .localCommand(userID: 0), node: node, action: "bayes.unlearn", target: "", detail: "")
        _ = try await teaching.unlearn([digest], audit: audit)
    }

    func watch(_ current: CurrentBayesSnapshot) -> SnapshotWatch {
        SnapshotWatch(
            store: store, folders: folders, current: current, node: node, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func path(_ kind: SharedFolderKind) -> String { "\(root)/\(kind.rawValue)" }

    func file(_ name: String) -> String { "\(path(.bayesReplication))/\(name)" }

    static func mail(_ number: Int, _ kind: SampleKind) -> String {
        let words = kind.isSpam ? ["casino", "lottery", "prize", "pills"] : ["minutes", "patch", "agenda", "review"]
        return "From: s@example.net\nSubject: \(words[number % 4]) \(number)\nMessage-ID: <\(kind)\(number)@example.net>\n\n"
            + "\(words[number % 4]) \(words[(number / 4) % 4]) and the word number\(number)\n"
    }

    func write(_ name: String, _ text: String, in kind: SharedFolderKind) {
        _ = FileManager.default.createFile(atPath: "\(path(kind))/\(name)", contents: Data(text.utf8))
    }

    /// So many of each kind.
    func put(_ count: Int, from first: Int = 0) {
        for number in first..<first + count {
            for kind in SampleKind.allCases { write("\(number).eml", Self.mail(number, kind), in: kind.folder) }
        }
    }

    func files(_ kind: SharedFolderKind) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path(kind))) ?? []).filter { !$0.hasPrefix(".securitygateway") }.sorted()
    }

    /// Changes one byte in the middle.
    func damage(_ name: String) {
        guard var bytes = FileManager.default.contents(atPath: file(name)) else { return }
        bytes[bytes.count / 2] ^= 0x55
        _ = FileManager.default.createFile(atPath: file(name), contents: bytes)
    }
}
