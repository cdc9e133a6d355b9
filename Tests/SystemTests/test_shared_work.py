"""What several nodes could do at once happens once; and a node whose share hangs leaves its work to the others."""

import concurrent.futures
import time

import pytest

from kit import firebird_server, shares
from kit.cluster import Cluster
from kit.load import message
from kit.processes import wait_until
from kit.smtp import SMTPClient

pytestmark = pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")


@pytest.fixture(scope="module")
def cluster(shared_workplace):
    """Two nodes; the second one sees Message Data through a mount that can hang, where there can be one."""
    cluster = Cluster(shared_workplace)
    first = cluster.first()
    cluster.next_hop = shared_workplace.next_hop()
    first.add_domain("example.com", cluster.next_hop.address)
    cluster.share = None
    options = ()
    if shares.can_be_mounted():
        cluster.share = shares.Share(shared_workplace.folder / "share", cluster.message_data)
        shared_workplace.at_end(cluster.share.close)
        options = ("--message-data", cluster.share.path)
    node = cluster.prepare()
    exit_code, said = cluster.join(node, *options)
    assert exit_code == 0, said
    node.start().wait_until_accepted("example.com", seconds=30)
    return cluster


def send(node, identifier, content=None, recipient="you@example.com"):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", [recipient], content or message(identifier, recipient=recipient))
        client.quit()
        assert reply.code == 250, str(reply)


def dangerous(number):
    return (
        f"From: someone@example.net\r\nTo: you@example.com\r\nSubject: dangerous {number}\r\nMessage-ID: <danger-{number}@example.net>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
        "--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=run.exe\r\n\r\nMZ\r\n--b--\r\n").encode()


def on_all(nodes, *words):
    """The same command on all nodes at the same moment: what each of them says it has done."""
    with concurrent.futures.ThreadPoolExecutor(len(nodes)) as pool:
        return [answer["done"] for answer in pool.map(lambda node: node.run_command(*words), nodes)]


def test_a_quarantined_message_is_seen_and_previewed_on_every_node_and_released_once(cluster):
    for number in range(3):
        send(cluster.nodes[number % 2], "", dangerous(number))
    for node in cluster.nodes:
        wait_until(lambda: len(node.run_command("quarantine", "list")["items"]) == 3, 30, "three messages in quarantine")
    kept = [item["message"] for item in cluster.nodes[0].run_command("quarantine", "list")["items"]]
    for node in cluster.nodes:
        for identifier in kept:
            assert node.run_command("quarantine", "show", identifier)["content"]["texts"][0]["text"].strip() == "hello"
    for identifier in kept:
        done = on_all(cluster.nodes, "quarantine", "release", identifier)
        assert sorted(map(len, done)) == [0, 1], done
    wait_until(lambda: cluster.next_hop.total() >= 3, 30, "all of them at the next hop")
    wait_until(lambda: not any(node.queue() for node in cluster.nodes), 30, "an empty queue")
    assert [cluster.next_hop.delivered(f"<danger-{number}@example.net>") for number in range(3)] == [1, 1, 1]


def test_entries_deleted_or_tried_on_all_nodes_at_once_are_so_once(cluster, shared_workplace):
    away = shared_workplace.next_hop()
    away.mail_reply = "451 4.3.0 not now"
    cluster.nodes[0].add_domain("away.example", away.address)
    cluster.nodes[1].wait_until_accepted("away.example", seconds=30)
    for number in range(6):
        send(cluster.nodes[number % 2], f"<away-{number}@example.net>", recipient=f"you{number}@away.example")

    def waiting():
        return [f"{entry['message']}/{entry['ordinal']}" for entry in cluster.nodes[0].queue() if not entry.get("holder")]

    wait_until(lambda: len(waiting()) == 6, 60, "six entries wait")
    deleted, tried = waiting()[:3], waiting()[3:]
    done = on_all(cluster.nodes, "queue", "delete", *deleted)
    assert sum(map(len, done)) == 3, done
    away.mail_reply = None
    on_all(cluster.nodes, "queue", "retry", *tried)
    wait_until(lambda: not cluster.nodes[0].queue(), 60, "an empty queue")
    assert sorted(away.counts.values()) == [1, 1, 1]


@pytest.mark.skipif(not shares.can_be_mounted(), reason="no FUSE for this user")
def test_a_node_whose_share_hangs_leaves_its_mail_to_the_others_and_comes_back_by_itself(cluster):
    first, second = cluster.nodes
    cluster.share.set("hang")
    began = time.monotonic()
    wait_until(lambda: second.web("/health", timeout=20)[0] == 503, 30, "the health page says no")
    wait_until(lambda: "what was in hand is left to the others" in second.log_tail(), 90, lambda: f"it leaves its work: {second.log_tail()}")
    assert time.monotonic() - began >= 29, "not before its time"
    asked = first.run_command("cluster", "status")
    [shown] = [node for node in asked["nodes"] if node["name"] == second.name]
    assert shown["state"] == "up" and shown["heldRecipients"] == 0 and "messageDataMicroseconds" not in shown["figures"]
    send(first, "<meanwhile@example.net>")
    wait_until(lambda: cluster.next_hop.delivered("<meanwhile@example.net>") == 1, 30, "the others deliver")
    cluster.share.set("ok")
    wait_until(lambda: second.web("/health", timeout=20)[0] == 200, 60, "it is healthy again")
    wait_until(lambda: "this node delivers again" in second.log_tail(), 60, "it delivers again")
    send(second, "<afterwards@example.net>")
    wait_until(lambda: cluster.next_hop.delivered("<afterwards@example.net>") == 1, 30, "its mail is delivered")
    actions = [event["action"] for event in first.run_command("cluster", "events")["items"]]
    assert "node.folder-away" in actions and "node.folder-back" in actions
    # A stop waits for nothing that hangs.
    cluster.share.set("hang")
    began = time.monotonic()
    assert second.stop(grace=60) == 0
    assert time.monotonic() - began < 60
