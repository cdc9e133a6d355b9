"""Settings on two nodes of one Firebird server: changed anywhere, in force everywhere, also where the event port cannot be reached."""

import json

import pytest
from kit import firebird_server
from kit.cluster import Cluster
from kit.forwarder import Forwarder
from kit.node import CommandFailed
from kit.processes import wait_until

# Only when to give up on a busy machine; how fast it is, `make bench-settings` prints.
patience = 60


@pytest.fixture
def pair(workplace):
    """Two nodes: the first reaches the server directly, the second through an address where only the server's first port is."""
    if not firebird_server.is_installed():
        pytest.skip("the Firebird server is not installed")
    cluster = Cluster(workplace)
    first = cluster.first()
    # The client asks for events at the address it is connected to: there is nothing at the server's event port there.
    forwarder = Forwarder("127.0.0.2", cluster.server.port)
    workplace.at_end(forwarder.close)
    second = cluster.prepare()
    exit_code, said = cluster.join(
        second, "--database-host", forwarder.address, "--database-port", forwarder.port, "--database-name", cluster.server.database,
        "--database-user", "SYSDBA", "--database-password-file", cluster.server.password_file)
    assert exit_code == 0, said
    second.start()
    return first, second


def wait_until_in_force(node, revision):
    wait_until(
        lambda: node.status()["settingsRevision"] >= revision, patience,
        lambda: f"revision {revision} in force: {node.status()['settingsRevision']}\n{node.log_tail()}", interval=0.2)


def test_every_change_reaches_the_other_node_also_without_events(pair):
    first, second = pair
    wait_until(
        lambda: "database events cannot be heard" in second.log.read_text(errors="replace"), patience,
        lambda: f"the second node to miss events:\n{second.log_tail()}")
    for number in range(5, 15):
        saved = first.run_command("settings", "set", "delivery.first-hour-retry", number)
    wait_until_in_force(second, saved["revision"])
    assert second.run_command("settings", "get", "delivery.first-hour-retry")["value"] == 14
    back = second.run_command("settings", "set", "delivery.first-hour-retry", 20)
    wait_until_in_force(first, back["revision"])


def test_a_node_that_was_away_has_everything_when_it_is_back(pair):
    first, second = pair
    second.kill()
    # The default is 5: each of these is a change.
    for number in range(6, 26):
        saved = first.run_command("settings", "set", "delivery.first-hour-retry", number)
    lag = [node["behind"] for node in first.status()["nodes"]]
    assert max(lag) >= 20, f"nobody lags: {lag}"
    second.start()
    wait_until_in_force(second, saved["revision"])
    wait_until(
        lambda: all(node["behind"] == 0 for node in first.status()["nodes"]), patience,
        lambda: f"both nodes to report the newest revision: {first.status()['nodes']}", interval=0.2)


def test_a_node_s_own_settings_are_changed_from_the_other_and_put_back(pair):
    first, second = pair
    other = second.status()["node"]
    before = first.run_command("settings", "show", "node", "--node", other)["revision"]
    saved = first.run_command("settings", "set", "node.helo-name", "mx2.example.com", "--node", other)
    wait_until_in_force(second, saved["revision"])
    assert second.run_command("settings", "get", "node.helo-name")["value"] == "mx2.example.com"
    assert first.run_command("settings", "get", "node.helo-name")["value"] != "mx2.example.com"
    history = second.run_command("settings", "history", "--owner", other, "--limit", 1)["items"]
    assert [entry["after"] for entry in history] == ["mx2.example.com"]
    plan = second.run_command("settings", "return", before, "--check")
    assert [setting["name"] for setting in plan["returned"]] == ["helo-name"]
    done = second.run_command("settings", "return", before)
    wait_until_in_force(first, done["revision"])
    assert first.run_command("settings", "get", "node.helo-name", "--node", other)["value"] != "mx2.example.com"


def test_the_loser_of_a_race_is_told_both_versions(pair):
    first, second = pair
    seen = first.run_command("settings", "show", "delivery")["revision"]
    second.run_command("settings", "set", "delivery.first-hour-retry", 11)
    with pytest.raises(CommandFailed) as failure:
        first.run_command("settings", "set", "delivery.first-hour-retry", 12, "--revision", seen)
    problem = json.loads(failure.value.result.stderr.removeprefix("securitygateway: "))
    assert [(field["yours"], field["theirs"]) for field in problem["conflict"]["fields"]] == [("12", "11")]


def test_an_export_of_one_gateway_is_imported_into_another(workplace):
    source = workplace.node(administrator=False)
    source.run_command("domain", "add", "moved.example", "--mail-server", "127.0.0.1:2525", json_output=False)
    source.set("delivery.first-hour-retry", 13)
    file = workplace.folder / "settings.json"
    source.run_command("settings", "export", file, json_output=False)
    assert file.stat().st_mode & 0o777 == 0o600

    target = workplace.node(administrator=False)
    plan = target.run_command("settings", "import", file, "--check")
    assert {difference["name"] for difference in plan["differences"]} == {"moved.example", "delivery.first-hour-retry"}
    assert not target.accepts("someone@moved.example")
    done = target.run_command("settings", "import", file)
    assert done["revision"] == plan["revision"] + 1
    target.wait_until_accepted("moved.example")
    assert target.run_command("settings", "get", "delivery.first-hour-retry")["value"] == 13
    back = target.run_command("settings", "return", plan["revision"])
    assert [setting["name"] for setting in back["returned"]] == ["first-hour-retry"] and back["directoryCount"] == 1
