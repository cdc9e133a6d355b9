import Testing

@testable import Mail

struct AddressListTests {
    // RFC 5322 appendix A, and forms seen in real mail.
    @Test(
        arguments: [
            ("John Doe <jdoe@machine.example>", ["John Doe|jdoe@machine.example"]),
            ("\"Joe Q. Public\" <john.q.public@example.com>", ["Joe Q. Public|john.q.public@example.com"]),
            (
                "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
                ["Mary Smith|mary@x.test", "|jdoe@example.org", "Who?|one@y.test"]
            ),
            (
                "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
                ["|boss@nil.test", "Giant; \"Big\" Box|sysservices@example.net"]
            ),
            (
                "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
                ["Ed Jones|c@a.test", "|joe@where.test", "John|jdoe@one.test"]
            ),
            ("Undisclosed recipients:;", []),
            ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", ["Pete|pete@silly.test"]),
            ("Joe Q. Public <john.q.public@example.com>", ["Joe Q. Public|john.q.public@example.com"]),
            ("Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example", ["Mary Smith|mary@example.net", "|jdoe@test.example"]),
            ("John Doe <jdoe@machine(comment).  example>", ["John Doe|jdoe@machine.example"]),
            ("user@example.com (Full Name)", ["Full Name|user@example.com"]),
            ("=?utf-8?B?5pel5pys?= <a@b.example>", ["日本|a@b.example"]),
            ("=?utf-8?Q?Last,_First?= <a@b.example>", ["Last, First|a@b.example"]),
            ("\"=?utf-8?B?5pel5pys?=\" <a@b.example>", ["日本|a@b.example"]),
            ("日本 <用户@例え.jp>", ["日本|用户@例え.jp"]),
            ("\"odd local\"@example.com", ["|\"odd local\"@example.com"]),
            ("user@[192.0.2.1]", ["|user@[192.0.2.1]"]),
            ("trusted@bank.example <evil@example.com>", ["trusted@bank.example|evil@example.com"]),
            ("<a@b.example", ["|a@b.example"]),
            ("\"unclosed <a@b.example>", ["\"unclosed|a@b.example"]),
            ("Name user@example.com", ["Name|user@example.com"]),
            ("a@b.example; c@d.example", ["|a@b.example", "|c@d.example"]),
            ("A <a@b.example> B <c@d.example>", ["A|a@b.example", "B|c@d.example"]),
            ("Just A Name", ["Just A Name|"]),
            ("root", ["|root"]),
            ("", []), (",,,", []), ("<>", ["|"]), (";:,<>@", ["@|"]),
        ])
    func `address lists are read`(body: String, expected: [String]) {
        let found = AddressList(parsing: Array(body.utf8)).mailboxes.map { "\($0.name ?? "")|\($0.address)" }
        #expect(found == expected)
    }

    @Test func `groups keep their names`() {
        let list = AddressList(parsing: Array("a@b, Team: c@d, e@f; Empty:;".utf8))
        #expect(
            list.entries == [
                .mailbox(HeaderMailbox(name: nil, address: "a@b")),
                .group(name: "Team", members: [HeaderMailbox(name: nil, address: "c@d"), HeaderMailbox(name: nil, address: "e@f")]),
                .group(name: "Empty", members: []),
            ])
    }

    @Test func `an address of a header becomes one of the envelope when it is valid`() {
        #expect(HeaderMailbox(name: nil, address: "a@b").emailAddress?.description == "a@b")
        #expect(HeaderMailbox(name: nil, address: "a b").emailAddress == nil)
    }
}
