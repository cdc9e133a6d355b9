"""Backscatter protection: outbound mail bears a mark in its return address, and bounces without one are refused."""

import re

import pytest

from kit.processes import wait_until
from kit.smtp import SMTPClient

CONTENT = b"From: taro@example.com\r\nTo: friend@elsewhere.example\r\nSubject: hello\r\n\r\nhello\r\n"
REPORT = b"From: mailer-daemon@elsewhere.example\r\nTo: taro@example.com\r\nSubject: undeliverable\r\n\r\nsorry\r\n"


def send(node, sender, recipient, content=CONTENT, source="127.0.0.1"):
    with SMTPClient(node.smtp_port, source=source) as client:
        client.hello()
        return client.send_message(sender, [recipient], content)[0]


def set_domain(node, value):
    node._wait_for_revision(node.run_command("settings", "set", "domain.backscatter", value, "--domain", "example.com"))


@pytest.fixture
def place(workplace):
    """127.0.0.2 is the company's own server; the smart host stands for the world."""
    node = workplace.node(domain="example.com", next_hop=workplace.next_hop())
    node.world = workplace.next_hop()
    node.set("delivery.smart-host", node.world.address)
    node.set("relay.trusted-networks", "127.0.0.2")
    return node


def sent(node):
    """One outbound message, and the return address that the world saw."""
    before = len(node.world.messages)
    assert send(node, "Taro@example.com", "friend@elsewhere.example", source="127.0.0.2").code == 250
    return node.world.wait_for(before + 1)[-1].reverse_path


def test_a_bounce_of_our_own_mail_comes_and_others_do_not(place):
    assert sent(place) == "Taro@example.com"
    set_domain(place, "check")
    marked = wait_until(lambda: next((path for path in [sent(place)] if path != "Taro@example.com"), None), 30, "a marked return address")
    assert re.fullmatch(r"prvs=\d{4}[0-9a-f]{6}=Taro@example\.com", marked), marked
    behind = place.next_hop_server
    before = len(behind.messages)
    assert send(place, "", marked, REPORT).code == 250
    assert behind.wait_for(before + 1)[-1].recipients == ("Taro@example.com",)
    for recipient in ["taro@example.com", marked.replace("=Taro", "=jiro"), "prvs=1999abcdef=taro@example.com"]:
        reply = send(place, "", recipient, REPORT)
        assert reply.code == 550 and "not of a message" in reply.text, (recipient, str(reply))
    assert send(place, "", "postmaster@example.com", REPORT).code == 250
    assert send(place, "someone@example.net", "taro@example.com").code == 250, "ordinary mail needs no mark"
    assert send(place, "someone@example.net", marked).code == 250, "nor does an answer to the return address"
    assert send(place, "", "taro@example.com", REPORT, source="127.0.0.2").code == 250, "our own servers write reports as ever"


def test_mail_within_the_company_and_of_others_is_not_marked(place):
    set_domain(place, "mark")
    wait_until(lambda: sent(place) != "Taro@example.com", 30, "marks")
    behind = place.next_hop_server
    before = len(behind.messages)
    assert send(place, "taro@example.com", "hanako@example.com", source="127.0.0.2").code == 250
    assert behind.wait_for(before + 1)[-1].reverse_path == "taro@example.com"
    before = len(place.world.messages)
    assert send(place, "list@other.example", "friend@elsewhere.example", source="127.0.0.2").code == 250
    assert place.world.wait_for(before + 1)[-1].reverse_path == "list@other.example"
    assert send(place, "", "taro@example.com", REPORT).code == 250, "marking alone refuses nothing"


def test_our_own_report_goes_to_the_unmarked_sender(place):
    set_domain(place, "check")
    wait_until(lambda: sent(place) != "Taro@example.com", 30, "marks")
    place.world.recipient_reply = lambda address: "550 5.1.1 no such user"
    behind = place.next_hop_server
    before = len(behind.messages)
    assert send(place, "taro@example.com", "nobody@elsewhere.example", source="127.0.0.2").code == 250
    report = behind.wait_for(before + 1)[-1]
    assert (report.reverse_path, report.recipients) == ("", ("taro@example.com",))
