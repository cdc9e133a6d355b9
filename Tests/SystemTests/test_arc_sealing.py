"""Mail from outside is sealed for the servers behind (ARC): what they get verifies with another implementation."""

import re

import dkim
import pytest

from kit.name_server import TXT, NameServer
from kit.smtp import SMTPClient

MAIL = "From: someone@example.net\r\nTo: you@example.com\r\nSubject: hello there\r\nMIME-Version: 1.0\r\n\r\nhello\r\n"


@pytest.fixture
def place(workplace):
    next_hop = workplace.next_hop()
    names = NameServer().start()
    workplace.at_end(names.stop)
    node = workplace.node(next_hop=next_hop)
    node.set("dns.servers", names.address)
    node.set("filtering.check-private-addresses", "true")
    node.next_hop_server, node.name_server = next_hop, names
    names.add("example.net", TXT, "v=spf1 ip4:127.0.0.1 -all")
    names.add("_dmarc.example.net", TXT, "v=DMARC1; p=none")
    make_key(node, "example.com", "seal")
    wants_seals(node, "example.com")
    return node


def make_key(node, domain, selector):
    record = node.run_command("dkim", "key", "create", domain, "--selector", selector)
    node.name_server.add(record["recordName"], TXT, record["recordText"])
    node.run_command("dkim", "key", "activate", domain, selector)
    return record


def wants_seals(node, domain, wish="true"):
    node._wait_for_revision(node.run_command("settings", "set", "--domain", domain, "domain.arc-seal", wish))


def send(node, text=MAIL, sender="someone@example.net", recipients=("you@example.com",)):
    with SMTPClient(node.smtp_port, hello="client.example.net") as client:
        client.hello()
        reply, _ = client.send_message(sender, list(recipients), text.encode())
        assert reply.code == 250, reply


def delivered(node, count):
    return node.next_hop_server.wait_for(count)[count - 1].content


def verified(node, content):
    """What the next hop's own verifier says: the result, each set, and why."""
    def texts(name, timeout=5):
        if isinstance(name, bytes):
            name = name.decode()
        return "".join(node.name_server.records.get((name.lower().rstrip("."), TXT), [])).encode() or None

    return dkim.arc_verify(content, dnsfunc=texts, minkey=1024)


def test_a_message_is_sealed_after_everything_was_changed(place):
    # A tag in the subject, a forged field that is renamed, and fields of the gateway: the seal covers the message behind all that.
    place.set("filtering.tag-subject", "true")
    place.set("filtering.tag-score", "0.1")
    place.set("sender-authentication.spf-fail-score", "0.5")
    place.name_server.records[("example.net", TXT)] = ["v=spf1 -all"]
    send(place, "X-SecurityGateway-Verdict: forged\r\n" + MAIL)
    content = delivered(place, 1)
    assert b"Subject: [SPAM] hello there" in content and b"X-Untrusted-Field-Verdict: forged" in content
    assert content.startswith(b"ARC-Seal: i=1;")
    result, sets, reason = verified(place, content)
    assert result == dkim.CV_Pass, reason
    assert sets[0]["as-domain"] == b"example.com" and sets[0]["cv"] == dkim.CV_None
    results = re.search(rb"ARC-Authentication-Results: i=1; .*?\r\n(?! )", content, re.S).group(0)
    assert b"spf=fail" in results and b"dmarc=fail" in results and b"arc=none" in results
    # What is changed behind the gateway breaks it.
    assert verified(place, content.replace(b"hello\r\n", b"hallo\r\n"))[0] != dkim.CV_Pass


def test_a_chain_is_continued_sealed_as_broken_once_and_then_left(place):
    send(place)
    first = delivered(place, 1)
    send(place, first.decode())
    second = delivered(place, 2)
    result, sets, reason = verified(place, second)
    assert result == dkim.CV_Pass and len(sets) == 2, reason
    # Broken on the way: the next set says so.
    send(place, second.decode().replace("hello\r\n", "hallo\r\n"))
    third = delivered(place, 3)
    assert re.search(rb"ARC-Seal: i=3;[^:]*cv=fail", third)
    assert verified(place, third)[0] != dkim.CV_Pass
    # And there it ends.
    send(place, third.decode())
    assert b"i=4;" not in delivered(place, 4)
    fifty = "ARC-Authentication-Results: i=50; list.example; none\r\n"
    send(place, fifty + MAIL)
    assert b"ARC-Seal" not in delivered(place, 5)


def test_seals_are_a_domains_wish_and_one_key_may_seal_for_all(place):
    place.run_command("domain", "add", "other.example", "--mail-server", place.next_hop_server.address)
    send(place, recipients=["you@other.example"])
    assert b"ARC-Seal" not in delivered(place, 1)
    # Wanted, but without a key of its own.
    wants_seals(place, "other.example")
    send(place, recipients=["you@other.example"])
    assert b"ARC-Seal" not in delivered(place, 2)
    place.set("sender-authentication.arc-sealing-domain", "example.com")
    send(place, recipients=["you@other.example"])
    result, sets, reason = verified(place, delivered(place, 3))
    assert result == dkim.CV_Pass and sets[0]["as-domain"] == b"example.com", reason
    wants_seals(place, "other.example", "false")
    send(place, recipients=["you@other.example"])
    assert b"ARC-Seal" not in delivered(place, 4)
    # Our own mail is signed, not sealed.
    place.set("relay.trusted-networks", "127.0.0.0/8")
    send(place)
    assert b"ARC-Seal" not in delivered(place, 5)
    assert 'securitygateway_arc_seals_total{result="none"} 1' in place.web("/metrics")[1]
