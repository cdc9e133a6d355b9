import Archives
import ScannerProtocols

enum ScannerTargets {
    /// What engines answer.
    static func replies(_ bytes: [UInt8]) {
        _ = try? Clamd.finding(bytes)
        _ = try? Clamd.versionText(bytes)
        _ = try? Rspamd.opinion(bytes)
        var reply = SpamdReply()
        if (try? reply.take(bytes)) == .some(nil) { _ = try? reply.finish() }
    }

    static func archive(_ bytes: [UInt8]) {
        var limits = ArchiveLimits()
        limits.entries = 50
        limits.unpackedBytes = 1 << 20
        limits.nestedBytes = 1 << 18
        let report = FileExamination.examine(bytes, limits: limits)
        precondition(report.work.entries <= limits.entries + 1, "too many entries")
        precondition(report.work.unpackedBytes <= limits.unpackedBytes + (1 << 18), "unpacked too much")
    }
}
