"""Rate limits over all nodes, stolen accounts, and the tarpit."""

import base64

import pytest

from kit import firebird_server
from kit.cluster import Cluster
from kit.processes import wait_until
from kit.smtp import ProxiedClient

CONTENT = b"Subject: hello\r\n\r\nhello\r\n"
PASSWORD = "correct horse battery staple"


def header(address):
    return f"PROXY TCP4 {address} 127.0.0.1 40000 25\r\n".encode()


def send(node, recipients=("you@example.com",), address="192.0.2.9"):
    with ProxiedClient(node.smtp_port, header(address)) as client:
        client.hello()
        return client.send_message("someone@example.net", list(recipients), CONTENT)[0]


def submit(node, recipients, address="192.0.2.9"):
    """The replies to the recipients, and the one to the message."""
    with ProxiedClient(node.submission_port, header(address)) as client:
        client.hello()
        assert client.start_tls().code == 220
        client.hello()
        assert client.command("AUTH PLAIN " + base64.b64encode(f"\0suzuki@example.com\0{PASSWORD}".encode()).decode()).code == 235
        reply = client.command("MAIL FROM:<suzuki@example.com>")
        if reply.code != 250:
            return [], reply
        codes = [client.command(f"RCPT TO:<{recipient}>").code for recipient in recipients]
        if 250 not in codes:
            return codes, None
        assert client.command("DATA").code == 354
        client.send(CONTENT + b".\r\n")
        return codes, client.read_reply()


def add_user(node):
    password = node.folder / "user-password"
    password.write_text(PASSWORD + "\n")
    node.run_command("user", "add", "suzuki@example.com", "--password-file", password)


@pytest.fixture
def place(workplace):
    node = workplace.node(next_hop=workplace.next_hop())
    node.set("reception.proxy-networks", "127.0.0.1")
    return node


def test_an_address_waits_when_it_has_sent_its_share(place):
    place.set("rate-limits.address-messages", "3")
    assert [send(place).code for _ in range(5)] == [250] * 3 + [451] * 2
    assert send(place, address="192.0.2.10").code == 250
    place.set("rate-limits.address-messages", "0")
    place.set("rate-limits.address-recipients", "6")
    with ProxiedClient(place.smtp_port, header("192.0.2.11")) as client:
        client.hello()
        client.command("MAIL FROM:<someone@example.net>")
        assert [client.command(f"RCPT TO:<{number}@example.com>").code for number in range(8)] == [250] * 6 + [451] * 2


def test_a_stolen_account_is_frozen_told_of_by_mail_and_freed_by_hand(place):
    add_user(place)
    place.set("rate-limits.freeze-recipients", "5")
    place.set("rate-limits.notice-recipient", "postmaster@example.com")
    codes, reply = submit(place, [f"{number}@example.com" for number in range(5)])
    assert codes == [250] * 5 and reply.code == 250
    codes, reply = submit(place, ["one-more@example.com"])
    assert codes == [550] and reply is None, (codes, str(reply))
    _, reply = submit(place, ["you@example.com"])
    assert reply.code == 550 and "administrator" in reply.text
    ban = wait_until(lambda: place.run_command("bans", "list", "--kind", "user")["items"], 20, "a frozen user")[0]
    assert (ban["subject"], ban["reason"]) == ("suzuki@example.com", "sending") and "6 recipients" in ban["note"] and "until" not in ban
    wait_until(
        lambda: any("postmaster@example.com" in str(place.message(row["message"])) and "Sending stopped" in str(row) for row in place.messages()),
        20, "a notice to the postmaster")
    place.set("rate-limits.freeze-recipients", "100")
    place.run_command("bans", "lift", ban["entry"])
    _, reply = submit(place, ["you@example.com"])
    assert reply.code == 250


def test_an_account_used_from_everywhere_is_frozen(place):
    add_user(place)
    place.set("rate-limits.freeze-networks", "2")
    for network in (1, 2):
        assert submit(place, ["you@example.com"], f"10.{network}.0.1")[1].code == 250
    assert submit(place, ["you@example.com"], "10.3.0.1")[1].code == 550
    ban = wait_until(lambda: place.run_command("bans", "list", "--kind", "user")["items"], 20, "a frozen user")[0]
    assert ban["reason"] == "addresses"


def test_strangers_who_guess_are_answered_late_and_honest_ones_are_not(place):
    place.set("tarpit.after-errors", "2")
    place.set("tarpit.delay-seconds", "120")
    place.set("tarpit.maximum-sessions", "1")
    place.set("tarpit.enabled", "true")
    with ProxiedClient(place.smtp_port, header("192.0.2.9")) as guesser, ProxiedClient(place.smtp_port, header("192.0.2.9")) as another:
        for client in (guesser, another):
            client.hello()
            client.command("MAIL FROM:<someone@example.net>")
            for number in range(2):
                assert client.command(f"RCPT TO:<guess{number}@elsewhere.example>").code == 550
        guesser.send(b"RCPT TO:<guess3@elsewhere.example>\r\n")
        guesser.socket.settimeout(2)
        with pytest.raises(TimeoutError):
            guesser.read_reply()
        assert another.command("RCPT TO:<guess3@elsewhere.example>").code == 550, "the tarpit is full"
        assert send(place).code == 250
    place.stop()


def test_a_delayed_refusal_comes_and_the_session_goes_on(place):
    place.set("tarpit.after-errors", "1")
    place.set("tarpit.delay-seconds", "1")
    place.set("tarpit.enabled", "true")
    with ProxiedClient(place.smtp_port, header("192.0.2.9")) as client:
        client.hello()
        # Pipelined: the refusals come one after another, in order, and none is lost.
        client.send(
            b"MAIL FROM:<someone@example.net>\r\nRCPT TO:<a@elsewhere.example>\r\nRCPT TO:<b@elsewhere.example>\r\n"
            b"RCPT TO:<you@example.com>\r\nRCPT TO:<c@elsewhere.example>\r\nDATA\r\n")
        assert [client.read_reply().code for _ in range(6)] == [250, 550, 550, 250, 550, 354]
        client.send(CONTENT + b".\r\n")
        assert client.read_reply().code == 250


@pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")
def test_a_limit_holds_over_all_nodes_together(shared_workplace):
    cluster = Cluster(shared_workplace)
    first = cluster.first()
    first.add_domain("example.com", shared_workplace.next_hop().address)
    second = cluster.prepare()
    exit_code, said = cluster.join(second)
    assert exit_code == 0, said
    second.start().wait_until_accepted("example.com", seconds=30)
    first.set("reception.proxy-networks", "127.0.0.1")
    first.set("rate-limits.address-messages", "5")
    wait_until(lambda: second.status()["settingsRevision"] >= first.status()["settingsRevision"], 20, "the settings on the second node")
    assert [send(first).code for _ in range(6)] == [250] * 5 + [451]
    wait_until(lambda: send(second).code == 451, 30, "the limit on the other node", interval=1)
