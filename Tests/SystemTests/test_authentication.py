"""Users, their aliases, and signing in over SMTP against the running node."""

import base64
import hashlib
import hmac
import secrets
import smtplib
import ssl

import pytest

from kit.processes import wait_until
from kit.smtp import SMTPClient

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def gateway(shared_workplace):
    next_hop = shared_workplace.next_hop()
    node = shared_workplace.node(domain="example.com", next_hop=next_hop)
    node.set("reception.maximum-errors", 1000)
    node.set("authentication.maximum-failures-per-address", 1000)
    password = node.folder / "user-password"
    password.write_text(PASSWORD + "\n")
    node.run_command("user", "add", "suzuki@example.com", "--alias", "sales@example.com", "--password-file", password)
    node.run_command("user", "add", "nopassword@example.com")
    return node, next_hop


def encrypted(node, port="submission_port"):
    client = SMTPClient(getattr(node, port), tls=port == "smtps_port")
    client.hello()
    if port != "smtps_port":
        assert client.start_tls().code == 220
        client.hello()
    return client


def encoded(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def plain(client, name, password=PASSWORD):
    return client.command("AUTH PLAIN " + encoded(f"\0{name}\0{password}"))


def login(client, name, password=PASSWORD):
    assert client.command("AUTH LOGIN").code == 334
    assert client.command(encoded(name)).code == 334
    return client.command(encoded(password))


def scram(client, name, password=PASSWORD):
    """SCRAM-SHA-256 by RFC 5802, written from the RFC."""
    nonce = secrets.token_urlsafe(18)
    first = f"n={name},r={nonce}"
    reply = client.command("AUTH SCRAM-SHA-256 " + encoded("n,," + first))
    if reply.code != 334:
        return reply
    challenge = base64.b64decode(reply.text).decode()
    fields = dict(field.split("=", 1) for field in challenge.split(","))
    assert fields["r"].startswith(nonce) and len(fields["r"]) > len(nonce) and int(fields["i"]) >= 4096
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))

    def code(key, text):
        return hmac.digest(key, text if isinstance(text, bytes) else text.encode(), "sha256")

    client_key = code(salted, "Client Key")
    final = f"c=biws,r={fields['r']}"
    message = f"{first},{challenge},{final}"
    proof = bytes(a ^ b for a, b in zip(client_key, code(hashlib.sha256(client_key).digest(), message)))
    reply = client.command(encoded(f"{final},p={encoded(proof)}"))
    if reply.code != 334:
        return reply
    assert base64.b64decode(reply.text).decode() == "v=" + encoded(code(code(salted, "Server Key"), message)), "the server proves itself"
    return client.command("")


mechanisms = [plain, login, scram]


@pytest.mark.parametrize("port", ["submission_port", "smtps_port"])
@pytest.mark.parametrize("mechanism", mechanisms, ids=lambda function: function.__name__)
def test_a_user_signs_in_and_relays(gateway, mechanism, port):
    node, _ = gateway
    with encrypted(node, port) as client:
        assert mechanism(client, "suzuki@example.com").code == 235
        assert client.command("MAIL FROM:<suzuki@example.com>").is_positive
        assert client.command("RCPT TO:<friend@elsewhere.example>").is_positive


@pytest.mark.parametrize("mechanism", mechanisms, ids=lambda function: function.__name__)
@pytest.mark.parametrize("name, password", [
    ("suzuki@example.com", "wrong password"), ("nobody@example.com", PASSWORD), ("sales@example.com", PASSWORD),
    ("nopassword@example.com", PASSWORD), ("suzuki", PASSWORD), ("suzuki@elsewhere.example", PASSWORD)])
def test_everybody_else_is_refused_alike(gateway, mechanism, name, password):
    node, _ = gateway
    with encrypted(node) as client:
        reply = mechanism(client, name, password)
        assert str(reply) == "535 5.7.8 Authentication credentials invalid"
        client.command("MAIL FROM:<suzuki@example.com>")
        assert client.command("RCPT TO:<friend@elsewhere.example>").code == 530


def test_a_message_is_stamped_logged_and_shown_with_its_user(gateway):
    node, next_hop = gateway
    with encrypted(node) as client:
        assert plain(client, "suzuki@example.com").code == 235
        reply, _ = client.send_message("sales@example.com", ["tanaka@example.com"], b"Subject: signed in\r\n\r\nhello\r\n")
        assert reply.code == 250, str(reply)
    identifier = reply.text.split()[-1]
    details = node.run_command("log", "show", identifier)
    assert details["user"] == "suzuki@example.com" and details["protocolName"] == "ESMTPSA" and details["direction"] == "internal"
    wait_until(lambda: any(b"signed in" in message.content for message in next_hop.messages), 60, "the message is delivered")
    content = next(message.content for message in next_hop.messages if b"signed in" in message.content)
    assert b" with ESMTPSA id " in content


@pytest.mark.parametrize("sender", ["boss@example.com", "someone@example.net"])
def test_a_user_writes_in_his_own_name_only(gateway, sender):
    node, _ = gateway
    with encrypted(node) as client:
        assert plain(client, "suzuki@example.com").code == 235
        assert client.command(f"MAIL FROM:<{sender}>").code == 553
        assert client.command("MAIL FROM:<>").is_positive


def test_mail_to_an_alias_goes_to_its_user(gateway):
    node, next_hop = gateway
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message(
            "someone@example.net", ["Sales@example.com", "suzuki@example.com"], b"Subject: to an alias\r\n\r\nhello\r\n")
        assert reply.code == 250
    wait_until(lambda: any(b"to an alias" in message.content for message in next_hop.messages), 60, "the message is delivered")
    message = next(message for message in next_hop.messages if b"to an alias" in message.content)
    assert message.recipients == ("suzuki@example.com",), "one copy, to his own address"
    recipients = node.run_command("log", "show", reply.text.split()[-1])["recipients"]
    assert [(recipient["address"], recipient["alias"]) for recipient in recipients] == [("suzuki@example.com", "Sales@example.com")]


def test_users_are_listed_recipients(gateway):
    node, _ = gateway
    node.run_command("settings", "set", "--domain", "example.com", "domain.recipients", "listed", json_output=False)
    try:
        with SMTPClient(node.smtp_port) as client:
            client.hello()
            client.command("MAIL FROM:<someone@example.net>")
            replies = {name: client.command(f"RCPT TO:<{name}@example.com>").code for name in ("suzuki", "sales", "other")}
        assert replies == {"suzuki": 250, "sales": 250, "other": 550}
    finally:
        node.run_command("settings", "set", "--domain", "example.com", "domain.recipients", "any", json_output=False)


def test_nothing_is_offered_in_the_clear_or_on_port_25(gateway):
    node, _ = gateway
    with SMTPClient(node.submission_port) as client:
        assert not any(line.startswith("AUTH") for line in client.hello().lines)
        assert plain(client, "suzuki@example.com").code == 538
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        client.start_tls()
        assert not any(line.startswith("AUTH") for line in client.hello().lines)
        assert plain(client, "suzuki@example.com").code == 502


def test_secrets_are_in_neither_log_nor_audit(gateway):
    node, _ = gateway
    log = node.log.read_text(errors="replace")
    assert PASSWORD not in log and "wrong password" not in log and encoded(f"\0suzuki@example.com\0{PASSWORD}") not in log
    assert PASSWORD not in str(node.run_command("audit", "list", "--limit", "500"))


def test_guessing_is_stopped_by_address(gateway):
    """Last: from then on this address may not sign in for a quarter of an hour."""
    node, _ = gateway
    node.set("authentication.maximum-failures-per-address", 1)
    with encrypted(node) as client:
        assert plain(client, "nobody@example.com").code in (535, 421)
    with encrypted(node) as client:
        assert plain(client, "suzuki@example.com").code == 421


def test_the_library_of_python_signs_in(shared_workplace):
    node = shared_workplace.node(domain="library.example", next_hop=shared_workplace.next_hop())
    password = node.folder / "user-password"
    password.write_text(PASSWORD + "\n")
    node.run_command("user", "add", "suzuki@library.example", "--password-file", password)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP("127.0.0.1", node.submission_port, timeout=60) as client:
        client.starttls(context=context)
        client.login("suzuki@library.example", PASSWORD)
        client.sendmail("suzuki@library.example", ["x@library.example"], b"Subject: x\r\n\r\nx\r\n")
