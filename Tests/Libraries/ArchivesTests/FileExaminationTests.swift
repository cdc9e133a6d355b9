import Archives
import Testing

/// What is seen of files and of what is in them; figures are counts of work.
@Suite struct FileExaminationTests {
    static let program: [UInt8] = [0x4D, 0x5A, 0x90, 0x00, 0x03] + [UInt8](repeating: 0, count: 600)

    private func names(_ report: FileReport) -> [String] { report.files.map { String(decoding: $0.name, as: UTF8.self) } }

    /// A compound file's head and one directory sector with these names.
    static func compound(_ names: [String]) -> [UInt8] {
        var bytes: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + [UInt8](repeating: 0, count: 504)
        bytes[30] = 9
        for name in names {
            var entry = [UInt8](repeating: 0, count: 128)
            for (index, unit) in name.utf16.enumerated() { entry[index * 2] = UInt8(truncatingIfNeeded: unit) }
            entry[64] = UInt8(name.utf16.count * 2 + 2)
            entry[66] = 1
            bytes += entry
        }
        return bytes + [UInt8](repeating: 0, count: 512)
    }

    @Test(arguments: ArchiveMaker.Form.allCases)
    func `programs are found in every form of archive, whatever they are called`(form: ArchiveMaker.Form) {
        let report = FileExamination.examine(
            ArchiveMaker(form).adding("read me.txt", "hello").adding("photo.jpg", Self.program).bytes())
        #expect(names(report) == ["read me.txt", "photo.jpg"])
        #expect(report.files.map(\.kind) == [.other, .executable])
        #expect(report.faults.isEmpty && !report.isEncrypted && !report.hasMacros)
    }

    @Test(arguments: ArchiveMaker.Form.allCases)
    func `an archive within an archive is looked into, and its files say how deep they lie`(form: ArchiveMaker.Form) {
        let inner = ArchiveMaker(.zip).adding("run.bin", Self.program).bytes()
        let report = FileExamination.examine(ArchiveMaker(form).adding("inner", inner).bytes())
        #expect(report.files.map(\.depth) == [1, 2])
        #expect(report.files.map(\.kind) == [.zip, .executable])
        #expect(report.work.archives == 2 && report.work.entries == 2)
    }

    @Test func `names beyond ASCII are kept as they were written`() async throws {
        let threads = ArchiveThreads()
        let zip = ArchiveMaker().adding("請求書.txt", "x").bytes()
        let seven = ArchiveMaker(.sevenZip).adding("請求書.txt", "x").bytes()
        let reports = try #require(await threads.examine([zip, seven], limits: ArchiveLimits()))
        #expect(reports.map(names) == [["請求書.txt"], ["請求書.txt"]])
    }

    /// The zip with another type in its entries' external attributes.
    private func zip(_ name: String, _ content: [UInt8], mode: Int) -> [UInt8] {
        var bytes = ArchiveMaker().adding(name, content).bytes()
        for index in bytes.indices.dropLast(46) where Array(bytes[index..<(index + 4)]) == [0x50, 0x4B, 1, 2] {
            bytes[index + 5] = 3
            bytes[index + 40] = UInt8(mode & 0xFF)
            bytes[index + 41] = UInt8(mode >> 8)
        }
        return bytes
    }

    @Test(arguments: [0o100644, 0o020666, 0o060666, 0o010666, 0o140666, 0o120777, 0o040755, 0])
    func `a file is listed whatever type its archive gives it`(mode: Int) {
        let report = FileExamination.examine(zip("run.js", Array("WScript.Echo(1)".utf8), mode: mode))
        #expect(names(report) == ["run.js"])
        let script = FileExamination.examine(zip("run", Array("#!/bin/sh\n".utf8), mode: mode))
        #expect(script.files.map(\.kind) == [.script] || script.faults == [.damaged])
    }

    /// A tar whose directory has a megabyte of zeros, or more.
    private func directoryTar(megabytes: Int) -> [UInt8] {
        let bytes = ArchiveMaker(.tar).adding("x", [UInt8](repeating: 0, count: megabytes << 20)).bytes()
        guard let start = (0..<bytes.count / 512).map({ $0 * 512 }).first(where: { bytes[$0] == 0x78 && bytes[$0 + 1] == 0 }) else {
            return []
        }
        var changed = bytes
        changed[start + 156] = 0x44
        for index in 148..<156 { changed[start + index] = 0x20 }
        let sum = changed[start..<(start + 512)].reduce(0) { $0 + Int($1) }
        let text = String(sum, radix: 8)
        changed.replaceSubrange(
            (start + 148)..<(start + 156), with: Array((String(repeating: "0", count: 6 - text.count) + text + "\0 ").utf8))
        return changed
    }

    @Test func `what is stepped over counts like what is read`() {
        let tar = directoryTar(megabytes: 8)
        #expect(!tar.isEmpty)
        var limits = ArchiveLimits()
        limits.unpackedBytes = 2 << 20
        let report = FileExamination.examine(tar, limits: limits)
        #expect(report.faults == [.tooManyBytes])
    }

    /// A 7z of nothing but a header.
    private func sevenZip(header: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0, 4] + [UInt8](repeating: 0, count: 12)
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + Self.checksum(header)
        bytes.replaceSubrange(8..<12, with: Self.checksum(Array(bytes[12..<32])))
        return bytes + header
    }

    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return (0..<4).map { UInt8(truncatingIfNeeded: ~value >> (8 * $0)) }
    }

    /// Files; packed streams; folders; streams in a folder: 90 million each.
    @Test(
        arguments: [
            [1, 5, 0xE0, 0x80, 0x4A, 0x5D, 5, 0, 0], [1, 4, 6, 0, 0xE0, 0x80, 0x4A, 0x5D, 5, 9],
            [1, 4, 7, 11, 0xE0, 0x80, 0x4A, 0x5D, 5, 0],
            [1, 4, 7, 11, 1, 0, 1, 1, 0, 12, 5, 0, 8, 13, 0xE0, 0x80, 0x4A, 0x5D, 5, 0],
        ] as [[UInt8]])
    func `a 7z that announces more than it can hold is not given to libarchive`(header: [UInt8]) {
        let report = FileExamination.examine(sevenZip(header: header))
        #expect(report.faults == [.tooManyEntries] && report.work.entries == 0)
    }

    @Test func `a 7z of many files is read to the limit of entries`() {
        let many = (0..<3_000).reduce(ArchiveMaker(.sevenZip)) { maker, index in maker.adding("file\(index).txt", "hello \(index)") }
        let report = FileExamination.examine(many.bytes())
        #expect(report.faults == [.tooManyEntries] && report.work.entries == 2_000)
        var limits = ArchiveLimits()
        limits.entries = 5_000
        #expect(FileExamination.examine(many.bytes(), limits: limits).faults.isEmpty)
    }

    @Test func `empty directories are no files`() {
        var maker = ArchiveMaker(.tar).adding("d/", [])
        maker.type = 0o040000
        let report = FileExamination.examine(maker.bytes())
        #expect(report.files.isEmpty && report.faults.isEmpty)
    }

    @Test func `a zip with the longest comment is read by its directory`() {
        var zip = ArchiveMaker().adding("run.js", "x").bytes()
        zip[zip.count - 2] = 0xFF
        zip[zip.count - 1] = 0xFF
        let report = FileExamination.examine(zip + [UInt8](repeating: 0x61, count: 65_535))
        #expect(names(report) == ["run.js"] && report.faults.isEmpty)
    }

    @Test func `a zip whose local headers tell of other files is read by its directory`() {
        let decoy = Array(ArchiveMaker().adding("read me.txt", "x").bytes())
        let report = FileExamination.examine(decoy + ArchiveMaker().adding("run.js", "x").bytes())
        #expect(names(report) == ["run.js"])
    }

    @Test func `a zip without an end, with something behind it or with two ends is a damaged one`() {
        let zip = ArchiveMaker().adding("a.txt", "hello").bytes()
        #expect(FileExamination.examine(Array(zip.dropLast(22))).faults == [.damaged])
        #expect(FileExamination.examine(zip + Array("behind".utf8)).faults == [.damaged])
        #expect(FileExamination.examine(zip + [UInt8](repeating: 0, count: 500)).faults.isEmpty)
        var two = zip
        two[two.count - 2] = 22
        #expect(FileExamination.examine(two + zip.suffix(22)).faults == [.damaged])
    }

    @Test func `the end of a name is kept, however long it is`() throws {
        let name = String(repeating: "./", count: 1_000) + "run.js"
        let report = FileExamination.examine(ArchiveMaker(.tar).adding(name, "x").bytes())
        let file = try #require(report.files.first)
        #expect(file.name.count == ArchivedFile.maximumNameBytes && String(decoding: file.name, as: UTF8.self).hasSuffix("/run.js"))
    }

    @Test func `an encrypted entry is reported and not an error`() {
        let report = FileExamination.examine(ArchiveMaker(password: "secret").adding("a.txt", "hello").bytes())
        #expect(report.isEncrypted && report.faults.isEmpty && names(report) == ["a.txt"])
    }

    @Test(arguments: [
        ("word/vbaProject.bin", [UInt8]("x".utf8)), ("word/other.bin", FileExaminationTests.compound(["Root Entry", "VBA"])),
    ])
    func `macros are found by the name of their part and by what they are`(name: String, content: [UInt8]) {
        let document = ArchiveMaker().adding("[Content_Types].xml", "<Types/>").adding("word/document.xml", "<w/>")
        #expect(!FileExamination.examine(document.bytes()).hasMacros)
        #expect(FileExamination.examine(document.adding(name, content).bytes()).hasMacros)
    }

    @Test(arguments: [
        (["Root Entry", "WordDocument"], false, false), (["Root Entry", "Macros", "_VBA_PROJECT"], true, false),
        (["Root Entry", "EncryptionInfo", "EncryptedPackage"], false, true),
    ])
    func `a compound file's directory tells of macros and of encryption`(names: [String], macros: Bool, encrypted: Bool) {
        let report = FileExamination.examine(Self.compound(names))
        #expect(report.kind == .compound && report.hasMacros == macros && report.isEncrypted == encrypted)
    }

    @Test(arguments: [("%PDF-1.7\ntrailer << /Encrypt 5 0 R >>", true), ("%PDF-1.7\ntrailer << /Root 5 0 R >>", false)])
    func `an encrypted PDF is told by its trailer`(text: String, isEncrypted: Bool) {
        #expect(FileExamination.examine(Array(text.utf8)).isEncrypted == isEncrypted)
    }

    @Test func `a bomb of many gigabytes is recognised by what it announces, after a few bytes`() {
        let bomb = ArchiveMaker().adding("zeros", [UInt8](repeating: 0, count: 48 << 20)).bytes()
        let report = FileExamination.examine(bomb)
        #expect(report.faults == [.unusualRatio])
        #expect(report.work.unpackedBytes < 1 << 20 && report.work.keptBytes < 1 << 20)
    }

    @Test func `a bomb that announces nothing is stopped at the ratio's floor`() {
        let bomb = ArchiveMaker(.tarGzip).adding("inner.gz", [0x1F, 0x8B, 0x08] + [UInt8](repeating: 0, count: 47 << 20)).bytes()
        var limits = ArchiveLimits()
        limits.ratio = .max
        limits.unpackedBytes = 4 << 20
        let report = FileExamination.examine(bomb, limits: limits)
        #expect(report.faults == [.tooManyBytes])
        #expect(report.work.unpackedBytes <= 5 << 20 && report.work.keptBytes <= 5 << 20)
    }

    @Test func `nesting ends at the limit`() {
        var file = Self.program
        for _ in 0..<200 { file = ArchiveMaker().adding("a", file).bytes() }
        let report = FileExamination.examine(file)
        #expect(report.faults == [.tooDeep])
        #expect(report.work.archives == ArchiveLimits().depth && report.work.entries == ArchiveLimits().depth)
    }

    @Test func `many archives beside each other share one count of entries`() {
        let inner = (0..<50).reduce(ArchiveMaker()) { maker, index in maker.adding("f\(index)", "x") }.bytes()
        let outer = (0..<50).reduce(ArchiveMaker()) { maker, index in maker.adding("z\(index)", inner) }.bytes()
        var limits = ArchiveLimits()
        limits.entries = 100
        let report = FileExamination.examine(outer, limits: limits)
        #expect(report.faults == [.tooManyEntries] && report.work.entries == 100)
    }

    @Test func `without time nothing is unpacked`() {
        var limits = ArchiveLimits()
        limits.duration = .zero
        let report = FileExamination.examine(ArchiveMaker().adding("a", Self.program).bytes(), limits: limits)
        #expect(report.faults == [.tooSlow] && report.work.entries == 0)
    }

    @Test(arguments: ArchiveMaker.Form.allCases)
    func `cut and altered archives end with an answer and bounded work`(form: ArchiveMaker.Form) {
        let whole = ArchiveMaker(form).adding("a.txt", [UInt8](repeating: 0x61, count: 5_000)).adding("b", Self.program).bytes()
        var generator = SystemRandomNumberGenerator()
        for round in 0..<300 {
            var bytes = whole
            if round % 2 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator)) }
            for _ in 0..<(round % 7) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let report = FileExamination.examine(bytes)
            #expect(
                report.work.entries <= ArchiveLimits().entries && report.work.unpackedBytes <= ArchiveLimits().unpackedBytes + (1 << 20))
        }
    }

    @Test func `no more files wait than may`() async {
        let threads = ArchiveThreads(threads: 1, waiting: 0)
        #expect(await threads.examine([[0x50]], limits: ArchiveLimits()) == nil)
    }

    @Test(arguments: [
        ([0x4D, 0x5A, 0x90, 0x00], FileKind.executable), (Array("MZ is a text\r\n".utf8), .other), ([0x7F, 0x45, 0x4C, 0x46], .executable),
        (Array("#!/bin/sh\n".utf8), .script), (Array(" \r\n@ECHO OFF\r\n".utf8), .script),
        ([0x52, 0x61, 0x72, 0x21, 0x1A, 0x07], .unreadArchive),
        ([0x24, 0x12] + Array("-lh5-".utf8), .unreadArchive), (Array("junk %PDF-1.4".utf8), .pdf), ([], .other),
    ])
    func `a file is what its first bytes say`(head: [UInt8], kind: FileKind) {
        #expect(FileKind(head: head[...]) == kind)
    }
}
