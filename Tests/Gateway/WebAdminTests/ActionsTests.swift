import Delivery
import DomainsAndUsers
import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// What the forms do, and what they say about bad input.
struct ActionsTests {
    private static func domain(
        _ name: String, _ rows: [(host: String, port: String, priority: String, security: String)], note: String = ""
    ) -> [(String, String)] {
        [("name", name), ("note", note)]
            + rows.flatMap { [("host", $0.host), ("port", $0.port), ("priority", $0.priority), ("security", $0.security)] }
    }

    @Test func `a domain is added with its mail servers`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let rows = [
                ("mail.example.org", "25", "10", "verified"), ("", "25", "10", "opportunistic"), ("2001:db8::5", "2525", "20", "none"),
                ("backup.example.org:587", "25", "", "required"),
            ]
            let page = try await browser.post("/domains/add", Self.domain("新しい.example", rows, note: "テスト"))
            #expect(page.location == "/domains/xn--n8jub8830a.example", "\(page.text.prefix(200))")
            #expect(try await browser.get(page.location ?? "").text.contains("takes mail for it"))
            let servers = gateway.state.withLock { $0.domains.last?.mailServers ?? [] }
            #expect(servers.map(\.endpoint.description) == ["mail.example.org:25", "[2001:db8::5]:2525", "backup.example.org:587"])
            #expect(servers.map(\.priority) == [10, 20, 10])
            #expect(servers.map(\.security) == [.verified, .none, .required])
        }
    }

    @Test(arguments: [
        ("not a domain", "mail.example.org", "25", "10", "is not a domain name"),
        ("new.example", "", "25", "10", "At least one mail server"),
        ("new.example", "bad host!", "25", "10", "is not a host"), ("new.example", "mail.example.org", "0", "10", "A port is a number"),
        ("new.example", "mail.example.org", "70000", "10", "A port is a number"),
        ("new.example", "mail.example.org", "25", "x", "A priority is a number"),
        ("example.net", "mail.example.org", "25", "10", "exists already"),
    ])
    func `a bad domain is shown again with its error`(
        name: String, host: String, port: String, priority: String, message: String
    ) async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.post("/domains/add", Self.domain(name, [(host, port, priority, "required")]))
            #expect(page.status == .unprocessableContent && page.text.contains(message))
            #expect(page.text.contains("value=\"\(name)\"") && page.text.contains("value=\"\(host)\""), "what was entered is kept")
            #expect(page.text.contains("<option value=\"required\" selected>"))
            #expect(gateway.state.withLock { $0.domains.count } == 3)
        }
    }

    @Test func `a mail server's password is set, kept and never shown`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let row = Self.domain("example.net", [("mail.example.net", "25", "10", "required")])
            func password() -> String? { gateway.state.withLock { $0.domains.last?.mailServers.first?.credential?.password } }
            try await browser.post("/domains/example.net", row + [("server-user", "gateway"), ("server-password", "pencil")])
            #expect(password() == "pencil")
            let page = try await browser.get("/domains/example.net").text
            #expect(page.contains("value=\"gateway\"") && page.contains("Password: set; empty keeps it") && !page.contains("pencil"))
            try await browser.post("/domains/example.net", row + [("server-user", "gateway"), ("server-password", "")])
            #expect(password() == "pencil")
            try await browser.post("/domains/example.net", row + [("server-user", ""), ("server-password", "")])
            #expect(password() == nil)
        }
    }

    @Test func `more rows for mail servers come without a script`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let first = try await browser.get("/domains/add").text
            let more = try await browser.post(
                "/domains/add", Self.domain("x.example", [("a.example", "25", "10", "none")]) + [("more-rows", "yes")])
            #expect(more.status == .ok && more.text.contains("value=\"a.example\""))
            #expect(more.text.matches(of: /name="host"/).count > first.matches(of: /name="host"/).count)
        }
    }

    @Test func `a domain is changed and deleted after a question`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let changed = try await browser.post(
                "/domains/example.net", Self.domain("ignored.example", [("new.example.net", "", "", "implicit")]))
            #expect(changed.location == "/domains/example.net")
            #expect(gateway.state.withLock { $0.domains.last?.mailServers.first?.endpoint.description } == "new.example.net:25")
            let question = try await browser.get("/domains/example.net/delete")
            #expect(question.text.contains("Delete example.net?"))
            #expect(gateway.state.withLock { $0.domains.count } == 3)
            #expect(try await browser.post("/domains/example.net/delete").location == "/domains")
            #expect(try await browser.get("/domains").text.contains("The domain was deleted"))
        }
    }

    @Test func `recipients are added, searched, paged and removed after a question`() async throws {
        let gateway = try SampleGateway.make()
        let path = "/domains/example.co.jp/recipients"
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.post(path, [("recipients", "info\r\n  sales@example.co.jp\r\n\r\n")]).location == path)
            let page = try await browser.get(path)
            #expect(page.text.contains("Addresses added: 2") && page.text.contains("info@example.co.jp"))
            let next = try #require(page.links.first { $0.contains("after=") })
            #expect(try await browser.get(next).text.contains("user99@example.co.jp"))
            let found = try await browser.get(path + "?text=sales")
            #expect(found.text.contains("sales@") && !found.text.contains("info@"))
            let question = try await browser.post(
                path + "/remove", [("address", "info@example.co.jp"), ("address", "sales@example.co.jp")])
            #expect(question.status == .ok && question.text.contains("The selected addresses (2) are taken off"))
            #expect(gateway.state.withLock { $0.recipients.count } == 132)
            let done = try await browser.post(
                path + "/remove", [("address", "info@example.co.jp"), ("address", "sales@example.co.jp"), ("confirmed", "yes")])
            #expect(done.location == path && gateway.state.withLock { $0.recipients.count } == 130)
        }
    }

    @Test(arguments: [("", "Fill in"), ("a@other.example", "is not an address of"), ("a b", "is not an address of")])
    func `bad recipients are shown again with their error`(text: String, message: String) async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let page = try await browser.post("/domains/example.net/recipients", [("recipients", text)])
            #expect(page.status == .unprocessableContent && page.text.contains(message))
            #expect(page.text.contains("name=\"recipients\"") && page.text.contains("is-invalid"))
            let none = try await browser.post("/domains/example.net/recipients/remove")
            #expect(none.status == .unprocessableContent && none.text.contains("Select at least one"))
        }
    }

    @Test(arguments: [
        (QueueAction.retry, "Entries tried again now: 1"), (.hold, "Entries put on hold: 1"), (.release, "Entries released: 1"),
    ])
    func `selected rows of the queue are acted on`(action: QueueAction, message: String) async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let entry = gateway.state.withLock { QueueEntryID(message: $0.queue[0].message, ordinal: $0.queue[0].ordinal) }
            let page = try await browser.post("/queue", [("action", action.rawValue), ("entry", QueueRow.text(entry)), ("text", "user")])
            #expect(page.location == "/queue?text=user")
            #expect(try await browser.get("/queue?text=user").text.contains(message))
            #expect(gateway.auditedActions.last == "queue.\(action.rawValue)")
        }
    }

    @Test func `rows of the queue are deleted after a question that names them`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/queue?select=all")
            let entries = page.text.matches(of: /name="entry" value="([^"]*)"[^>]* checked/).map { ("entry", String($0.1)) }
            let before = gateway.state.withLock { $0.queue.count }
            #expect(entries.count == before)
            let question = try await browser.post("/queue", entries + [("action", "delete")])
            #expect(question.text.contains("Delete the selected entries (\(before))") && question.text.contains("user0@example.co.jp"))
            #expect(gateway.state.withLock { $0.queue.count } == before)
            let done = try await browser.post("/queue", entries + [("action", "delete"), ("confirmed", "yes")])
            #expect(done.location == "/queue" && gateway.state.withLock { $0.queue.isEmpty })
            let empty = try await browser.get("/queue").text
            #expect(empty.contains("Entries deleted: \(before)") && empty.contains("The queue is empty"))
            let late = try await browser.post("/queue", entries.prefix(1) + [("action", "retry")])
            #expect(late.location == "/queue")
            #expect(try await browser.get("/queue").text.contains("Nothing was done"))
        }
    }

    @Test func `a queue form without rows or with made-up values is refused`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let none = try await browser.post("/queue", [("action", "retry")])
            #expect(none.status == .unprocessableContent && none.text.contains("Select at least one row"))
            #expect(try await browser.post("/queue", [("action", "explode"), ("entry", "x")]).status == .badRequest)
            #expect(
                try await browser.post("/queue", [("action", "hold"), ("entry", "zz.1"), ("entry", "1")]).status == .unprocessableContent)
            let many = (0..<501).map { ("entry", "00000000000070008000000000000000.\($0)") }
            #expect(try await browser.post("/queue", many + [("action", "hold")]).status == .unprocessableContent)
        }
    }

    @Test func `the message log is filtered and paged without a gap`() async throws {
        try await withSignedIn(try SampleGateway.make(messages: 120)) { browser in
            var path: String? = "/messages"
            var seen: [String] = []
            while let present = path {
                let page = try await browser.get(present)
                seen += page.links.filter { $0.hasPrefix("/messages/") }
                path = page.links.first { $0.contains("before=") }
            }
            #expect(seen.count == 120 && Set(seen).count == 120)
            let refused = try await browser.get("/messages?result=refused").text
            #expect(refused.contains("badge-bad") && !refused.contains("badge-warning"))
            #expect(try await browser.get("/messages?from=2026-11-23&until=2026-11-23").text.contains("/messages/0"))
            #expect(try await browser.get("/messages?from=2026-11-24").text.contains("No message matches"))
            let bad = try await browser.get("/messages?from=yesterday&until=2026-02-31")
            #expect(bad.status == .unprocessableContent && bad.text.matches(of: /Enter a day such as/).count == 2)
            let long = try await browser.get("/messages?text=" + String(repeating: "x", count: 300))
            #expect(long.status == .unprocessableContent && long.text.contains("too long"))
        }
    }

    @Test func `settings are saved, kept, put back, and bad ones marked`() async throws {
        let gateway = try SampleGateway.make()
        let path = "/settings/delivery"
        try await withSignedIn(gateway) { browser in
            let revision = try #require(try await browser.get(path).text.firstMatch(of: /name="revision" value="(\d+)"/)).1
            let bad = try await browser.post(
                path, [("revision", String(revision)), ("setting.maximum-connections", "<many>"), ("setting.smart-host", "relay.example")])
            #expect(
                bad.status == .unprocessableContent && bad.text.contains("value=\"&lt;many&gt;\"") && bad.text.contains("relay.example"))
            #expect(bad.text.contains("A whole number from 1 to 10000"))
            let good = try await browser.post(path, [("revision", String(revision)), ("setting.maximum-connections", "50")])
            #expect(good.location == path)
            let after = try await browser.get(path).text
            #expect(
                after.contains("The settings were saved") && after.contains("value=\"50\"")
                    && after.contains("name=\"reset\" value=\"maximum-connections\""))
            let late = try await browser.post(path, [("revision", String(revision)), ("setting.maximum-connections", "70")])
            #expect(late.status == .conflict && late.text.contains("value=\"50\"") && late.text.contains("You had entered: 70"))
            #expect(late.text.contains("name=\"mine\" value=\"maximum-connections\""))
            let now = try #require(late.text.firstMatch(of: /name="revision" value="(\d+)"/)).1
            let mine = try await browser.post(
                path,
                [
                    ("revision", String(now)), ("setting.maximum-connections", "50"), ("mine.maximum-connections", "70"),
                    ("mine", "maximum-connections"),
                ])
            #expect(mine.location == path)
            #expect(try await browser.get(path).text.contains("value=\"70\""))
            let reset = try await browser.post(
                path, [("revision", "99"), ("setting.maximum-connections", "50"), ("reset", "maximum-connections")])
            #expect(reset.location == path)
            #expect(try await browser.get(path).text.contains("name=\"setting.maximum-connections\" type=\"text\" value=\"100\""))
        }
    }

    @Test func `every settings section and field has a control`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            for section in GatewaySettings.sections {
                let path = section.scope == .domain ? "/domains/example.net/settings" : "/settings/\(section.name)"
                let page = try await browser.get(path).text
                for field in section.fields { #expect(page.contains("name=\"setting.\(field.name)\""), "\(section.name).\(field.name)") }
            }
        }
    }

    @Test func `a list of settings is entered by lines`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            #expect(
                try await browser.post("/settings/relay", [("setting.trusted-networks", "192.0.2.0/24\r\n2001:db8::/32\r\n")]).status
                    == .seeOther)
            #expect(gateway.state.withLock { $0.rows.last?.value } == "192.0.2.0/24,2001:db8::/32")
            #expect(try await browser.get("/settings/relay").text.contains("192.0.2.0/24\n2001:db8::/32</textarea>"))
            let open = try await browser.post("/settings/relay", [("setting.trusted-networks", "0.0.0.0/0")])
            #expect(open.status == .unprocessableContent && open.text.contains("would let a large part"))
        }
    }

    @Test func `settings of a domain and of the node have their own scope`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let saved = try await browser.post("/domains/example.net/settings", [("setting.recipients", "listed")])
            #expect(saved.status == .seeOther)
            #expect(gateway.state.withLock { $0.rows.last?.scope } == .domain("example.net"))
            #expect(try await browser.get("/domains/example.net/recipients").text.contains("accepts only the addresses below"))
            #expect(try await browser.post("/settings/node", [("setting.helo-name", "mx1.example.net")]).status == .seeOther)
            #expect(gateway.state.withLock { $0.rows.last?.scope } == .node(gateway.node))
        }
    }

    @Test func `administrators are added, get passwords and are deleted after a question`() async throws {
        let gateway = try SampleGateway.make()
        let password = [("password", "long enough for everyone"), ("password-again", "long enough for everyone")]
        try await withSignedIn(gateway) { browser in
            #expect(
                try await browser.post("/administrators/add", [("name", "sato"), ("language", "ja")] + password).location
                    == "/administrators")
            #expect(try await browser.post("/administrators/add", [("name", "SATO")] + password).text.contains("exists already"))
            #expect(try await browser.post("/administrators/add", [("name", "a b")] + password).text.contains("letters, digits"))
            let differ = try await browser.post("/administrators/sato/password", [("password", "x"), ("password-again", "y")])
            #expect(differ.status == .unprocessableContent && differ.text.contains("differ"))
            #expect(try await browser.post("/administrators/sato/password", password).location == "/administrators")
            #expect(
                try await browser.post("/administrators/admin/password", password).location == "/account",
                "the own one asks for the present password")
            #expect(try await browser.post("/administrators/suzuki/delete").location == "/administrators")
            #expect(try await browser.post("/administrators/sato/delete").location == "/administrators")
            let last = try await browser.post("/administrators/admin/delete")
            #expect(last.status == .conflict && last.text.contains("last administrator"))
            #expect(gateway.state.withLock { $0.administrators.count } == 1)
        }
    }

    @Test func `the audit log is paged by time`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let page = try await browser.get("/audit")
            let older = try #require(page.links.first { $0.contains("before=") })
            let second = try await browser.get(older)
            #expect(second.status == .ok && second.links.contains("/audit") && second.text.contains("Command (user ID 0)"))
        }
    }

    @Test func `an empty gateway says what to do next`() async throws {
        let gateway = try SampleGateway.make(messages: 0)
        gateway.change { $0.domains = [] }
        try await withSignedIn(gateway) { browser in
            let dashboard = try await browser.get("/")
            #expect(dashboard.text.contains("No domain yet"))
            #expect(try await browser.get("/domains").text.contains("Add the first domain"))
            #expect(try await browser.get("/messages").text.contains("No message yet"))
            #expect(try await browser.get("/queue").text.contains("The queue is empty"))
        }
    }

    @Test func `a failing part is shown on the dashboard`() async throws {
        let gateway = try SampleGateway.make()
        gateway.change { $0.isWorking = false }
        try await withSignedIn(gateway) { browser in
            let text = try await browser.get("/").text
            #expect(text.contains("Something needs your attention") && text.contains("does not answer"))
        }
    }
}
