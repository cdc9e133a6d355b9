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
        case .zip, .tar, .sevenZip, .compressed: walk(bytes, kind, depth: depth)
        case .compound:
            let file = CompoundFile(bytes)
            if file.hasMacros { report.hasMacros = true }
            if file.isEncrypted { report.isEncrypted = true }
        case .pdf: if Self.isEncryptedPDF(bytes) { report.isEncrypted = true }
        case .executable, .script, .unreadArchive, .other: break
        }
    }

    private mutating func walk(_ bytes: [UInt8], _ kind: FileKind, depth: Int) {
        guard depth <= limits.depth else { return fail(.tooDeep) }
        report.work.archives += 1
        if kind == .sevenZip, !isReadable(bytes) { return }
        bytes.withUnsafeBytes { buffer in
            guard let stream = ArchiveStream.open(buffer, kind) else { return fail(.damaged) }
            if stream.isUnclear { fail(.damaged) }
            while !isOver {
                switch stream.next() {
                case .end: return
                case .failed(let isEncrypted):
                    if isEncrypted { report.isEncrypted = true } else { fail(.damaged) }
                    return
                case .entry(let name, let isEncrypted, let size, let isDirectory, let target):
                    if stream.isPlain { return fail(.damaged) }
                    guard report.work.entries < limits.entries else { return fail(.tooManyEntries) }
                    report.work.entries += 1
                    announce(size)
                    // Its type is the sender's word; other programs write a file whatever it says. Of a directory too all is read that
                    // stands there: libarchive would unpack it in one step while it looks for the next entry.
                    let isEmptyDirectory = isDirectory && size == 0
                    guard !isOver,
                        isEmptyDirectory
                            || take(name, target, size, isDirectory: isDirectory, isEncrypted: isEncrypted, stream, depth)
                    else {
                        return
                    }
                }
            }
        }
    }

    /// Whether libarchive may be asked about a 7z: it makes room for all that a header announces before it has seen any of it.
    private mutating func isReadable(_ bytes: [UInt8]) -> Bool {
        do throws(SevenZipHeader.Fault) {
            try SevenZipHeader.check(bytes, limit: max(limits.entries, Self.fewestAnnounced))
            return true
        } catch {
            switch error {
            case .encrypted: report.isEncrypted = true
            case .malformed: fail(.damaged)
            case .tooMany: fail(.tooManyEntries)
            }
            return false
        }
    }

    /// Files that an archive may announce in any case; the limit of those read is another. Costs libarchive some megabytes.
    private static let fewestAnnounced = 20_000

    /// - Returns: whether the archive can be read on.
    private mutating func take(
        _ name: [UInt8], _ target: [UInt8], _ size: Int?, isDirectory: Bool, isEncrypted: Bool, _ stream: borrowing ArchiveStream,
        _ depth: Int
    ) -> Bool {
        // libarchive ends the name of what it takes for a directory.
        let name = isDirectory && name.last == 0x2F ? Array(name.dropLast()) : name
        if Self.isMacroPart(name) { report.hasMacros = true }
        guard !isEncrypted else {
            report.isEncrypted = true
            list(name, .other, depth)
            return true
        }
        var content = target
        kept += content.count
        var kind = FileKind.other
        var isWanted = true
        var hasBytes = false
        defer { kept -= content.count }
        do throws(ArchiveStream.UnpackingFailure) {
            while let block = try stream.nextBlock() {
                guard mayUnpack(block.count) else { return note(name, kind, content, depth, stream.isSingle) }
                hasBytes = hasBytes || !block.isEmpty
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
            _ = note(name, kind, content, depth, stream.isSingle)
            return false
        }
        if isWanted, content.count < FileKind.headBytes { kind = FileKind(head: content[...]) }
        if !hasBytes, target.isEmpty, let size, size > 0 {
            // libarchive gives out nothing of a device, and of a directory's content neither.
            fail(.damaged)
        } else if isDirectory, !hasBytes {
            return !isOver
        }
        list(name, kind, depth, isWholeContent: stream.isSingle)
        if isWanted, Self.isLookedInto(kind) { look(content, kind, depth: depth + 1) }
        return !isOver
    }

    /// The last that is said of a file that was not unpacked whole.
    private mutating func note(_ name: [UInt8], _ kind: FileKind, _ content: [UInt8], _ depth: Int, _ isWholeContent: Bool) -> Bool {
        let known = kind == .other ? FileKind(head: content[...]) : kind
        list(name, known, depth, isWholeContent: isWholeContent)
        return false
    }

    private mutating func list(_ name: [UInt8], _ kind: FileKind, _ depth: Int, isWholeContent: Bool = false) {
        report.files.append(ArchivedFile(name: name, depth: depth, kind: kind, isWholeContent: isWholeContent))
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
