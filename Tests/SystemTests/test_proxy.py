"""The PROXY protocol and clients that speak too early, against the running node."""

import socket
import struct

import pytest

from kit.smtp import ProxiedClient, SMTPClient, SMTPConnectionLost

TEXT = b"PROXY TCP4 203.0.113.7 127.0.0.1 40000 25\r\n"
BINARY = b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", 0x21, 0x11, 12) + socket.inet_aton("203.0.113.7") + socket.inet_aton("127.0.0.1") + struct.pack(
    "!HH", 40000, 25)


@pytest.fixture(scope="module")
def node(shared_workplace):
    node = shared_workplace.node(domain="example.com", next_hop=shared_workplace.next_hop())
    node.set("reception.proxy-networks", "127.0.0.1")
    yield node


@pytest.mark.parametrize("header", [TEXT, BINARY], ids=["version 1", "version 2"])
@pytest.mark.parametrize("port", ["smtp_port", "smtps_port"])
def test_the_real_client_is_stamped_and_logged(node, port, header):
    with ProxiedClient(getattr(node, port), header, tls=port == "smtps_port") as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", ["x@example.com"], b"Subject: proxied\r\n\r\nx\r\n")
        assert reply.code == 250
    assert node.message(reply.text.split()[-1])["clientAddress"] == "203.0.113.7"


def test_the_real_client_is_the_one_that_is_trusted(node):
    node.set("relay.trusted-networks", "203.0.113.0/24")
    try:
        for header, code in [(TEXT, 250), (TEXT.replace(b"203.0.113.7", b"192.0.2.1"), 550)]:
            with ProxiedClient(node.smtp_port, header) as client:
                client.hello()
                client.command("MAIL FROM:<someone@example.net>")
                assert client.command("RCPT TO:<friend@elsewhere.example>").code == code
    finally:
        node.reset("relay.trusted-networks")


@pytest.mark.parametrize("header", [b"EHLO client.example.net\r\n", b"PROXY TCP4 1.2.3\r\n", BINARY[:12] + b"\x99" * 20], ids=["none", "1", "2"])
def test_a_proxy_without_a_valid_header_is_closed(node, header):
    with pytest.raises(SMTPConnectionLost):
        ProxiedClient(node.smtp_port, header)


def test_who_speaks_before_a_delayed_greeting_is_refused_and_others_wait(shared_workplace):
    node = shared_workplace.node(domain="delayed.example", next_hop=shared_workplace.next_hop())
    node.set("reception.greeting-delay", 30000)
    with ProxiedClient(node.smtp_port, b"EHLO early.example\r\n") as client:
        assert client.greeting.code == 554
    node.set("reception.greeting-delay", 100)
    with SMTPClient(node.smtp_port) as client:
        assert client.greeting.code == 220


def test_everybody_cannot_be_a_proxy(node):
    with pytest.raises(Exception, match="/8"):
        node.set("reception.proxy-networks", "0.0.0.0/0")
