"""Nodes leave service without losing anything, come back, and leave the cluster for good."""

import pytest

from kit import firebird_server, haproxy
from kit.cluster import Cluster
from kit.load import Ledger, Load, message, settle
from kit.node import CommandFailed, run_program
from kit.processes import wait_until
from kit.smtp import SMTPClient

pytestmark = pytest.mark.skipif(
    not firebird_server.is_installed() or not haproxy.is_installed(), reason="the Firebird server or HAProxy is not installed")


@pytest.fixture(scope="module")
def cluster(shared_workplace):
    """Two nodes behind HAProxy, with a mail server behind them."""
    cluster = Cluster(shared_workplace)
    first = cluster.first()
    next_hop = shared_workplace.next_hop()
    first.add_domain("example.com", next_hop.address)
    first.set("reception.proxy-networks", haproxy.LoadBalancer.source)
    second = cluster.further()
    for node in cluster.nodes:
        node.wait_until_accepted("example.com", seconds=30)
    # Dead by the time it is looked at.
    third = cluster.further()
    third.set("node.helo-name", "third.example.com")
    third.kill()
    cluster.next_hop = next_hop
    cluster.balancer = haproxy.LoadBalancer(shared_workplace.folder / "haproxy", [first, second])
    shared_workplace.at_end(cluster.balancer.kill)
    cluster.balancer.start()
    wait_until(lambda: greeting(cluster.balancer.smtp_port) == 220, 60, "HAProxy gives a node's greeting")
    return cluster


def greeting(port):
    with SMTPClient(port) as client:
        return client.greeting.code


def member(asked, name):
    return next((node for node in asked.run_command("cluster", "status")["nodes"] if node["name"] == name), None)


def wait_for_drain(asked, name, state, seconds=60):
    wait_until(lambda: member(asked, name)["drain"] == state, seconds, lambda: f"{name} is {state}: {member(asked, name)}")


def events(asked):
    return [(event["action"], event["target"]) for event in asked.run_command("cluster", "events")["items"]]


def send(port, identifier, recipient="you@example.com"):
    with SMTPClient(port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", [recipient], message(identifier, recipient=recipient))
        client.quit()
        return reply


class PatientLoad(Load):
    """Counts what no client of a load balancer may see: no connection, or a greeting that turns it away."""

    def _session(self, session, number):
        self.turned_away = getattr(self, "turned_away", [])
        try:
            with SMTPClient(self.port) as client:
                if client.greeting.code != 220:
                    self.turned_away.append(str(client.greeting))
        except OSError as error:
            self.turned_away.append(repr(error))
        return super()._session(session, number)


def test_a_node_is_drained_under_load_and_nothing_is_lost_and_nobody_turned_away(cluster):
    first, second = cluster.nodes[:2]
    first.run_command("cluster", "designate", "mx1", json_output=False)
    wait_until(lambda: first.run_command("cluster", "status").get("primary") == "mx1", 60, "mx1 is the primary")
    first.set("cluster.drain-grace", 6)
    ledger = Ledger()
    with PatientLoad(cluster.balancer.smtp_port, ledger, sessions=4, messages_per_session=5) as load:
        load.wait_for(20)
        second.run_command("cluster", "drain", "mx1", json_output=False)
        wait_until(lambda: first.web("/health")[0] == 503, 10, "the health page says no")
        assert greeting(first.smtp_port) == 220, "within the grace it still takes mail"
        wait_for_drain(second, "mx1", "drained")
        assert greeting(first.smtp_port) == 421
        load.wait_for(len(ledger.accepted) + 20)
    assert load.turned_away == []
    assert not ledger.unknown and set(ledger.codes()) <= {421}
    lost, doubled = settle(second, cluster.next_hop, ledger)
    assert not lost and not doubled
    shown = member(second, "mx1")
    assert (shown["figures"]["smtpSessions"], shown["heldRecipients"], shown["leftRecipients"], shown["isPrimary"]) == (0, 0, 0, False)
    wait_until(lambda: second.run_command("cluster", "status").get("primary") == "mx2", 30, "the role is the other's, designated or not")
    assert first.broken_parts() == ["drain"]
    assert [event for event in events(second) if event[1] == "mx1"][:2] == [("node.drained", "mx1"), ("node.drain", "mx1")]


def test_a_drained_node_stays_so_over_a_restart_and_is_brought_back(cluster):
    first, second = cluster.nodes[:2]
    assert first.stop() == 0
    first.start(waits=False)
    wait_until(first._says_in_service, 60, lambda: f"the node started: {first.log_tail()}")
    assert greeting(first.smtp_port) == 421
    wait_for_drain(second, "mx1", "drained")
    second.run_command("cluster", "undrain", "mx1", json_output=False)
    wait_for_drain(second, "mx1", "in-service")
    assert first.web("/health")[0] == 200
    reply = send(first.smtp_port, "<back@load.example>")
    assert reply.code == 250, str(reply)
    wait_until(lambda: cluster.next_hop.delivered("<back@load.example>") == 1, 30, "its mail is delivered")
    wait_until(lambda: second.run_command("cluster", "status").get("primary") == "mx1", 60, "the designated node has its role again")


def test_mail_in_the_hand_of_a_drained_node_is_delivered_by_the_other(cluster, shared_workplace):
    first, second = cluster.nodes[:2]
    first.set("reception.shutdown-grace", 1)
    first.set("cluster.drain-grace", 0)
    slow = shared_workplace.next_hop()
    slow.mail_reply = "451 4.3.0 not now"
    first.add_domain("slow.example", slow.address)
    second.wait_until_accepted("slow.example", seconds=30)
    assert send(first.smtp_port, "<slow@load.example>", "you@slow.example").code == 250
    wait_until(lambda: first.queue(), 30, "it waits")
    first.run_command("cluster", "drain", "mx1", json_output=False)
    wait_for_drain(first, "mx1", "drained")
    slow.mail_reply = None
    entry = first.queue()[0]
    # Asked on the node that delivers nothing: the other one does it.
    first.run_command("queue", "retry", f"{entry['message']}/{entry['ordinal']}", json_output=False)
    wait_until(lambda: slow.delivered("<slow@load.example>") == 1, 60, "the other node delivered it")
    first.run_command("cluster", "undrain", "mx1", json_output=False)
    first.reset("reception.shutdown-grace")
    wait_for_drain(second, "mx1", "in-service")


def test_a_living_node_is_not_removed_and_a_removed_one_says_how_to_come_back(cluster):
    first, second = cluster.nodes[:2]
    with pytest.raises(CommandFailed) as failure:
        second.run_command("cluster", "remove", "mx1", "--yes")
    assert "Drain it first" in failure.value.result.stdout + failure.value.result.stderr
    third = cluster.nodes[2]
    # A crashed node needs no clean-up by hand; who wants to be rid of it need not wait for anything but its death.
    wait_until(lambda: member(first, "mx3")["state"] == "dead", 90, "mx3 is declared dead")
    wait_until(lambda: ("node.mail-adopted", "mx3") in events(first), 30, "it is told when its mail was taken over")
    removal = first.run_command("cluster", "remove", "mx3", "--yes")
    assert removal["removedSettings"] >= 1, removal
    assert member(first, "mx3") is None and member(second, "mx3") is None
    assert [key["state"] for key in first.run_command("registration-key", "list")["items"] if key.get("nodeName") == "mx3"] == ["revoked"]
    result = run_program("run", "--home", third.home, timeout=120)
    assert result.returncode == 1 and "removed from the cluster" in result.stderr and "securitygateway join" in result.stderr, result.stderr
    assert events(first)[0] == ("node.remove", "mx3")


def test_a_node_leaves_by_its_own_command(cluster):
    first, _ = cluster.nodes[:2]
    node = cluster.further()
    node.run_command("leave", "--yes", json_output=False, timeout=120)
    wait_until(lambda: not node.process.is_running, 30, lambda: f"its process ends: {node.log_tail()}")
    assert member(first, node.name) is None
    assert {"node.drain", "node.drained", "node.remove"} <= {action for action, target in events(first) if target == node.name}
