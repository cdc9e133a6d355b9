import Foundation
import Testing

@testable import Mail

/// Runs over every mail of the collection; the counts it prints are the measure of the reader.
@Suite(.enabled(if: MailCorpus.isPresent), .serialized)
struct MailCorpusTests {
    @Test(arguments: ["mime", "mail-classic", "mail-modern", "mail-japanese"])
    func `every mail is read within the limits`(set: String) throws {
        let files = try MailCorpus.files(set)
        #expect(files.count > 100)
        var parts = 0
        var bytes = 0
        var cut: [String] = []
        for file in files {
            let structure = MessageReader().read(file.bytes)
            if structure.isCut || structure.parts.contains(where: \.fileNameList.isCut)
                || structure.leaves.contains(where: { $0.contentType.type == "text" && $0.embeddedFileNames.isCut })
            {
                cut.append(file.path)
            }
            parts += structure.records.count
            bytes += file.bytes.count
            check(structure, of: file)
        }
        print("\(set): \(files.count) files, \(bytes) bytes, \(parts) parts, \(cut.count) reach a limit")
        // Malformed on purpose are only those of the first set: real mail must stay far from every limit.
        #expect(set == "mime" || cut.isEmpty, "\(cut.prefix(5))")
    }

    private func check(_ structure: MIMEStructure, of file: MailCorpus.File) {
        #expect(structure.records.count <= structure.limits.parts, "\(file.path)")
        for part in structure.parts {
            _ = part.fileNames
            _ = part.header.subject
            _ = (part.header.from, part.header.to, part.header.carbonCopy, part.header.date, part.header.messageID)
            guard part.children.isEmpty else { continue }
            let body = part.decodedBody()
            #expect(body.bytes.count <= part.rawBody.count, "\(file.path)")
            if part.contentType.type == "text" { _ = DecodedText(body.bytes[...], charset: part.contentType.charset) }
        }
    }

    /// The hidden file is a zip archive; it must be found as the decoded content of some part, or the mail must be marked.
    @Test func `a hidden attachment is found or the mail is marked`() throws {
        var found = [0, 0, 0, 0]
        var marked = [0, 0, 0, 0]
        for file in try MailCorpus.files("mime") where file.source == "mime-is-broken-content" {
            let structure = MessageReader().read(file.bytes)
            let identity = structure.header.first("X-Payload-Id")?.text ?? ""
            let validity = identity.firstRange(of: "valid(").flatMap { Int(identity[$0.upperBound...].prefix(1)) } ?? 0
            var isMarked = !structure.anomalies.isEmpty
            var isFound = false
            for part in structure.leaves {
                let body = part.decodedBody()
                if body.bytes.starts(with: Array("PK".utf8)) { isFound = true }
                if !body.anomalies.isEmpty { isMarked = true }
                let files = part.embeddedFiles()
                if files.contains(where: { $0.bytes.starts(with: Array("PK".utf8)) }) { isFound = true }
            }
            if isFound { found[validity] += 1 } else if isMarked { marked[validity] += 1 }
            #expect(isFound || isMarked, "\(identity)")
        }
        print("hidden attachments by validity 0...3: found \(found), only marked \(marked)")
        #expect(found[3] > 0 && found[2] > 0)
        #expect(marked[3] == 0 && marked[2] == 0)
    }

    /// The second attachment is named test.zip or file.zip by some reading of its fields.
    @Test func `a hidden file name is among the candidates or the mail is marked`() throws {
        var found = [0, 0, 0, 0]
        var marked = [0, 0, 0, 0]
        for file in try MailCorpus.files("mime") where file.source == "mime-is-broken-filename" {
            let structure = MessageReader().read(file.bytes)
            let identity = structure.header.first("X-Payload-Id")?.text ?? ""
            let validity = identity.firstRange(of: "valid(").flatMap { Int(identity[$0.upperBound...].prefix(1)) } ?? 0
            // Some of the tricks are about a picture, shown as a name ending in png.
            let names = structure.leaves.flatMap(\.fileNames)
            let isFound = names.contains { $0.hasSuffix(".zip") || $0.hasSuffix(".png") }
            let isMarked = !structure.anomalies.isEmpty
            if isFound { found[validity] += 1 } else if isMarked { marked[validity] += 1 }
            if !isFound { print(validity, identity.prefix(40), names, Set(structure.anomalies.map(\.kind.rawValue)).sorted()) }
            #expect(isFound || isMarked, "\(identity)")
        }
        print("hidden file names by validity 0...3: found \(found), only marked \(marked)")
        #expect(found[3] > 0 && found[2] > 0)
        #expect(marked[3] == 0 && marked[2] == 0)
    }

    @Test func `Japanese subjects are read without loss`() throws {
        let test = try MailCorpus.files("mime").filter { $0.source == "bsfilter-japanese" }
        let real = try MailCorpus.files("mail-japanese").filter { $0.path.hasSuffix(".eml") }
        var damaged = 0
        for file in test + real {
            let subject = MessageHeader.read(from: file.bytes).subject ?? ""
            guard subject.unicodeScalars.contains("\u{FFFD}") else { continue }
            damaged += 1
            print("damaged subject: \(file.path)")
        }
        print("Japanese subjects: \(test.count + real.count) read, \(damaged) with replaced characters")
        #expect(test.count + real.count > 150)
        // Two in a hundred may be broken by their writers.
        #expect(damaged * 50 <= test.count + real.count)
    }

    @Test func `Japanese texts are read with hardly a replaced character`() throws {
        var texts = 0
        var damaged = 0
        var japanese = 0
        for file in try MailCorpus.files("mail-japanese") where file.path.hasSuffix(".eml") {
            for part in MessageReader().read(file.bytes).leaves where part.contentType.type == "text" {
                let text = part.decodedText()
                texts += 1
                if text.replacements > 0 { damaged += 1 }
                if text.text.unicodeScalars.contains(where: { (0x3041...0x30FF).contains($0.value) }) { japanese += 1 }
            }
        }
        print("Japanese texts: \(texts) read, \(japanese) with kana, \(damaged) with replaced characters")
        #expect(japanese * 2 >= texts)
        #expect(damaged * 20 <= texts)
    }

    @Test func `valid and invalid mailboxes of the address tables are told apart`() throws {
        let files = try MailCorpus.files("mime")
        for (name, isValid) in [("mailbox_valid.txt", true), ("mailbox_invalid.txt", false)] {
            let table = try #require(files.first { $0.path == "flanker/\(name)" })
            var agreements = 0
            let rows = String(decoding: table.bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
            for row in rows {
                let isAccepted = (try? EmailAddress(row.trimmingCharacters(in: .whitespaces))) != nil
                if isAccepted == isValid { agreements += 1 } else { print("\(name): \(row.debugDescription)") }
            }
            print("\(name): \(rows.count) rows, \(agreements) agree")
            // Rows with display names or comments are no envelope addresses; stray dots are accepted on purpose.
            #expect(agreements * 100 >= rows.count * 80)
        }
    }
}
