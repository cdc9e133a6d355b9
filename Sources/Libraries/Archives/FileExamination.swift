import CArchive
import Glibc

/// Looks at a file and, when it is an archive, at everything in it, within limits. Blocks for as long as `ArchiveLimits.duration`
/// allows: only for threads that may. Every loop ends at a limit, and recursion at the depth.
package struct FileExamination {
    private let limits: ArchiveLimits
    private let end: ContinuousClock.Instant
    private var report: FileReport
    private var kept = 0
    private var sourceBytes: Int

    /// What it is and what is in it.
    package static func examine(_ bytes: [UInt8], limits: ArchiveLimits = ArchiveLimits()) -> FileReport {
        var examination = FileExamination(bytes, limits)
        examination.look(bytes, examination.report.kind, depth: 1)
        return examination.report
    }

    private init(_ bytes: [UInt8], _ limits: ArchiveLimits) {
        self.limits = limits
        end = .now + limits.duration
        report = FileReport(kind: FileKind(head: bytes[...]))
        sourceBytes = bytes.count
    }

    private mutating func look(_ bytes: [UInt8], _ kind: FileKind, depth: Int) {
        switch kind {
        case .zip, .tar, .sevenZip, .compressed: walk(bytes, depth: depth)
        case .compound:
            let file = CompoundFile(bytes)
            if file.hasMacros { report.hasMacros = true }
            if file.isEncrypted { report.isEncrypted = true }
        case .pdf: if Self.isEncryptedPDF(bytes) { report.isEncrypted = true }
        case .executable, .script, .unreadArchive, .other: break
        }
    }

    private mutating func walk(_ bytes: [UInt8], depth: Int) {
        guard depth <= limits.depth else { return fail(.tooDeep) }
        report.work.archives += 1
        bytes.withUnsafeBytes { buffer in
            guard let stream = ArchiveStream.open(buffer) else { return fail(.damaged) }
            while !isOver {
                switch stream.next() {
                case .end: return
                case .failed(let isEncrypted):
                    if isEncrypted { report.isEncrypted = true } else { fail(.damaged) }
                    return
                case .entry(let name, let isEncrypted, let size, let isFile):
                    if stream.isPlain { return fail(.damaged) }
                    guard report.work.entries < limits.entries else { return fail(.tooManyEntries) }
                    report.work.entries += 1
                    guard isFile else { continue }
                    announce(size)
                    guard !isOver, take(name, isEncrypted: isEncrypted, stream, depth) else { return }
                }
            }
        }
    }

    /// - Returns: whether the archive can be read on.
    private mutating func take(_ name: [UInt8], isEncrypted: Bool, _ stream: borrowing ArchiveStream, _ depth: Int) -> Bool {
        if Self.isMacroPart(name) { report.hasMacros = true }
        guard !isEncrypted else {
            report.isEncrypted = true
            report.files.append(ArchivedFile(name: name, depth: depth, kind: .other))
            return true
        }
        var content: [UInt8] = []
        var kind = FileKind.other
        var isWanted = true
        defer { kept -= content.count }
        do throws(ArchiveStream.UnpackingFailure) {
            while let block = try stream.nextBlock() {
                guard mayUnpack(block.count) else { return note(name, kind, content, depth) }
                guard isWanted else { continue }
                content.append(contentsOf: block)
                keep(block.count)
                guard content.count >= FileKind.headBytes else { continue }
                if content.count - block.count < FileKind.headBytes { kind = FileKind(head: content[...]) }
                isWanted = Self.isLookedInto(kind)
                if isWanted, content.count > limits.nestedBytes {
                    fail(.tooManyBytes)
                    isWanted = false
                }
                if !isWanted {
                    kept -= content.count
                    content = []
                    if stream.skipsCheaply { break }
                }
            }
        } catch {
            fail(.damaged)
            _ = note(name, kind, content, depth)
            return false
        }
        if isWanted, content.count < FileKind.headBytes { kind = FileKind(head: content[...]) }
        report.files.append(ArchivedFile(name: name, depth: depth, kind: kind))
        if isWanted, Self.isLookedInto(kind) { look(content, kind, depth: depth + 1) }
        return !isOver
    }

    /// The last that is said of a file that was not unpacked whole.
    private mutating func note(_ name: [UInt8], _ kind: FileKind, _ content: [UInt8], _ depth: Int) -> Bool {
        let known = kind == .other ? FileKind(head: content[...]) : kind
        report.files.append(ArchivedFile(name: name, depth: depth, kind: known))
        return false
    }

    private static func isLookedInto(_ kind: FileKind) -> Bool { kind.isReadArchive || kind == .compound || kind == .pdf }

    private mutating func keep(_ count: Int) {
        kept += count
        report.work.keptBytes = max(report.work.keptBytes, kept)
    }

    /// Counts what is being unpacked; false at a limit.
    private mutating func mayUnpack(_ count: Int) -> Bool {
        report.work.unpackedBytes += count
        if report.work.unpackedBytes > limits.unpackedBytes { fail(.tooManyBytes) }
        announce(report.work.unpackedBytes)
        return !isOver
    }

    /// A size that was read or is announced, against the size of the file that came.
    private mutating func announce(_ bytes: Int?) {
        guard let bytes, bytes > limits.ratioFloorBytes, bytes / max(1, sourceBytes) > limits.ratio else { return }
        fail(.unusualRatio)
    }

    private mutating func fail(_ fault: ArchiveFault) { report.faults.insert(fault) }

    /// A limit that concerns the whole was reached, or the time.
    private var isOver: Bool {
        mutating get {
            if ContinuousClock.now >= end { fail(.tooSlow) }
            return !report.faults.isDisjoint(with: [.tooManyEntries, .tooManyBytes, .unusualRatio, .tooSlow])
        }
    }

    /// The part in which Office Open XML keeps macros; under another name it is found as a compound file.
    private static func isMacroPart(_ name: [UInt8]) -> Bool {
        let end = Array("vbaproject.bin".utf8)
        return name.count >= end.count && name.suffix(end.count).map { $0 >= 0x41 && $0 <= 0x5A ? $0 + 0x20 : $0 } == end
    }

    /// ISO 32000-1 section 7.5.5: the trailer of an encrypted document names its encryption dictionary.
    private static func isEncryptedPDF(_ bytes: [UInt8]) -> Bool {
        let key = Array("/Encrypt".utf8)
        return bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return false }
            return memmem(base, buffer.count, key, key.count) != nil
        }
    }
}
