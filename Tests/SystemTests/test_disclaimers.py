"""Outbound mail gets its domain's footer before it is signed; what is signed or encrypted already does not."""

import base64
import email
import email.policy
import hashlib
import re

import pytest

from kit.smtp import SMTPClient

FOOTER = "社外秘, Example Inc."


@pytest.fixture
def node(workplace):
    next_hop = workplace.next_hop()
    node = workplace.node(next_hop=next_hop)
    node.next_hop_server = next_hop
    node.set("relay.trusted-networks", "127.0.0.0/8")
    node.set("delivery.smart-host", next_hop.address)
    saved = node.run_command("settings", "set", "--domain", "example.com", "domain.disclaimer", FOOTER + "\\nTokyo")
    node._wait_for_revision(saved)
    return node


def send(node, content, sender="someone@example.com", recipient="you@elsewhere.example"):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message(sender, [recipient], content)
        assert reply.code == 250


def delivered(node, count):
    return node.next_hop_server.wait_for(count)[count - 1].content


def body_digest(content):
    """RFC 6376 section 3.4.4."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in content.split(b"\r\n\r\n", 1)[1].split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return base64.b64encode(hashlib.sha256(b"".join(line + b"\r\n" for line in lines)).digest()).decode()


def mail(body="hello", kind="text/plain; charset=utf-8"):
    return (f"From: someone@example.com\r\nTo: you@elsewhere.example\r\nSubject: a subject\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: {kind}\r\n\r\n{body}\r\n").encode()


def test_the_footer_stands_under_text_and_html_and_the_signature_covers_it(node):
    node.run_command("dkim", "key", "create", "example.com", "--selector", "first")
    node.run_command("dkim", "key", "activate", "example.com", "first")
    both = mail("--b\r\n\r\nこんにちは\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<body><p>hi</p></body>\r\n--b--",
                "multipart/alternative; boundary=b")
    send(node, both)
    content = delivered(node, 1)
    parts = [part.get_content() for part in email.message_from_bytes(content, policy=email.policy.default).iter_parts()]
    assert parts[0].startswith("こんにちは") and f"{FOOTER}\nTokyo" in parts[0].replace("\r\n", "\n")
    assert f"<div>{FOOTER}<br>Tokyo</div>" in parts[1] and parts[1].rstrip().endswith("</body>")
    assert f"bh={body_digest(content)}" in re.sub(rb"\s", b"", content).decode("ascii", "replace")


def test_large_mail_gets_it_too(node):
    send(node, mail("x" * 70 + "\r\n" + ("y" * 76 + "\r\n") * 20_000))
    text = email.message_from_bytes(delivered(node, 1), policy=email.policy.default).get_content()
    assert FOOTER in text[-100:] and len(text) > 1_500_000


def test_signed_encrypted_inbound_and_foreign_mail_stays_byte_for_byte(node):
    signed = mail("--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nAAAA\r\n--b--",
                  'multipart/signed; boundary=b; micalg=sha-256; protocol="application/pkcs7-signature"')
    encrypted = mail("AAAA", "application/pkcs7-mime; smime-type=enveloped-data")
    count = 0
    for content, sender, recipient in (
            (signed, "someone@example.com", "you@elsewhere.example"), (encrypted, "someone@example.com", "you@elsewhere.example"),
            (mail(), "someone@elsewhere.example", "you@third.example"), (mail(), "someone@elsewhere.example", "you@example.com"),
            (mail(), "someone@example.com", "colleague@example.com")):
        send(node, content, sender, recipient)
        count += 1
        assert delivered(node, count).endswith(content), content
    send(node, mail())
    assert not delivered(node, count + 1).endswith(mail())
