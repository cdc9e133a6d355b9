"""Greylisting: new senders come again, known ones pass at once, and all nodes share what is known."""

import re

import pytest

from kit import firebird_server
from kit.cluster import Cluster
from kit.name_server import NameServer
from kit.processes import wait_until
from kit.smtp import ProxiedClient

CONTENT = b"From: someone@example.net\r\nTo: you@example.com\r\nSubject: hello\r\n\r\nhello\r\n"


def switch_on(node, wait=1, **others):
    # Strangers from any address are named by a header, as behind a load balancer.
    node.set("reception.proxy-networks", "127.0.0.1")
    node.set("greylisting.wait-seconds", str(wait))
    for name, value in others.items():
        node.set("greylisting." + name.replace("_", "-"), value)
    node.set("greylisting.enabled", "true")


def send(node, sender="someone@example.net", recipient="you@example.com", address="192.0.2.9"):
    with ProxiedClient(node.smtp_port, f"PROXY TCP4 {address} 127.0.0.1 40000 25\r\n".encode()) as client:
        client.hello()
        return client.send_message(sender, [recipient], CONTENT)[0]


def entries(node, *words):
    return node.run_command("greylist", "list", *words)["items"]


@pytest.fixture
def place(workplace):
    name_server = NameServer().start()
    workplace.at_end(name_server.stop)
    node = workplace.node(next_hop=workplace.next_hop())
    node.set("dns.servers", name_server.address)
    return node


def test_nobody_is_delayed_and_nothing_is_kept_while_it_is_off(place):
    place.set("reception.proxy-networks", "127.0.0.1")
    assert send(place).code == 250
    assert entries(place) == []


def test_a_new_sender_is_told_when_to_come_again_and_passes_then(place):
    switch_on(place, wait=3600)
    reply = send(place)
    assert reply.code == 451 and re.search(r"comes again in (60 min 0|59 min \d+) s", reply.text), str(reply)
    assert [(entry["state"], entry["network"], entry["recipient"]) for entry in entries(place)] == [("waiting", "192.0.2.0/24", "you@example.com")]
    assert send(place).code == 451
    place.set("greylisting.wait-seconds", "1")
    wait_until(lambda: send(place, address="192.0.2.77").code == 250, 20, "a pass from a neighbour in the same network")
    assert [entry["state"] for entry in entries(place, "--state", "passed")] == ["passed"]
    place.set("greylisting.wait-seconds", "3600")
    assert send(place).code == 250, "a sender that has passed does not wait again"
    assert send(place, recipient="other@example.com").code == 451
    assert len(entries(place, "--text", "other@")) == 1
    details = place.message(next(row for row in place.messages() if row["result"] == "postponed")["message"])
    assert any(finding["check"] == "greylisting" for finding in details["judgement"]["findings"])


def test_a_deleted_sender_waits_anew(place):
    switch_on(place)
    wait_until(lambda: send(place).code == 250, 20, "a pass")
    place.set("greylisting.wait-seconds", "3600")
    assert send(place).code == 250
    place.run_command("greylist", "delete", entries(place)[0]["entry"])
    assert send(place).code == 451
    assert "greylist.delete" in [row["action"] for row in place.run_command("audit", "list")["items"]]


def test_allowed_senders_and_trusted_networks_are_not_delayed(place):
    switch_on(place, wait=3600)
    place.run_command("list", "add", "allow", "sender-domain", "example.net")
    place.set("relay.trusted-networks", "198.51.100.0/24")
    assert send(place).code == 250
    assert send(place, sender="other@example.org", address="198.51.100.7").code == 250
    assert entries(place) == []
    assert send(place, sender="other@example.org").code == 451


def test_recording_only_delays_nobody(place):
    switch_on(place, wait=3600)
    place.set("filtering.mode", "record")
    assert send(place).code == 250


@pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")
def test_two_nodes_share_what_they_know(shared_workplace):
    cluster = Cluster(shared_workplace)
    first = cluster.first()
    first.add_domain("example.com", shared_workplace.next_hop().address)
    second = cluster.prepare()
    exit_code, said = cluster.join(second)
    assert exit_code == 0, said
    second.start().wait_until_accepted("example.com", seconds=30)
    switch_on(first, wait=3600)
    wait_until(lambda: send(second).code == 451, 20, "greylisting on the second node")
    assert send(first).code == 451
    assert len(entries(first)) == len(entries(second)) == 1, "one triplet, whoever saw it first"
    first.set("greylisting.wait-seconds", "1")
    wait_until(lambda: send(first).code == 250, 20, "a pass at the first node")
    first.set("greylisting.wait-seconds", "3600")
    wait_until(lambda: send(second, recipient="new@example.com").code == 451, 20, "the long wait on the second node")
    assert send(second).code == 250, "what has passed at one node passes at the other"
    first.run_command("greylist", "delete", entries(second, "--state", "passed")[0]["entry"])
    wait_until(lambda: send(second).code == 451, 20, "a deleted sender waits at the other node too")
