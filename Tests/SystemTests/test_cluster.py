"""Nodes join one cluster, are refused with what to do, share everything, and leave."""

import shutil
import threading
import time

import pytest

from kit import firebird_server
from kit.cluster import Cluster
from kit.load import Ledger, Load, message, settle
from kit.node import run_program
from kit.processes import wait_until
from kit.smtp import SMTPClient

pytestmark = pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")


@pytest.fixture(scope="module")
def cluster(shared_workplace):
    cluster = Cluster(shared_workplace)
    cluster.first()
    return cluster


@pytest.fixture(scope="module")
def pair(cluster):
    return cluster.nodes[0], cluster.further()


def send(node, identifier, recipient="you@example.com"):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", [recipient], message(identifier, recipient=recipient))
        assert reply.is_positive, str(reply)
        client.quit()


def logged(node, identifier):
    return any(identifier.strip("<>") in row["messageID"] for row in node.messages())


def test_a_joined_node_shows_a_good_line_for_every_step_and_serves(cluster):
    node = cluster.prepare()
    exit_code, said = cluster.join(node, "--look-only")
    assert exit_code == 0 and not (node.home / "node.conf").exists(), said
    exit_code, said = cluster.join(node)
    assert exit_code == 0, said
    for step in ("home", "database", "version", "registration-key", "node-name", "time-zone", "clock", "message-data"):
        assert f"ok    {step}:" in said, said
    assert cluster.server.password not in said and "sgr_" not in said
    node.start()
    keys = cluster.nodes[0].run_command("registration-key", "list")["items"]
    assert {"mx1", node.name} <= {key["nodeName"] for key in keys if key["state"] == "bound"}
    assert node.stop() == 0


def test_mail_to_either_node_is_delivered_and_both_show_it(pair, shared_workplace):
    first, second = pair
    next_hop = shared_workplace.next_hop()
    first.add_domain("example.com", next_hop.address)
    second.wait_until_accepted("example.com", seconds=30)
    for node, identifier in ((first, "<to-first@load.example>"), (second, "<to-second@load.example>")):
        send(node, identifier)
        wait_until(lambda: next_hop.delivered(identifier) == 1, 30, f"{identifier} at the next hop")
    for node in pair:
        for identifier in ("<to-first@load.example>", "<to-second@load.example>"):
            wait_until(lambda: logged(node, identifier), 30, f"{identifier} in the log of {node.home}")


def test_a_change_of_settings_on_one_node_is_in_force_on_the_other(pair):
    first, second = pair
    second.set("reception.maximum-sessions", 77)
    wait_until(lambda: first.status()["maximumSessions"] == 77, 30, "the change on the first node")
    first.reset("reception.maximum-sessions")
    wait_until(lambda: second.status()["maximumSessions"] == 100, 30, "its return on the second node")


def test_what_waits_on_one_node_is_seen_and_handled_on_the_other(pair, shared_workplace):
    first, second = pair
    away = shared_workplace.next_hop()
    away.stop()
    first.add_domain("waiting.example", away.address)
    second.wait_until_accepted("waiting.example", seconds=30)
    send(second, "<waiting@load.example>", recipient="you@waiting.example")
    wait_until(lambda: [entry for entry in first.queue() if entry["recipient"] == "you@waiting.example"], 30, "the entry on the first node")
    wait_until(lambda: delete_all(first), 60, "the entry deleted on the first node")
    wait_until(lambda: not second.queue(), 30, "an empty queue on the second node")


def delete_all(node):
    """Entries that a node has in hand at this moment are passed over."""
    node.run_command("queue", "delete", "--all", "--yes", json_output=False)
    return not node.queue()


def test_two_nodes_with_one_key_in_the_same_second_are_one_node_and_one_refusal(cluster):
    key = cluster.issue_key()
    nodes = [cluster.prepare(key) for _ in range(2)]
    joining = [cluster.start_joining(node) for node in nodes]
    codes = [process.wait(120) for process in joining]
    assert sorted(codes) == [0, 1], [process.log_tail() for process in joining]
    winner, loser = (nodes[codes.index(code)] for code in (0, 1))
    said = joining[codes.index(1)].log_tail()
    assert f"FAIL  registration-key" in said and winner.name in said, said
    assert "registration-key issue" in said, "what to do is missing"
    assert not (loser.home / "node.conf").exists()


def test_a_key_copied_into_another_nodes_file_does_not_start_it(cluster, pair):
    first, second = pair
    third = cluster.prepare()
    exit_code, said = cluster.join(third)
    assert exit_code == 0, said
    text = (third.home / "node.conf").read_text()
    own = next(line for line in text.splitlines() if line.startswith("registration-key"))
    others = next(line for line in (second.home / "node.conf").read_text().splitlines() if line.startswith("registration-key"))
    (third.home / "node.conf").write_text(text.replace(own, others))
    result = run_program("run", "--home", third.home, timeout=120)
    assert result.returncode == 1 and f"belongs to the node {second.name}" in result.stderr, result.stderr
    assert others.split("=")[1].strip() not in result.stderr
    assert second.process.is_running and not second.broken_parts()


def test_a_copy_of_a_running_node_is_refused_and_harms_nobody(cluster, pair):
    _, second = pair
    copy = second.folder / "copy"
    shutil.copytree(second.home, copy, symlinks=True, ignore=shutil.ignore_patterns("admin.sock", "lock"))
    result = run_program("run", "--home", copy, timeout=120)
    assert result.returncode == 1 and second.name in result.stderr and "running already" in result.stderr, result.stderr
    assert second.process.is_running and not second.broken_parts()


refusals = {
    "another time zone": (lambda cluster: ((), {"TZ": "Asia/Tokyo"}), "time-zone", "timedatectl"),
    "no folder": (lambda cluster: (("--message-data", "/nonexistent/folder"), {}), "message-data", "--message-data"),
    "a name that is taken": (lambda cluster: (("--node-name", "mx1"), {}), "node-name", "--node-name"),
    "nobody listens": (
        lambda cluster: (("--database-host", "127.0.0.1", "--database-port", 1, *cluster.server.node_options()[4:]), {}), "database",
        "RemoteBindAddress"),
}


@pytest.mark.parametrize("change,step,remedy", refusals.values(), ids=refusals)
def test_a_node_that_does_not_fit_is_refused_with_what_to_do(cluster, change, step, remedy):
    node = cluster.prepare()
    options, environment = change(cluster)
    exit_code, said = cluster.join(node, *options, environment=environment)
    assert exit_code == 1 and f"FAIL  {step}:" in said and remedy in said, said
    assert not (node.home / "node.conf").exists()
    key = next(key for key in cluster.nodes[0].run_command("registration-key", "list")["items"] if key["state"] == "free")
    assert key, "the key stays free"


def test_a_made_up_key_and_a_second_init_are_refused(cluster):
    node = cluster.prepare("sgr_" + "0" * 32 + "_" + "A" * 86)
    exit_code, said = cluster.join(node)
    assert exit_code == 1 and "not of this cluster" in said and "registration-key issue" in said, said
    result = run_program("init", "--home", node.folder / "other", *cluster.server.node_options(), timeout=120)
    assert result.returncode == 1 and "mx1" in result.stderr and "join" in result.stderr, result.stderr


def test_a_node_leaves_when_its_key_is_revoked(cluster):
    node = cluster.further()
    first = cluster.nodes[0]
    key = next(key for key in first.run_command("registration-key", "list")["items"] if key.get("nodeName") == node.name)
    first.run_command("registration-key", "revoke", key["identifier"])
    node.process.wait(90)
    result = run_program("run", "--home", node.home, timeout=120)
    assert result.returncode == 1 and "revoked" in result.stderr, result.stderr
    assert first.process.is_running and not first.broken_parts()


def test_a_killed_nodes_mail_is_finished_by_the_other(workplace, figure):
    cluster = Cluster(workplace)
    first = cluster.first()
    second = cluster.further()
    next_hop = workplace.next_hop(keeps_messages=False)
    first.add_domain("example.com", next_hop.address)
    second.wait_until_accepted("example.com", seconds=30)
    ledger = Ledger()
    # Until then every delivery waits at its recipient, so that the first node dies with mail in its hand.
    may_go_on = threading.Event()
    workplace.at_end(may_go_on.set)
    next_hop.recipient_reply = lambda address: may_go_on.wait(300) and None
    with Load(first.smtp_port, ledger, sessions=4) as load:
        load.wait_for(40)
        held = [row for row in second.queue() if row.get("holder")]
        killed = time.monotonic()
        first.kill()
    may_go_on.set()
    assert held, "nothing was in the first node's hand"
    lost, doubled = settle(second, next_hop, ledger, seconds=240)
    figure(
        f"a node killed: answered 250: {len(ledger.accepted)}, in its hand: {len(held)}, lost: {len(lost)}, doubled: {len(doubled)}, all of "
        f"it delivered by the other after {time.monotonic() - killed:.1f} s (aim: 40 s)")
    assert not lost, f"lost {sorted(lost)[:10]}"
    left = [identifier for identifier in ledger.accepted_now() if not next_hop.delivered(identifier)]
    assert not left, f"not finished: {left[:10]}"
    deaths = second.run_command("audit", "list", "--text", "node.declare-dead")["items"]
    assert [entry["target"] for entry in deaths] == ["mx1"]
    # It comes back by being started again, and the two share the work as before.
    first.start()
    assert not first.broken_parts() and not second.broken_parts()
