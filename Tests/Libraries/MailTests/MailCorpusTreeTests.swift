import Foundation
import Testing

@testable import Mail

/// Compares with what two other projects read from the same mails. Their trees are answers, not standards: each test counts agreements
/// and holds a floor.
@Suite(.enabled(if: MailCorpus.isPresent), .serialized)
struct MailCorpusTreeTests {
    @Test func `parts, subjects, senders and attachments agree with the expected trees`() throws {
        let files = try MailCorpus.files("mime").filter { $0.source == "stalwart-mail-parser" }
        let byPath = Dictionary(files.map { ($0.path, $0.bytes) }) { first, _ in first }
        var agreements: [String: Int] = [:]
        var compared = 0
        var malformed = 0
        var malformedAgreements = 0
        for file in files where file.path.hasSuffix(".eml") {
            guard let json = byPath[file.path.replacingOccurrences(of: ".eml", with: ".json")],
                let expected = ExpectedMail(json: Data(json))
            else { continue }
            let found = ExpectedMail(MessageReader().read(file.bytes))
            // In the malformed ones the other project has other opinions; they are printed, not counted.
            guard !file.path.contains("/malformed/") else {
                malformed += 1
                malformedAgreements += found.agreements(with: expected).allSatisfy(\.1) ? 1 : 0
                continue
            }
            compared += 1
            for (name, agrees) in found.agreements(with: expected) {
                agreements[name, default: 0] += agrees ? 1 : 0
                if !agrees {
                    print("differs in \(name): \(file.path)\n  expected \(expected.value(name))\n  found    \(found.value(name))")
                }
            }
        }
        print("expected trees: \(compared) compared, agreements \(agreements); malformed \(malformedAgreements) of \(malformed)")
        #expect(compared >= 50)
        for (name, count) in agreements { #expect(count * 100 >= compared * 95, "\(name)") }
    }

    @Test func `the shapes of the mime4j messages agree`() throws {
        let files = try MailCorpus.files("mime").filter { $0.source == "james-mime4j" }
        let byPath = Dictionary(files.map { ($0.path, $0.bytes) }) { first, _ in first }
        var agreements = 0
        var compared = 0
        for file in files where file.path.hasSuffix(".msg") {
            guard let xml = byPath[file.path.replacingOccurrences(of: ".msg", with: ".xml")] else { continue }
            compared += 1
            let expected = Self.shape(ofXML: String(decoding: xml, as: UTF8.self))
            let found = Self.shape(of: MessageReader().read(file.bytes).root)
            if expected == found { agreements += 1 } else { print("differs: \(file.path)\n  expected \(expected)\n  found    \(found)") }
        }
        print("mime4j shapes: \(compared) compared, \(agreements) agree")
        #expect(compared >= 50)
        #expect(agreements * 100 >= compared * 90)
    }

    private static func shape(of part: MIMEPart) -> String {
        if part.children.isEmpty { return part.contentType.isMultipart ? "M()" : "b" }
        let inner = part.children.map(shape(of:)).joined()
        return part.contentType.isMessage ? "R(\(inner))" : "M(\(inner))"
    }

    /// `b` a body, `M(…)` a multipart, `R(…)` a message inside a part.
    private static func shape(ofXML xml: String) -> String {
        var result = ""
        var depth = 0
        for piece in xml.split(separator: "<") {
            let tag = String(piece.prefix { $0 != ">" && $0 != " " && $0 != "/" || piece.first == "/" && $0 == "/" })
            switch tag {
            case "message":
                if depth > 0 { result += "R(" }
                depth += 1
            case "/message":
                depth -= 1
                if depth > 0 { result += ")" }
            case "multipart": result += "M("
            case "/multipart": result += ")"
            case "body", "text-body", "binary-body": result += "b"
            default: break
            }
        }
        return result
    }

    @Test func `addresses of the header table agree`() throws {
        let table = try #require(try MailCorpus.files("mime").first { $0.path == "stalwart-mail-parser/address.json" })
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(table.bytes)) as? [[String: Any]])
        var agreements = 0
        for row in rows {
            let header = row["header"] as? String ?? ""
            let expected = ExpectedMail.addresses(row["expected"])
            let found = AddressList(parsing: header.utf8.filter { $0 != 0x0A && $0 != 0x0D }).mailboxes.map(\.address)
            if expected == found {
                agreements += 1
            } else {
                print("differs: \(header.debugDescription) expected \(expected) found \(found)")
            }
        }
        print("address table: \(rows.count) compared, \(agreements) agree")
        #expect(agreements * 100 >= rows.count * 90)
    }

    @Test func `dates of the header table agree`() throws {
        let table = try #require(try MailCorpus.files("mime").first { $0.path == "stalwart-mail-parser/date.json" })
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(table.bytes)) as? [[String: Any]])
        var agreements = 0
        for row in rows {
            let header = row["header"] as? String ?? ""
            let found = MailDate(parsing: header.utf8.filter { $0 != 0x0A && $0 != 0x0D })
            let expected = Self.milliseconds(row["expected"] as? [String: Any] ?? [:])
            if found?.millisecondsSince1970 == expected {
                agreements += 1
            } else {
                print("differs: \(header.debugDescription) found \(found?.formatted ?? "none") expected \(row["expected"] ?? "")")
            }
        }
        print("date table: \(rows.count) compared, \(agreements) agree")
        #expect(agreements * 100 >= rows.count * 90)
    }

    private static func milliseconds(_ fields: [String: Any]) -> Int64? {
        func number(_ name: String) -> Int { fields[name] as? Int ?? 0 }
        guard number("year") > 0 else { return nil }
        let days = CivilCalendar.days(year: number("year"), month: number("month"), day: number("day"))
        let offset = (number("tz_hour") * 60 + number("tz_minute")) * (fields["tz_before_gmt"] as? Bool == true ? -1 : 1)
        return (days * 86_400 + Int64(number("hour") * 3600 + number("minute") * 60 + number("second") - offset * 60)) * 1000
    }

    @Test func `content types of the header table agree`() throws {
        let table = try #require(try MailCorpus.files("mime").first { $0.path == "stalwart-mail-parser/content_type.json" })
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(table.bytes)) as? [[String: Any]])
        var agreements = 0
        for row in rows {
            let header = row["header"] as? String ?? ""
            let value = ParameterizedValue(parsing: header.utf8.filter { $0 != 0x0A && $0 != 0x0D })
            let expected = row["expected"] as? [String: Any] ?? [:]
            let type = [expected["c_type"] as? String, expected["c_subtype"] as? String].compactMap { $0 }.joined(separator: "/")
            let attributes = (expected["attributes"] as? [[String: Any]] ?? []).map { "\($0["name"] ?? "")=\($0["value"] ?? "")" }
            let found = value.parameters.map { "\($0.name)=\($0.value)" }
            if value.value == type.lowercased(), Set(attributes).subtracting(found).isEmpty {
                agreements += 1
            } else {
                print("differs: \(header.debugDescription)\n  expected \(type) \(attributes)\n  found \(value.value) \(found)")
            }
        }
        print("content type table: \(rows.count) compared, \(agreements) agree")
        #expect(agreements * 100 >= rows.count * 80)
    }
}

/// What is compared of one mail.
struct ExpectedMail {
    var subject = ""
    var from: [String] = []
    var types: [String] = []
    var attachments: [String] = []

    init(_ structure: MIMEStructure) {
        subject = Self.normalized(structure.header.subject ?? "")
        from = structure.header.from.map(\.address)
        types = structure.parts.map { $0.contentType.mediaType }.sorted()
        attachments = structure.parts.flatMap { part -> [String] in
            let names = part.fileNames
            return names.isEmpty ? [] : names.map(Self.normalized)
        }
    }

    init?(json: Data) {
        guard let root = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else { return nil }
        var isRoot = true
        collect(root, &isRoot)
        types.sort()
    }

    private mutating func collect(_ message: [String: Any], _ isRoot: inout Bool) {
        for part in message["parts"] as? [[String: Any]] ?? [] {
            var type = "text/plain"
            var name: String?
            for header in part["headers"] as? [[String: Any]] ?? [] {
                let value = header["value"] as? [String: Any] ?? [:]
                switch header["name"] as? String {
                case "subject" where isRoot: subject = Self.normalized(value["Text"] as? String ?? "")
                case "from" where isRoot: from = Self.addresses(value["Address"])
                case "content_type":
                    let fields = value["ContentType"] as? [String: Any] ?? [:]
                    if let main = fields["c_type"] as? String, let sub = fields["c_subtype"] as? String {
                        type = "\(main)/\(sub)".lowercased()
                    }
                    name = name ?? Self.attribute("name", fields)
                case "content_disposition": name = Self.attribute("filename", value["ContentType"] as? [String: Any] ?? [:]) ?? name
                default: break
                }
            }
            isRoot = false
            // Without a type of its own: the default inside multipart/digest (RFC 2046 §5.1.5).
            if (part["body"] as? [String: Any])?["Message"] != nil, type == "text/plain" { type = "message/rfc822" }
            types.append(type)
            if let name { attachments.append(Self.normalized(name)) }
            if let inner = (part["body"] as? [String: Any])?["Message"] as? [String: Any] { collect(inner, &isRoot) }
        }
    }

    static func addresses(_ value: Any?) -> [String] {
        let fields = value as? [String: Any] ?? [:]
        if let list = fields["List"] as? [[String: Any]] { return list.compactMap { $0["address"] as? String } }
        let groups = fields["Group"] as? [[String: Any]] ?? []
        return groups.flatMap { ($0["addresses"] as? [[String: Any]] ?? []).compactMap { $0["address"] as? String } }
    }

    private static func attribute(_ name: String, _ fields: [String: Any]) -> String? {
        (fields["attributes"] as? [[String: Any]] ?? []).first { $0["name"] as? String == name }?["value"] as? String
    }

    /// Blanks differ between readers by taste.
    private static func normalized(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    func agreements(with expected: ExpectedMail) -> [(String, Bool)] {
        [
            // The other project read these in the wrong charset.
            ("subject", subject == expected.subject || expected.subject.contains("\u{FFFD}")), ("from", from == expected.from),
            ("types", types == expected.types),
            ("attachments", expected.attachments.allSatisfy { $0.contains("\u{FFFD}") || attachments.contains($0) }),
        ]
    }

    func value(_ name: String) -> String {
        switch name {
        case "subject": subject
        case "from": "\(from)"
        case "types": "\(types)"
        default: "\(attachments)"
        }
    }
}
