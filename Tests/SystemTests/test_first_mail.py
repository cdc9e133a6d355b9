"""A mail's way from a real client to a real next hop, and what the log tells of it."""

import shutil
import subprocess

import pytest

from kit.load import message
from kit.next_hop import trace_fields
from kit.processes import wait_until
from kit.smtp import SMTPClient


@pytest.fixture(scope="module")
def gateway(shared_workplace):
    next_hop = shared_workplace.next_hop()
    node = shared_workplace.node(domain="example.com", next_hop=next_hop)
    return node, next_hop


def prepended(delivered, content):
    """What the gateway put in front of the content; fails when the rest is not the content."""
    assert delivered.content.endswith(content), "the content was changed"
    return delivered.content[:len(delivered.content) - len(content)]


def arrival(next_hop, message_id):
    return wait_until(
        lambda: next((found for found in next_hop.messages if found.message_id == message_id), None), 30, f"{message_id} at the next hop")


def send_with_swaks(node, subject):
    result = subprocess.run(
        ["swaks", "--server", f"127.0.0.1:{node.smtp_port}", "--from", "someone@example.net", "--to", "you@example.com", "--helo",
         "client.example.net", "--header", f"Subject: {subject}"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def send_after_starttls(node, subject):
    with SMTPClient(node.smtp_port) as client:
        assert "STARTTLS" in client.hello().lines
        assert client.start_tls().code == 220
        send_over(client, subject)


def send_over_tls(node, subject):
    with SMTPClient(node.smtps_port, tls=True) as client:
        send_over(client, subject)


def send_over(client, subject):
    assert "STARTTLS" not in client.hello().lines
    content = message("<tls@load.example>", recipient="you@example.com", subject=subject)
    reply, _ = client.send_message("someone@example.net", ["you@example.com"], content)
    assert reply.is_positive, str(reply)
    client.quit()


ways = {
    "swaks": pytest.param(
        send_with_swaks, "ESMTP", marks=pytest.mark.skipif(not shutil.which("swaks"), reason="swaks is not installed")),
    "STARTTLS": pytest.param(send_after_starttls, "ESMTPS"),
    "TLS from the start": pytest.param(send_over_tls, "ESMTPS"),
}


@pytest.mark.parametrize("send,protocol", ways.values(), ids=ways)
def test_a_mail_reaches_the_next_hop_and_stands_in_the_log(gateway, send, protocol):
    node, next_hop = gateway
    subject = f"first mail by {send.__name__}"
    send(node, subject)

    delivered = wait_until(
        lambda: next((found for found in next_hop.messages if subject.encode() in found.content), None), 30, "the mail at the next hop")
    assert delivered.reverse_path == "someone@example.net"
    assert delivered.recipients == ("you@example.com",)
    header = trace_fields.match(delivered.content).group()
    assert b"client.example.net" in header and b"[127.0.0.1]" in header and b"for <you@example.com>" in header
    assert f" with {protocol} id ".encode() in header

    row = wait_until(lambda: next((row for row in node.messages() if row["subject"] == subject), None), 10, "the mail in the log")
    assert (row["result"], row["direction"], row["reversePath"]) == ("accepted", "inbound", "someone@example.net")
    assert row["protocolName"] == protocol and bool(row["tls"]) == (protocol == "ESMTPS")
    details = wait_until(lambda: with_event(node, row["message"], "delivered"), 10, "the delivery in the log")
    event = details["events"][-1]
    assert details["recipients"][0]["state"] == "delivered"
    assert "2.0.0 taken" in event["reply"] and str(next_hop.port) in event["nextHop"] and event["attempt"] == 1
    text = node.run_command("log", "show", row["message"], json_output=False)
    for expected in ("you@example.com", "someone@example.net", subject, "2.0.0 taken"):
        assert expected in text, f"{expected} is missing in {text}"


def with_event(node, identifier, kind):
    """The log's details of a message once something of this kind happened to it."""
    details = node.message(identifier)
    return details if any(event["kind"] == kind for event in details["events"]) else None


@pytest.mark.parametrize(
    "content", [
        b"", b".\r\n", b"..\r\n.\r\n...\r\n", b"\r\n", b"no header at all", b"Subject: x\r\n\r\nno line end at the end",
        b"Subject: caf\xe9\r\n\r\n\xff\xfe eight bits \x80\r\n", b"Subject: x\r\n\r\n" + b"y" * 900 + b"\r\n",
        b"Subject: x\r\n\r\n" + b"a line of a large message, 60 characters wide, not less...\r\n" * 40_000,
        b"Received: from elsewhere\r\n\tby here; Mon, 02 Nov 2026 10:00:00 +0000\r\nSubject: x\r\n\r\nbody\r\n",
    ],
    ids=[
        "empty", "a dot", "dots", "an empty line", "no header", "no last line end", "eight bits", "a long line", "large", "a Received field",
    ])
def test_content_arrives_byte_by_byte(gateway, content):
    node, next_hop = gateway
    before = len(next_hop.messages)
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", ["bytes@example.com"], content)
        assert reply.is_positive, str(reply)
        client.quit()
    delivered = next_hop.wait_for(before + 1)[before]
    expected = content if content.endswith(b"\r\n") or not content else content + b"\r\n"
    header = prepended(delivered, expected)
    assert trace_fields.fullmatch(header), f"not only trace fields were prepended: {header!r}"


def test_many_messages_of_one_session_arrive_once_each(gateway):
    node, next_hop = gateway
    identifiers = [f"<session-{number}@load.example>" for number in range(50)]
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        for identifier in identifiers:
            reply, _ = client.send_message("someone@example.net", ["many@example.com"], message(identifier))
            assert reply.is_positive, str(reply)
        client.quit()
    wait_until(lambda: all(next_hop.delivered(identifier) for identifier in identifiers), 30, "all messages at the next hop")
    wait_until(lambda: not node.queue(), 10, "an empty queue")
    assert [next_hop.delivered(identifier) for identifier in identifiers] == [1] * len(identifiers)


def test_a_message_to_several_recipients_reaches_all_of_them(gateway):
    node, next_hop = gateway
    recipients = [f"user{number}@example.com" for number in range(150)]
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, accepted = client.send_message("someone@example.net", recipients, message("<several@load.example>"))
        assert reply.is_positive, str(reply)
        assert accepted == recipients

    def addresses():
        return [address for found in next_hop.messages if found.message_id == "<several@load.example>" for address in found.recipients]

    wait_until(lambda: len(addresses()) >= len(recipients), 30, lambda: f"150 recipients; {len(addresses())} came")
    assert sorted(addresses()) == sorted(recipients)


def test_the_null_reverse_path_stays_null(gateway):
    node, next_hop = gateway
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("", ["null@example.com"], message("<null@load.example>"))
        assert reply.is_positive, str(reply)
    assert arrival(next_hop, "<null@load.example>").reverse_path == ""


def test_content_leaves_message_data_once_it_is_delivered(gateway):
    node, next_hop = gateway
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        client.send_message("someone@example.net", ["gone@example.com"], message("<gone@load.example>"))
    arrival(next_hop, "<gone@load.example>")
    wait_until(lambda: not node.stored_files(), 20, lambda: f"an empty Message Data; there are {node.stored_files()[:3]}")


def test_the_next_hop_is_spoken_to_over_tls_when_it_offers_it(gateway, shared_workplace):
    node, _ = gateway
    key, certificate = shared_workplace.folder / "key.pem", shared_workplace.folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
         certificate, "-subj", "/CN=nexthop.example", "-days", "2"], check=True, capture_output=True, timeout=60)
    next_hop = shared_workplace.next_hop(certificate=(certificate, key))
    node.add_domain("tls.example", next_hop.address)
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", ["user@tls.example"], message("<tls@load.example>"))
        assert reply.is_positive, str(reply)
    assert next_hop.wait_for(1)[0].tls
