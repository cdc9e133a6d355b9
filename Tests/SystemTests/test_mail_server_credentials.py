"""Signing in at a domain's mail server: over TLS, and mail waits while the server refuses."""

import pytest

from kit.processes import wait_until
from kit.smtp import SMTPClient

PASSWORD = "next hop secret"


@pytest.fixture
def gateway(workplace):
    node = workplace.node()
    certificate = (node.home / "certificates" / "certificate.pem", node.home / "certificates" / "private-key.pem")

    def protect(password, with_tls=True):
        next_hop = workplace.next_hop(certificate=certificate if with_tls else None, credentials=("gateway", PASSWORD))
        file = node.folder / "server-password"
        file.write_text(password + "\n")
        node.run_command(
            "domain", "add", "example.com", "--mail-server", f"{next_hop.address},user=gateway,password-file={file}", json_output=False)
        node.wait_until_accepted("example.com")
        return next_hop

    return node, protect


def send(node):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", ["x@example.com"], b"Subject: protected\r\n\r\nx\r\n")
        assert reply.code == 250
    return reply.text.split()[-1]


def last_reply(node, identifier):
    events = node.message(identifier)["events"]
    return events[-1]["reply"] if events else ""


def test_mail_is_delivered_to_a_server_that_asks_who_comes(gateway):
    node, protect = gateway
    next_hop = protect(PASSWORD)
    send(node)
    next_hop.wait_for(1)
    assert next_hop.messages[0].tls


def test_mail_waits_while_the_password_is_refused_and_goes_when_it_is_right(gateway):
    node, protect = gateway
    next_hop = protect("wrong " + PASSWORD)
    identifier = send(node)
    wait_until(lambda: "refused our user name and password: 535" in last_reply(node, identifier), 60, "the refusal is in the history")
    assert not next_hop.messages and len(node.queue()) == 1
    file = node.folder / "server-password"
    file.write_text(PASSWORD + "\n")
    node.run_command("domain", "change", "example.com", "--mail-server", f"{next_hop.address},user=gateway,password-file={file}")
    node.run_command("queue", "retry", "--all", "--yes", json_output=False)
    next_hop.wait_for(1)


def test_the_password_is_not_sent_without_tls(gateway):
    node, protect = gateway
    next_hop = protect(PASSWORD, with_tls=False)
    identifier = send(node)
    wait_until(lambda: "encryption is required" in last_reply(node, identifier), 60, "the reason is in the history")
    assert not next_hop.messages


def test_the_password_is_shown_nowhere(gateway):
    node, protect = gateway
    protect(PASSWORD)
    shown = [node.run_command("domain", "show", "example.com"), node.run_command("domain", "list"), node.run_command("audit", "list")]
    assert shown[0]["mailServers"][0]["hasPassword"] is True
    assert PASSWORD not in str(shown) and PASSWORD not in node.log.read_text(errors="replace")
