import Foundation
import Mail
import Testing

@testable import SenderAuthentication

struct PublicSuffixTests {
    private static let small = """
        // a comment
        com
        jp
        co.jp
        *.kawasaki.jp
        !city.kawasaki.jp
        公司.cn
        cn
        github.io   behind a blank nothing counts
        """

    @Test(
        arguments: [
            ("example.com", "example.com"), ("a.b.example.com", "example.com"), ("com", "com"), ("www.example.co.jp", "example.co.jp"),
            ("co.jp", "co.jp"), ("a.b.c.kawasaki.jp", "b.c.kawasaki.jp"), ("c.kawasaki.jp", "c.kawasaki.jp"),
            ("www.city.kawasaki.jp", "city.kawasaki.jp"), ("a.b.unlisted", "b.unlisted"), ("食狮.公司.cn", "食狮.公司.cn"),
            ("www.食狮.公司.cn", "食狮.公司.cn"), ("a.user.github.io", "user.github.io"), ("io", "io"),
        ])
    func `the organizational domain is one label more than the suffix`(name: String, organization: String) throws {
        let list = try PublicSuffixList(parsing: Array(Self.small.utf8), fewestRules: 1)
        #expect(list.organizationalDomain(of: try DomainName(name)) == (try DomainName(organization)))
    }

    @Test func `what is no list is refused`() {
        #expect(throws: PublicSuffixList.Fault.tooFewRules(0)) { try PublicSuffixList(parsing: Array("<html>".utf8) + [0xFF, 0x0A]) }
        #expect(throws: PublicSuffixList.Fault.tooLarge) {
            try PublicSuffixList(parsing: [UInt8](repeating: 0x0A, count: PublicSuffixList.maximumBytes + 1))
        }
    }

    private static let folder = "/usr/share/publicsuffix"
    private static let cases = "/usr/share/doc/publicsuffix/examples/test_psl.txt"

    /// The list of Debian's package with the cases that come with it.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: cases), "the package publicsuffix is not installed"))
    func `the cases of publicsuffix.org have their results`() throws {
        let text = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/public_suffix_list.dat"))
        let list = try PublicSuffixList(parsing: Array(text))
        var count = 0
        for line in try String(contentsOfFile: Self.cases, encoding: .utf8).split(separator: "\n") {
            guard line.hasPrefix("checkPublicSuffix(") else { continue }
            let arguments = line.dropFirst("checkPublicSuffix(".count).prefix { $0 != ")" }.split(separator: ",").map {
                $0.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: ["'"])
            }
            guard arguments.count == 2, arguments[0] != "null", let domain = try? DomainName(arguments[0]) else { continue }
            if arguments[1] == "null" {
                #expect(list.isPublicSuffix(domain), "\(line)")
            } else {
                #expect(list.organizationalDomain(of: domain) == (try DomainName(arguments[1])), "\(line)")
                #expect(!list.isPublicSuffix(domain), "\(line)")
            }
            count += 1
        }
        print("Public suffixes: \(list.count) rules, \(count) cases")
        #expect(count > 70)
    }
}
