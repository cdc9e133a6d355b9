"""Clocks that jump, are off, or change to summer time: the roles stay where they are, and who does not fit does not join."""

import pytest

from kit import clocks, firebird_server
from kit.cluster import Cluster
from kit.load import message
from kit.processes import wait_until
from kit.smtp import SMTPClient

pytestmark = [
    pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed"),
    pytest.mark.skipif(not clocks.can_be_shifted(), reason="no C compiler is installed")]

hour = 3600


def send(node, identifier):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", ["you@example.com"], message(identifier))
        assert reply.is_positive, str(reply)
        client.quit()


def beats(server):
    """Of all nodes, by name, and of the primary."""
    rows = server.query("select name, counter from node union all select 'primary', counter from primary_counter")
    return {name: int(counter) for name, counter in rows}


def wait_for_beats(server):
    """Until each node has written heartbeats (every 2 s) and the primary has raised its counter (every 5 s)."""
    before = beats(server)
    wait_until(
        lambda: all(count > before[name] + (name != "primary") for name, count in beats(server).items()), 60,
        lambda: f"everybody to be heard of: {before} was followed by {beats(server)}", interval=0.5)


def test_jumps_of_an_hour_and_summer_time_change_no_holder(workplace, figure):
    zone, begins = clocks.zone_whose_summer_begins_in(20)
    server_clock, node_clock = (clocks.ShiftedClock(workplace.folder, name) for name in ("server", "node"))
    cluster = Cluster(workplace, server_environment={**server_clock.environment, "TZ": zone})
    first = cluster.first(environment={**node_clock.environment, "TZ": zone})
    second = cluster.further(environment={"TZ": zone})
    next_hop = workplace.next_hop()
    first.add_domain("example.com", next_hop.address)
    second.wait_until_accepted("example.com", seconds=30)
    before = second.run_command("cluster", "status")
    assert before["primary"] == "mx1"

    def is_as_before(what):
        wait_for_beats(cluster.server)
        now = second.run_command("cluster", "status")
        assert (now["primary"], now["epoch"]) == ("mx1", before["epoch"]), f"after {what}: {now}"
        assert [node["state"] for node in now["nodes"]] == ["up", "up"], f"after {what}: {now}"
        for node in (first, second):
            assert not node.broken_parts(), f"after {what}"
            identifier = f"<{node.name}-{len(next_hop.messages)}@load.example>"
            send(node, identifier)
            wait_until(lambda: next_hop.delivered(identifier) == 1, 30, f"{identifier} at the next hop after {what}")

    jumps = ((node_clock, hour), (server_clock, hour), (node_clock, -hour), (server_clock, -hour))
    for clock, seconds in jumps:
        clock.shift(seconds)
        is_as_before(f"{seconds} s of {'the node' if clock is node_clock else 'the server'}")
    for clock in (server_clock, node_clock):
        clock.shift(0)
    clocks.wait_until_time(begins)
    summer = cluster.server.query("select extract(hour from localtimestamp) * 60 + extract(minute from localtimestamp) from rdb$database")
    is_as_before("the beginning of summer time")
    assert (int(float(summer[0][0])) - begins // 60) % (24 * 60) in (60, 61), "the server's local time did not jump"
    history = [event["action"] for event in second.run_command("cluster", "status")["history"]]
    assert not {"node.declare-dead", "primary.take"} & set(history), history
    figure(f"clocks: {len(jumps)} jumps of an hour and a beginning of summer time: no node declared dead, the primary's epoch still {before['epoch']}")


@pytest.mark.parametrize("seconds,sign,exit_code", [(3, "WARN", 0), (-7, "FAIL", 1), (7, "FAIL", 1)], ids=["3 s", "7 s behind", "7 s ahead"])
def test_a_clock_that_is_off_is_warned_of_or_refused(cluster, seconds, sign, exit_code):
    clock = clocks.ShiftedClock(cluster.workplace.folder, f"joining{seconds}")
    clock.shift(seconds)
    node = cluster.prepare()
    code, said = cluster.join(node, "--look-only", environment=clock.environment)
    line = next(line for line in said.splitlines() if "clock:" in line)
    assert code == exit_code and line.startswith(sign), said
    assert "NTP" in said, "what to do is missing"


@pytest.fixture(scope="module")
def cluster(shared_workplace):
    cluster = Cluster(shared_workplace)
    cluster.first()
    return cluster
