import Testing

@testable import Sieve

/// What scripts do with messages.
@Suite struct SieveRunTests {
    static func message(
        _ fields: [(String, String)] = [
            ("Subject", "Quarterly figures"), ("From", "Alice <alice@example.com>"), ("To", "bob+lists@example.org"),
        ],
        body: String = "Hello there", size: Int = 2_000
    ) -> SieveMessage {
        SieveMessage(
            fields: fields.map { SieveMessage.Field(name: $0.0, unfolded: Array($0.1.utf8)) }, sizeBytes: size,
            envelopeFrom: "bounce@example.com", envelopeTo: "bob+lists@example.org", spamPercent: 60, virus: .clean,
            body: {
                SieveMessage.Body(
                    raw: body,
                    parts: [
                        SieveMessage.Part(mediaType: "text/plain", text: body, isText: true),
                        SieveMessage.Part(mediaType: "application/pdf", text: "%PDF", isText: false),
                    ])
            })
    }

    static func run(_ script: String, _ message: SieveMessage = message()) throws -> SieveOutcome {
        let program = try SieveProgram(compiling: script)
        return SieveInterpreter { $0 == "received" }.run(program, message, traces: true)
    }

    @Test func `an empty script keeps`() throws {
        let outcome = try Self.run("")
        #expect(outcome.isKept && outcome.actions.isEmpty && outcome.fault == nil)
    }

    @Test(arguments: [
        (#"header :contains "subject" "FIGURES""#, true),
        (#"header :is ["From", "Subject"] "quarterly figures""#, true),
        (#"header :comparator "i;octet" :is "Subject" "quarterly figures""#, false),
        (#"header :matches "Subject" "Q*fig?res""#, true),
        (#"header :matches "Subject" "Q*fig\\?res""#, false),
        (#"header :regex "Subject" "^q[a-z]+ly (fig|num)[[:alpha:]]{4}$""#, true),
        (#"header :regex "Subject" "^figures""#, false),
        (#"address :domain "from" "example.com""#, true),
        (#"address :localpart :is "from" "alice""#, true),
        (#"address :all :is "from" "Alice""#, false),
        (#"address :user "to" "bob""#, true),
        (#"address :detail "to" "lists""#, true),
        (#"envelope :detail "to" "lists""#, true),
        (#"envelope "from" "bounce@example.com""#, true),
        (#"exists ["From", "Subject"]"#, true),
        (#"exists ["From", "Sender"]"#, false),
        ("size :over 1K", true), ("size :under 2K", true), ("size :over 2000", false), ("size :under 2000", false),
        ("not false", true), ("allof (true, false)", false), ("anyof (false, true)", true),
        (#"body :contains "hello""#, true), (#"body :text :contains "PDF""#, false),
        (#"body :content "application" :contains "pdf""#, true), (#"body :raw :contains "there""#, true),
        (#"spamtest :value "ge" :comparator "i;ascii-numeric" "6""#, true),
        (#"spamtest :value "ge" :comparator "i;ascii-numeric" "7""#, false),
        (#"spamtest :percent :value "eq" :comparator "i;ascii-numeric" "60""#, true),
        (#"virustest :value "le" :comparator "i;ascii-numeric" "1""#, true),
        (#"header :count "eq" "from" "1""#, true), (#"address :count "gt" "from" "1""#, false),
        (#"header :value "lt" :comparator "i;ascii-numeric" "subject" "3""#, false),
        (#"string "a" "A""#, true), (#"header :contains "subject" "${unicode: 46}igures""#, true),
    ])
    func `a test has the answer of its RFC`(_ test: String, _ expected: Bool) throws {
        let outcome = try Self.run(
            """
            require ["envelope", "subaddress", "body", "spamtest", "spamtestplus", "virustest", "relational", "regex", "variables",
                "comparator-i;ascii-numeric", "encoded-character"];
            if \(test) { discard; }
            """)
        #expect(outcome.fault == nil && outcome.isKept != expected)
    }

    @Test func `elsif and else are taken in order and stop ends the script`() throws {
        let outcome = try Self.run(
            """
            require "fileinto";
            if false { discard; } elsif true { fileinto "a"; stop; } else { fileinto "b"; }
            fileinto "c";
            """)
        #expect(outcome.actions.map(\.kind) == [.fileInto("a")] && !outcome.isKept)
    }

    @Test func `copy leaves the implicit keep alone, and the same redirection is made once`() throws {
        let outcome = try Self.run(
            #"require "copy"; redirect :copy "a@example.net"; redirect :copy "a@example.net";"#)
        #expect(outcome.actions.map(\.kind) == [.redirect("a@example.net")] && outcome.isKept)
    }

    @Test func `groups of wildcards and expressions become variables, modifiers in their order`() throws {
        let outcome = try Self.run(
            #"""
            require ["variables", "fileinto", "regex"];
            if header :matches "subject" "* *" { set :upperfirst :lower "first" "${1}"; }
            if header :regex "from" "([a-z]+)@([a-z.]+)" { set :length "length" "${2}"; }
            set :quotewildcard "q" "a*b";
            fileinto "${first}/${length}/${q}/${unknown}/${2}";
            """#)
        #expect(outcome.actions.map(\.kind) == [.fileInto("Quarterly/11/a\\*b//example.com")])
    }

    @Test func `later tests see an edited header, and what is added cannot break its line`() throws {
        let outcome = try Self.run(
            """
            require ["editheader", "fileinto"];
            deleteheader "Subject";
            addheader "X-Class" "one\r\nBcc: two";
            addheader :last "X-Last" "end";
            if exists "subject" { discard; } elsif header :contains "x-class" "two" { keep; }
            """)
        #expect(outcome.edits.deleted == [0] && outcome.isKept)
        #expect(outcome.edits.first == [SieveOutcome.Field(name: "X-Class", value: "one Bcc: two")])
        #expect(outcome.edits.last.map(\.name) == ["X-Last"])
    }

    @Test func `deleteheader takes the one of an index from either end, and those of a value`() throws {
        let message = Self.message([("X-A", "1"), ("X-A", "2"), ("X-A", "3"), ("X-B", "spam"), ("X-B", "ham")])
        let outcome = try Self.run(
            #"require "editheader"; deleteheader :index 1 :last "X-A"; deleteheader :index 1 "X-A"; deleteheader :contains "X-B" "spam";"#,
            message)
        #expect(outcome.edits.deleted == [0, 2, 3])
    }

    @Test(arguments: [
        (#"require "variables"; set "a" "nobody"; redirect "${a}";"#, SieveRunFault.Problem.badAddress("nobody")),
        (#"require "editheader"; deleteheader "Received";"#, .protectedField("Received")),
        (#"require ["reject", "fileinto"]; fileinto "x"; reject "no";"#, .rejectWithOthers),
        (#"require ["regex", "variables"]; set "a" "("; if header :regex "subject" "${a}" { stop; }"#, .badPattern("(")),
        (
            #"redirect "a@x.test"; redirect "b@x.test"; redirect "c@x.test"; redirect "d@x.test"; redirect "e@x.test";"#,
            .tooManyRedirects(4)
        ),
    ])
    func `an error of a run keeps the message and undoes what was done`(_ script: String, _ problem: SieveRunFault.Problem) throws {
        let outcome = try Self.run(script)
        #expect(outcome.fault?.problem == problem && outcome.isKept && outcome.actions.isEmpty && outcome.edits.isEmpty)
    }

    @Test func `a pattern made to explode ends at the limit of steps instead of running on`() throws {
        let text = String(repeating: "a", count: 100_000)
        let outcome = try Self.run(
            #"require ["regex", "body"]; if body :regex "(((a*)*)*(a|a?)*){20}b" { discard; }"#, Self.message(body: text))
        #expect(outcome.fault?.problem == .tooManySteps && outcome.isKept)
    }

    @Test func `the trace says which test had which answer and what was done`() throws {
        let outcome = try Self.run("if header :contains \"subject\" \"figures\" {\n  keep;\n}")
        #expect(outcome.trace.map(\.position.line) == [1, 2])
        #expect(outcome.trace.map(\.step) == [.test("header :contains", true), .action("keep")])
    }
}
