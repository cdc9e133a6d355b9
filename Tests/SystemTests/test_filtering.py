"""Mail is judged: lists, reverse look-up, HELO, DNS block lists, attachments; each finding in the log."""

import base64
import io
import tarfile
import zipfile

import pytest

from kit.name_server import A, NameServer
from kit.processes import wait_until
from kit.smtp import SMTPClient


@pytest.fixture
def place(workplace):
    """A node with a next hop and a name server of its own, which is asked about loopback addresses too."""
    next_hop = workplace.next_hop()
    name_server = NameServer().start()
    workplace.at_end(name_server.stop)
    node = workplace.node(next_hop=next_hop)
    node.set("dns.servers", name_server.address)
    node.next_hop_server, node.name_server = next_hop, name_server
    return node


def look_at_loopback(node):
    """From here on the address the tests send from is treated like any other."""
    node.set("filtering.check-private-addresses", "true")


def honest_client(name_server):
    name_server.add("client.example.net", A, "127.0.0.1")
    name_server.add_reverse("127.0.0.1", "client.example.net")


def message(subject="A subject", extra=""):
    return f"From: someone@example.net\r\nTo: you@example.com\r\nSubject: {subject}\r\n{extra}\r\nhello\r\n".encode()


def send(node, content=None, sender="someone@example.net", recipient="you@example.com", hello="client.example.net", source="127.0.0.1"):
    with SMTPClient(node.smtp_port, hello=hello, source=source) as client:
        if client.greeting.code != 220:
            return client.greeting
        client.hello()
        reply, _ = client.send_message(sender, [recipient], content or message())
        return reply


def newest(node):
    """The newest message of the log with everything known of it."""
    wait_until(lambda: node.messages(), 20, "a row in the log")
    return node.message(node.messages()[0]["message"])


def judged(node, predicate=lambda message: True):
    """The newest judged message, once it is in the log."""
    def found():
        entries = node.messages()
        details = node.message(entries[0]["message"]) if entries else None
        return details if details and details.get("judgement") and predicate(details) else None
    wait_until(found, 20, "a judged message in the log")
    return found()


def findings(details, check):
    return [finding for finding in details["judgement"]["findings"] if finding["check"] == check]


def add_entry(node, *words):
    before = node.status()["settingsRevision"]
    entry = node.run_command("list", "add", *words)
    assert node.status()["settingsRevision"] > before, "an answered change is not in force"
    return entry["entry"]


def test_a_blocked_sender_is_refused_and_an_allowed_one_is_not(place):
    entry = add_entry(place, "block", "sender-domain", "example.net", "--note", "sends junk")
    reply = send(place)
    assert reply.code == 550 and "example.net" in reply.text
    details = judged(place)
    assert details["result"] == "refused" and details["judgement"]["verdict"] == "reject"
    assert "block list" in findings(details, "access-lists")[0]["text"]["en"]
    assert send(place, sender="other@example.org").code == 250
    add_entry(place, "allow", "sender", "someone@example.net")
    assert send(place).code == 250, "allow beats block"
    place.run_command("list", "note", entry, "no more")
    assert [row["note"] for row in place.run_command("list", "show", "--list", "block")["items"]] == ["no more"]
    actions = [row["action"] for row in place.run_command("audit", "list")["items"]]
    assert {"access-list.add", "access-list.change"} <= set(actions)


def test_a_blocked_network_is_refused_at_the_greeting_and_again_welcome_when_deleted(place):
    entry = add_entry(place, "block", "network", "127.0.0.0/30")
    reply = send(place)
    assert reply.code == 554 and "127.0.0.0/30" in reply.text
    assert judged(place)["judgement"]["verdict"] == "reject"
    place.run_command("list", "delete", entry)
    assert send(place).code == 250


def test_a_domain_decides_for_its_own_recipients(place):
    place.add_domain("other.example", place.next_hop_server.address)
    add_entry(place, "block", "sender", "someone@example.net")
    add_entry(place, "allow", "sender", "someone@example.net", "--domain", "example.com")
    assert send(place).code == 250
    assert send(place, recipient="you@other.example").code == 550
    details = judged(place, lambda details: details["result"] == "refused")
    assert details["recipients"][0]["address"] == "you@other.example"


def test_what_is_no_entry_is_not_taken(place):
    for words in (("block", "network", "0.0.0.0/0"), ("block", "sender", "nobody"), ("allow", "host", "mx.example", "--domain", "foreign.example")):
        with pytest.raises(Exception, match="422|not|large"):
            place.run_command("list", "add", *words)


def test_an_honest_client_is_accepted_with_nothing_found(place):
    honest_client(place.name_server)
    look_at_loopback(place)
    assert send(place).code == 250
    details = judged(place)
    assert details["judgement"]["verdict"] == "accept" and details["judgement"]["score"] == "0.0"
    assert {finding["outcome"] for finding in details["judgement"]["findings"]} == {"notFound"}


def test_a_client_without_names_collects_points(place):
    look_at_loopback(place)
    assert send(place, hello="[127.0.0.9]", source="127.0.0.9").code == 250
    details = judged(place)
    assert findings(details, "reverse-lookup")[0]["outcome"] == "found"
    assert details["judgement"]["score"] == "2.0"


def test_a_dns_block_list_refuses_and_another_counts(place):
    honest_client(place.name_server)
    place.name_server.list_address("127.0.0.1", "counting.example")
    place.set("dns-block-lists.lists", "counting.example 3.0,refusing.example reject")
    look_at_loopback(place)
    assert send(place).code == 250
    details = judged(place)
    assert [finding["outcome"] for finding in findings(details, "dns-block-lists")] == ["found", "notFound"]
    assert details["judgement"]["score"] == "3.0"
    place.name_server.list_address("127.0.0.1", "refusing.example", "127.0.0.4")
    wait_until(lambda: send(place).code == 550, 20, "the second list is heard")
    details = judged(place, lambda details: details["result"] == "refused")
    assert details["recipients"][0]["address"] == "you@example.com"
    assert any("refusing.example" in finding["text"]["en"] for finding in findings(details, "dns-block-lists"))


def silent(server):
    server.is_silent = True


def lying(server):
    server.lies_with = "203.0.113.7"


def truncated(server):
    server.is_truncated = True


def away(server):
    server.stop()


@pytest.mark.parametrize("misbehave", [silent, lying, truncated, away])
def test_mail_flows_when_dns_does_not_help(place, misbehave):
    place.set("dns-block-lists.lists", "one.example reject,two.example 20.0")
    place.set("filtering.time-limit", "1")
    look_at_loopback(place)
    misbehave(place.name_server)
    assert send(place).code == 250
    details = judged(place)
    assert {finding["outcome"] for finding in findings(details, "dns-block-lists")} == {"undecided"}
    assert details["judgement"]["verdict"] == "accept"
    place.next_hop_server.wait_for(1)


def test_record_only_lets_everything_pass_and_says_what_would_be_done(place):
    place.set("filtering.mode", "record")
    add_entry(place, "block", "sender", "someone@example.net")
    assert send(place).code == 250
    details = judged(place)
    assert details["judgement"]["verdict"] == "reject" and details["judgement"]["isRecordedOnly"]
    assert details["result"] == "accepted"


def test_a_blocked_attachment_is_refused_when_the_setting_says_so(place):
    place.set("attachments.action", "reject")
    extra = "MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=UTF-8''%E8%AB%8B.exe\r\n"
    reply = send(place, message(extra=extra))
    assert reply.code == 550 and "attachment" in reply.text.lower()
    details = judged(place)
    assert details["result"] == "refused" and "請.exe" in findings(details, "attachments")[0]["text"]["en"]


def test_a_large_message_is_looked_into_too(place):
    place.set("attachments.action", "reject")
    extra = "MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=a.exe\r\n"
    body = b"x" * 70 + b"\r\n"
    assert send(place, message(extra=extra) + body * 20_000).code == 550


def test_the_verdict_is_told_and_a_suspicious_subject_tagged(place):
    place.set("attachments.large-message-bytes", "1")
    place.set("attachments.large-message-score", "3.5")
    place.set("filtering.tag-subject", "true")
    forged = "X-SecurityGateway-Score: -99.0\r\nx-securitygateway-verdict: accept\r\n"
    assert send(place, message("=?UTF-8?B?5Lu25ZCN?=", forged)).code == 250
    [delivered] = place.next_hop_server.wait_for(1)
    header = delivered.content.split(b"\r\n\r\n")[0] + b"\r\n"
    assert b"\r\nX-SecurityGateway-Verdict: tag\r\nX-SecurityGateway-Score: 3.5\r\nX-SecurityGateway-Reasons: size=3.5\r\n" in header
    assert b"\r\nSubject: [SPAM] =?UTF-8?B?5Lu25ZCN?=\r\n" in header
    assert header.count(b"X-SecurityGateway-Score") == 1 and b"X-Untrusted-Field-Score: -99.0" in header
    assert judged(place)["judgement"]["verdict"] == "tag"


def test_a_subject_is_tagged_in_a_large_message_and_made_where_there_is_none(place):
    place.set("attachments.large-message-bytes", "1")
    place.set("attachments.large-message-score", "3.5")
    place.set("filtering.tag-subject", "true")
    place.set("filtering.subject-tag", "*** junk ***")
    body = b"y" * 70 + b"\r\n"
    assert send(place, b"Message-ID: <large@example.net>\r\nSubject: large\r\n\r\n" + body * 20_000).code == 250
    [delivered] = place.next_hop_server.wait_for(1)
    header, _, content = delivered.content.partition(b"\r\n\r\n")
    assert header.endswith(b"\r\nSubject: *** junk *** large") and content == body * 20_000
    assert send(place, b"Message-ID: <none@example.net>\r\n\r\nx\r\n").code == 250
    second = place.next_hop_server.wait_for(2)[1]
    assert b"\r\nSubject: *** junk ***\r\nMessage-ID" in second.content


def with_file(name, content):
    encoded = base64.encodebytes(content).decode().replace("\n", "\r\n")
    return (
        "From: someone@example.net\r\nTo: you@example.com\r\nSubject: a file\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n"
        f"Content-Type: application/octet-stream; name={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--b--\r\n").encode()


def zipped(*files):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return memory.getvalue()


PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 1000


def test_a_program_under_another_name_within_archives_within_archives_is_found(place):
    inner = zipped(("請求書.pdf", PROGRAM))
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        member = tarfile.TarInfo("inner.bin")
        member.size = len(inner)
        archive.addfile(member, io.BytesIO(inner))
    assert send(place, with_file("photos.dat", tar.getvalue())).code == 250
    details = judged(place)
    assert details["result"] == "quarantine"
    [finding] = findings(details, "file-contents")
    assert "photos.dat" in finding["text"]["en"] and "請求書.pdf" in finding["text"]["en"]
    place.set("attachments.executables", "reject")
    assert send(place, with_file("photos.dat", tar.getvalue())).code == 550
    place.set("attachments.examine-contents", "false")
    assert send(place, with_file("photos.dat", tar.getvalue())).code == 250


def test_macros_and_bombs_follow_their_settings(place):
    document = zipped(("[Content_Types].xml", b"<Types/>"), ("word/vbaProject.bin", b"x"))
    assert send(place, with_file("a.docx", document)).code == 250
    place.set("attachments.macros", "reject")
    reply = send(place, with_file("a.docx", document))
    assert reply.code == 550 and "macros" in reply.text
    place.set("attachments.unreadable", "reject")
    bomb = zipped(("zeros", b"\x00" * (64 << 20)))
    assert len(bomb) < 100_000
    assert send(place, with_file("b.zip", bomb)).code == 550
    nested = PROGRAM
    for _ in range(50):
        nested = zipped(("a.zip", nested))
    assert send(place, with_file("c.zip", nested)).code == 550


def test_a_link_to_a_listed_domain_is_found_in_text_and_in_html(place):
    place.name_server.add("bad.example.uri.example", A, "127.0.0.2")
    place.set("url-block-lists.lists", "uri.example reject")
    text = message().replace(b"hello", b"see https://shop.bad.example/offer?id=1")
    reply = send(place, text)
    assert reply.code == 550 and "bad.example" in reply.text
    html = message(extra="Content-Type: text/html\r\n").replace(b"hello", b"<a href='http://www.bad.example/'>good.example</a>")
    assert send(place, html).code == 550
    assert send(place, message().replace(b"hello", b"see https://good.example/")).code == 250
    place.name_server.stop()
    assert send(place, text).code == 250, "undecided when DNS does not answer"
