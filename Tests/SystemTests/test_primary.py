"""The primary role moves when its holder dies, is paused or returns, and a late primary writes nothing."""

import random
import time

import pytest

from kit import firebird_server
from kit.cluster import Cluster
from kit.processes import wait_until

pytestmark = pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")

# Enough for a hundred steps of maintenance, so that a node can be paused among them.
_old_rows = 100_000


def status(node):
    return node.run_command("cluster", "status")


def wait_for_primary(node, name, seconds=90):
    wait_until(lambda: status(node).get("primary") == name, seconds, lambda: f"{name} is the primary: {status(node)}")


def states(node):
    return {member["name"]: member["state"] for member in status(node)["nodes"]}


@pytest.fixture
def pair(workplace):
    cluster = Cluster(workplace)
    first = cluster.first()
    wait_for_primary(first, "mx1")
    return cluster, first, cluster.further()


def test_the_role_of_a_killed_primary_is_taken_and_given_back_to_the_designated_node(pair, figure):
    _, first, second = pair
    second.run_command("cluster", "designate", "mx1", json_output=False)
    epoch = status(second)["epoch"]
    killed = time.monotonic()
    first.kill()
    wait_for_primary(second, "mx2")
    figure(f"a killed primary: its duties were taken after {time.monotonic() - killed:.1f} s (aim: 20 s)")
    assert status(second)["epoch"] == epoch + 1 and status(second)["designated"] == "mx1"
    wait_until(lambda: states(second) == {"mx1": "dead", "mx2": "up"}, 90, lambda: f"mx1 is shown as dead: {states(second)}")
    first.start()
    wait_for_primary(second, "mx1")
    assert states(second) == {"mx1": "up", "mx2": "up"}
    # Properly stopped, nobody waits for a term.
    first.stop()
    wait_for_primary(second, "mx2")
    assert states(second)["mx1"] == "stopped"
    history = [(event["action"], event["target"]) for event in status(second)["history"]]
    assert ("node.mail-adopted", "mx1") in history
    history = [event for event in history if event[0] in ("primary.take", "primary.designate", "node.declare-dead")]
    assert history[:3] == [("primary.take", "mx2"), ("primary.take", "mx1"), ("node.declare-dead", "mx1")], history
    assert ("primary.designate", "mx1") in history


def test_without_automatic_takeover_the_role_waits_for_its_node(pair):
    _, first, second = pair
    first.set("cluster.automatic-takeover", "false")
    wait_until(lambda: not status(second)["automaticTakeover"], 30, "the setting on the other node")
    first.stop()
    wait_until(lambda: states(second)["mx1"] == "stopped" and "primary" not in status(second), 30, "nobody is the primary")
    first.start()
    wait_for_primary(second, "mx1")
    second.run_command("cluster", "designate", "mx2", json_output=False)
    wait_for_primary(first, "mx2")


def test_a_paused_primarys_late_write_is_refused_and_its_work_is_gone_on_with(pair):
    cluster, first, second = pair
    wait_until(lambda: [run["state"] for run in first.run_command("maintenance", "list")["items"]] == ["done"], 60, "the first run")
    cluster.server.run_sql(f"""
        delete from maintenance_run;
        set term ^;
        execute block as declare i int = 0; begin
            while (i < {_old_rows}) do begin
                insert into audit (id, happened_at, actor, node_id, action, target, detail)
                select gen_uuid(), 1000, 'test', first_node.id, 'test.old', '', '' from (select first 1 id from node) first_node;
                i = i + 1;
            end
        end^
        set term ;^
        commit;""")
    first.run_command("cluster", "designate", "mx2", json_output=False)
    wait_for_primary(first, "mx2")
    wait_until(lambda: removed(first) > 0, 60, "the new primary is at work")
    pause_within_a_step(cluster.server, second)
    before = removed(first)
    assert before < _old_rows, "it was faster than this test"
    wait_for_primary(first, "mx1")
    second.resume()
    wait_until(lambda: "maintenance stopped and is gone on with" in second.log_tail(1000), 60, "the refusal in its log")
    if states(first)["mx2"] == "dead":
        # A slow machine: it was declared dead meanwhile, and ends by itself.
        second.process.wait(60)
        second.start()
    wait_for_primary(first, "mx2")
    wait_until(lambda: first.run_command("maintenance", "list")["items"][0]["state"] == "done", 120, "the run is finished")
    assert removed(first) >= _old_rows


def pause_within_a_step(server, node):
    """Stops the node while its transaction has the role's row: it keeps it locked for as long as it sleeps."""
    for _ in range(50):
        node.pause()
        if not server.accepts_sql("set transaction no wait; update primary_role set epoch = epoch; rollback;"):
            return
        node.resume()
        time.sleep(random.uniform(0, 0.1))
    raise AssertionError("the node was never within a step")


def removed(node):
    runs = node.run_command("maintenance", "list")["items"]
    return runs[0]["removedAuditEntries"] if runs else 0
