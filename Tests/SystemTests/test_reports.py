"""Rolled-up figures: what was sent is counted, in the command, in the API and on the page."""

import pytest

from kit.load import message
from kit.processes import wait_until
from kit.smtp import SMTPClient


@pytest.fixture
def gateway(workplace):
    next_hop = workplace.next_hop()
    return workplace.node(domain="example.com", next_hop=next_hop), next_hop


def send(node, recipient, number):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        content = message(f"<report-{number}@load.example>", recipient=recipient, subject=f"report {number}")
        client.send_message("sender@example.net", [recipient], content)
        client.quit()


def counted(node, *options):
    totals = {}
    for figure in node.run_command("report", "mail", *options)["items"]:
        key = figure["direction"], figure["result"]
        totals[key] = totals.get(key, 0) + figure["messages"]
    return totals


def test_mail_is_counted_by_hour_day_and_month(gateway):
    node, _ = gateway
    before = counted(node, "--by", "month").get(("inbound", "accepted"), 0)
    for number in range(5):
        send(node, "you@example.com", number)
    for period in ["hour", "day", "month"]:
        assert counted(node, "--by", period)[("inbound", "accepted")] == before + 5, period
    assert ("outbound", "accepted") not in counted(node, "--direction", "inbound")
    assert node.status()["lastDay"]["accepted"] == before + 5


def test_figures_and_addresses_survive_the_node(gateway):
    node, next_hop = gateway
    for number in range(3):
        send(node, "busy@example.com", number)
    send(node, "quiet@example.com", 9)
    wait_until(lambda: len(next_hop.messages) >= 4, 30, "the mail at the next hop")
    figures = counted(node)
    assert node.stop() == 0
    node.start()
    assert counted(node) == figures
    top = [(item["address"], item["messages"]) for item in node.run_command("report", "recipients")["items"]]
    assert top[0] == ("busy@example.com", 3) and ("quiet@example.com", 1) in top
    senders = node.run_command("report", "senders", "--limit", "1")["items"]
    assert [item["address"] for item in senders] == ["sender@example.net"]
