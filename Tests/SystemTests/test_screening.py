"""Dynamic screening: who misbehaves is shut out of all nodes for a while; refused sign-ins leave a trace."""

import base64

import pytest

from kit import firebird_server
from kit.cluster import Cluster
from kit.processes import wait_until
from kit.smtp import ProxiedClient, SMTPConnectionLost

CONTENT = b"Subject: hello\r\n\r\nhello\r\n"
PASSWORD = "correct horse battery staple"


def switch_on(node, **others):
    # Strangers from any address are named by a header, as behind a load balancer.
    node.set("reception.proxy-networks", "127.0.0.1")
    node.set("screening.maximum-connections", "1000")
    for name, value in others.items():
        node.set("screening." + name.replace("_", "-"), value)
    node.set("screening.enabled", "true")


def header(address):
    family = "TCP6" if ":" in address else "TCP4"
    return f"PROXY {family} {address} {'::1' if ':' in address else '127.0.0.1'} 40000 25\r\n".encode()


def connect(node, address="192.0.2.9", port="smtp_port", tls=False):
    return ProxiedClient(getattr(node, port), header(address), tls=tls)


def greeting(node, address="192.0.2.9"):
    with connect(node, address) as client:
        return client.greeting.code


def ask_for(client, recipients):
    """The replies to the recipients until the node closes the connection."""
    client.hello()
    client.command("MAIL FROM:<someone@example.net>")
    replies = []
    for recipient in recipients:
        try:
            replies.append(client.command(f"RCPT TO:<{recipient}>").code)
        except SMTPConnectionLost:
            break
    return replies


def bans(node, *words):
    return node.run_command("bans", "list", *words)["items"]


def sign_in(node, name, password, address="192.0.2.9"):
    with connect(node, address, "submission_port") as client:
        client.hello()
        assert client.start_tls().code == 220
        client.hello()
        try:
            return client.command("AUTH PLAIN " + base64.b64encode(f"\0{name}\0{password}".encode()).decode()).code
        except SMTPConnectionLost:
            return None


@pytest.fixture
def place(workplace):
    node = workplace.node(next_hop=workplace.next_hop())
    return node


def test_nobody_is_counted_while_it_is_off(place):
    place.set("reception.proxy-networks", "127.0.0.1")
    for _ in range(15):
        assert greeting(place) == 220
    assert bans(place) == []


def test_one_connection_too_many_is_refused_and_told_why_by_the_page_and_lifted_by_hand(place):
    switch_on(place, maximum_connections="5")
    assert [greeting(place) for _ in range(7)] == [220] * 5 + [421] * 2
    assert greeting(place, "192.0.2.10") == 220, "others are not concerned"
    wait_until(lambda: bans(place), 20, "a ban in the database")
    ban = bans(place)[0]
    assert (ban["subject"], ban["reason"], ban["kind"]) == ("192.0.2.9", "connections", "network") and ban["until"]
    place.run_command("bans", "lift", ban["entry"])
    assert greeting(place) == 220 and bans(place) == []
    assert "ban.lift" in [row["action"] for row in place.run_command("audit", "list")["items"]]


def test_who_guesses_recipients_is_shut_out_in_the_middle_of_it(place):
    switch_on(place, maximum_bad_recipients="3")
    with connect(place) as client:
        assert ask_for(client, [f"guess{number}@elsewhere.example" for number in range(9)]) == [550, 550, 421]
    assert greeting(place) == 421
    wait_until(lambda: [ban["reason"] for ban in bans(place)] == ["recipients"], 20, "a ban for recipients")


def test_a_client_with_many_addresses_of_one_network_is_one_client(place):
    switch_on(place, maximum_connections="3")
    assert [greeting(place, f"2001:db8:1:2::{number}") for number in range(1, 6)] == [220] * 3 + [421] * 2
    wait_until(lambda: [ban["subject"] for ban in bans(place)] == ["2001:db8:1:2::/64"], 20, "a ban of the network")
    assert greeting(place, "2001:db8:1:3::1") == 220


def test_wrong_passwords_lead_to_a_ban_and_leave_a_trace(place):
    switch_on(place)
    place.set("authentication.maximum-failures-per-session", "50")
    password = place.folder / "user-password"
    password.write_text(PASSWORD + "\n")
    place.run_command("user", "add", "suzuki@example.com", "--password-file", password)
    assert [sign_in(place, "suzuki@example.com", "wrong") for _ in range(3)] == [535, 535, 421]
    assert greeting(place) == 421
    wait_until(lambda: [ban["reason"] for ban in bans(place)] == ["sign-ins"], 20, "a ban for sign-ins")
    found = wait_until(lambda: place.run_command("bans", "sign-ins")["items"], 20, "a trace")
    assert {(row["way"], row["name"], row["address"]) for row in found} == {("smtp", "suzuki@example.com", "192.0.2.9")}
    assert sum(row["tries"] for row in found) == 3
    assert sign_in(place, "suzuki@example.com", PASSWORD, "192.0.2.10") == 235


def test_allowed_and_trusted_addresses_are_never_banned(place):
    switch_on(place, maximum_connections="2")
    place.set("relay.trusted-networks", "198.51.100.0/24")
    place.run_command("list", "add", "allow", "network", "203.0.113.0/24")
    for address in ["198.51.100.1", "203.0.113.1"]:
        assert [greeting(place, address) for _ in range(6)] == [220] * 6
    with pytest.raises(Exception, match="never banned"):
        place.run_command("bans", "add", "198.51.100.1")


def test_bans_by_hand_hold_while_screening_is_off(place):
    place.set("reception.proxy-networks", "127.0.0.1")
    place.run_command("bans", "add", "192.0.2.0/24", "--note", "no more")
    assert greeting(place) == 554
    assert [(ban["reason"], ban["note"], ban.get("until")) for ban in bans(place, "--text", "no more")] == [("manual", "no more", None)]
    for wrong in ["0.0.0.0/0", "nobody", "someone@"]:
        with pytest.raises(Exception):
            place.run_command("bans", "add", wrong)
    place.kill()
    # The kit's own look at the port would be that of a proxy without a header.
    place.start(waits=False)

    def is_still_banned():
        try:
            return greeting(place) == 554
        except OSError:
            return False
    wait_until(is_still_banned, 60, "a ban that outlives the node")


def test_a_frozen_user_may_not_send(place):
    place.set("reception.proxy-networks", "127.0.0.1")
    password = place.folder / "user-password"
    password.write_text(PASSWORD + "\n")
    place.run_command("user", "add", "suzuki@example.com", "--password-file", password)
    with connect(place, port="submission_port") as client:
        client.hello()
        assert client.start_tls().code == 220
        client.hello()
        assert client.command("AUTH PLAIN " + base64.b64encode(f"\0suzuki@example.com\0{PASSWORD}".encode()).decode()).code == 235
        assert client.command("MAIL FROM:<suzuki@example.com>").code == 250
        client.command("RSET")
        entry = place.run_command("bans", "add", "Suzuki@example.com")["entry"]
        reply = client.command("MAIL FROM:<suzuki@example.com>")
        assert reply.code == 550 and "administrator" in reply.text
        place.run_command("bans", "lift", entry)
        assert client.command("MAIL FROM:<suzuki@example.com>").code == 250


@pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")
def test_all_nodes_share_bans(shared_workplace):
    cluster = Cluster(shared_workplace)
    first = cluster.first()
    first.add_domain("example.com", shared_workplace.next_hop().address)
    for _ in range(2):
        node = cluster.prepare()
        exit_code, said = cluster.join(node)
        assert exit_code == 0, said
        node.start().wait_until_accepted("example.com", seconds=30)
    first, second, third = cluster.nodes
    switch_on(first, maximum_connections="3")
    wait_until(lambda: second.status()["settingsRevision"] >= first.status()["settingsRevision"], 20, "the settings on the second node")
    assert [greeting(second) for _ in range(4)] == [220] * 3 + [421]
    for node in (first, third):
        wait_until(lambda: greeting(node) == 421, 20, "the ban on another node")
    third.run_command("bans", "lift", bans(first)[0]["entry"])
    for node in (first, second):
        wait_until(lambda: greeting(node) == 220, 20, "no ban on another node")
