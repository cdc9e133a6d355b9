"""Changes in a burst, while one node is away and another hears no events: all converge, and the page shows who lags.

`make test` makes three hundred, `make torture` a thousand; SETTINGS_CHANGES chooses.
"""

import os
import re
import threading
import time

import pytest

from kit import browser as browsers
from kit import firebird_server
from kit.api import APIClient
from kit.cluster import Cluster
from kit.forwarder import Forwarder
from kit.processes import wait_until

pytestmark = pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")

changes = int(os.environ.get("SETTINGS_CHANGES", "300")) // 100 * 100
# Only when to give up on a busy machine.
patience = 120


@pytest.fixture
def trio(workplace):
    """The third node reaches the server where its event port is not."""
    cluster = Cluster(workplace)
    first, second = cluster.first(), cluster.further()
    forwarder = Forwarder("127.0.0.2", cluster.server.port)
    workplace.at_end(forwarder.close)
    third = cluster.prepare()
    exit_code, said = cluster.join(third, *cluster.server.node_options(host=forwarder.address, port=forwarder.port))
    assert exit_code == 0, said
    third.start()
    wait_until(lambda: "database events cannot be heard" in third.log.read_text(errors="replace"), patience, "the third node to miss events")
    return first, second, third


def change(client, setting, values, failures):
    section, field = setting.split(".")
    for value in values:
        answer = client.send("PUT", f"/settings/{section}/{field}", {"value": value})
        if answer.status != 200:
            failures.append(f"{setting} {value}: {answer.status} {answer.text}")


def in_force(node):
    return node.status()["settingsRevision"]


def behind(node):
    return {member["name"]: member["behind"] for member in node.run_command("cluster", "status")["nodes"]}


def test_a_burst_of_changes_converges_with_one_node_away_and_one_without_events(trio, workplace, figure):
    first, second, third = trio
    # A key of the API, good on every node.
    key = first.run_command("api-key", "create", "burst", "--access", "full", json_output=False).strip()
    before = in_force(first)
    browser = signed_in(first, workplace) if browsers.is_installed() else None
    second.kill()
    failures = []
    # From two nodes at once; each change is one revision.
    work = ((first, "delivery.first-hour-retry", 1), (third, "reception.maximum-sessions", 101))
    threads = [
        threading.Thread(target=change, args=(APIClient(node, key), setting, [start + number % 50 for number in range(changes // 2)], failures))
        for node, setting, start in work]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    if browser:
        wait_until(lambda: lag_on_page(browser), patience, "the page shows how far the second node lags")
    for thread in threads:
        thread.join(300)
        assert not thread.is_alive(), "the burst did not end"
    took = time.monotonic() - begun
    assert not failures, failures[:3]
    newest = before + changes
    for node in (first, third):
        wait_until(lambda: in_force(node) == newest, patience, lambda: f"{newest} in force on {node.name}: {in_force(node)}")
    wait_until(lambda: behind(third) == {"mx1": 0, "mx2": changes, "mx3": 0}, patience, lambda: f"the one that lags: {behind(third)}")
    begun = time.monotonic()
    second.start()
    wait_until(lambda: set(behind(first).values()) == {0}, patience, lambda: f"nobody lags: {behind(first)}")
    assert in_force(second) == newest
    for node in trio:
        assert node.run_command("settings", "get", "delivery.first-hour-retry")["value"] == 50
        assert node.run_command("settings", "get", "reception.maximum-sessions")["value"] == 150
    figure(
        f"settings: {changes} changes in {took:.1f} s by two nodes at once, one node away and one without events: revision {newest} on all; "
        f"the one that was away had it {time.monotonic() - begun:.1f} s after its start began")


def signed_in(node, workplace):
    browser = browsers.Browser(node, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.fill(name=node.administrator, password=node.password)
    browser.submit("main [name='password']")
    return browser


def lag_on_page(browser):
    browser.open("/cluster")
    return re.search(r"\([\d,]+ behind\)", browser.text)
