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
