"""What Prometheus reads of a node, what the manual says of it and what the dashboard shows: three lists that must be one."""

import json
import re
from pathlib import Path

import pytest

from kit.processes import wait_until
from kit.smtp import SMTPClient

project = Path(__file__).resolve().parents[2]
manuals = [project / "docs" / "manual" / name for name in ("metrics.md", "metrics.ja.md")]
dashboard_file = project / "etc" / "grafana" / "securitygateway.json"
name_pattern = r"securitygateway_[a-z_]+"
# What a histogram is made of.
parts_of_a_histogram = ("_bucket", "_sum", "_count")


class Exposition:
    """The text of `/metrics`: types, label names and values."""

    def __init__(self, text):
        self.types, self.labels, self.values = {}, {}, {}
        for line in text.splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                assert name not in self.types, f"{name} is declared twice"
                self.types[name], self.labels[name] = kind, set()
                continue
            series, value = line.rsplit(" ", 1)
            name = self.metric(re.match(r"[A-Za-z_:][A-Za-z0-9_:]*", series).group())
            self.labels[name] |= set(re.findall(r'([a-z]+)="', series)) - {"le"}
            self.values[series] = float(value)

    def metric(self, name):
        """The name that was declared: a histogram's series have endings of their own."""
        for ending in parts_of_a_histogram:
            if self.types.get(name.removesuffix(ending)) == "histogram":
                return name.removesuffix(ending)
        return name


@pytest.fixture(scope="module")
def place(shared_workplace):
    """A node that has delivered one mail, refused one and kept one back."""
    next_hop = shared_workplace.next_hop()
    node = shared_workplace.node(next_hop=next_hop)
    node.run_command("list", "add", "block", "sender", "junk@example.net")
    assert send(node) == 250
    assert send(node, sender="junk@example.net") == 550
    assert send(node, content=attachment) == 250
    wait_until(lambda: len(next_hop.messages) == 1, 30, "the mail at the next hop")
    return node


attachment = (
    b"From: someone@example.net\r\nTo: you@example.com\r\nSubject: a program\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: application/octet-stream; name=a.exe\r\n\r\nMZ\r\n")
plain = b"From: someone@example.net\r\nTo: you@example.com\r\nSubject: hello\r\n\r\nhello\r\n"


def send(node, sender="someone@example.net", content=plain):
    with SMTPClient(node.smtp_port, hello="client.example.net") as client:
        client.hello()
        reply, _ = client.send_message(sender, ["you@example.com"], content)
        return reply.code


def exposed(node):
    status, text = node.web("/metrics")
    assert status == 200
    return Exposition(text)


def rows_of_manual(manual):
    """Name, type and labels of each row of its tables."""
    rows = {}
    for line in manual.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        match = re.fullmatch(f"`({name_pattern})`", cells[0]) if line.startswith("|") else None
        if not match:
            continue
        assert len(cells) == 6 and all(cells), f"{match[1]} in {manual.name} lacks a cell: {cells}"
        assert match[1] not in rows, f"{match[1]} is twice in {manual.name}"
        rows[match[1]] = (cells[1], set(re.findall(r"`([a-z]+)`", cells[3])))
    return rows


def dashboard():
    return json.loads(dashboard_file.read_text())


def panels_of(board):
    """All panels, those of folded rows too."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels", [])


def expressions(board):
    return [target["expr"] for panel in panels_of(board) for target in panel.get("targets", [])]


@pytest.mark.parametrize("manual", manuals, ids=lambda manual: manual.name)
def test_the_manual_names_every_metric_of_the_node_with_its_type_and_labels_and_no_other(place, manual):
    node, rows = exposed(place), rows_of_manual(manual)
    assert set(rows) == set(node.types)
    assert {name: kind for name, (kind, _) in rows.items()} == node.types
    assert {name: labels for name, (_, labels) in rows.items()} == node.labels


@pytest.mark.parametrize("manual", manuals, ids=lambda manual: manual.name)
def test_whatever_else_the_manual_mentions_exists(place, manual):
    node = exposed(place)
    mentioned = {node.metric(name) for name in re.findall(rf"{name_pattern}(?![a-z_*])", manual.read_text())}
    assert mentioned <= set(node.types)


def test_the_dashboard_shows_only_what_the_node_exposes_with_labels_it_has(place):
    node = exposed(place)
    for expression in expressions(dashboard()):
        names = re.findall(name_pattern, expression)
        assert names, f"nothing of the node in {expression}"
        for name in names:
            assert node.metric(name) in node.types, expression
            assert (node.types[node.metric(name)] == "histogram") == (node.metric(name) != name), f"{name} in {expression}"
        known = {"instance", "le"}.union(*(node.labels[node.metric(name)] for name in names))
        grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")}
        selected = set(re.findall(r'([a-z]+)\s*(?:=~|!~|!=|=)\s*"', expression))
        assert grouped | selected <= known, expression


def test_every_metric_in_the_sources_is_exposed(place):
    written = {
        name for path in (project / "Sources").rglob("*.swift")
        for name in re.findall(rf'"({name_pattern})"', path.read_text())}
    # The one series into which others count when there are too many.
    assert written - {"securitygateway_series_beyond_bound"} == set(exposed(place).types)


def test_the_dashboard_can_be_imported():
    board = dashboard()
    assert board["schemaVersion"] >= 36 and board["uid"] and board["title"] and board["id"] is None
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource" and variables["datasource"]["query"] == "prometheus"
    assert variables["instance"]["type"] == "query" and variables["instance"]["datasource"]["uid"] == "${datasource}"
    panels = list(panels_of(board))
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert [panel["title"] for panel in panels if panel["type"] == "row"] == [
        "Traffic", "Verdicts and checks", "Queue and delivery", "Database", "Health"]
    for panel in panels:
        if panel["type"] == "row":
            continue
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"} and panel["targets"], panel["title"]
        assert all('instance=~"$instance"' in target["expr"] for target in panel["targets"]), panel["title"]
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"]), panel["title"]


def test_no_two_panels_of_the_dashboard_lie_upon_each_other():
    taken = {}
    for panel in panels_of(dashboard()):
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies upon {taken.get((x, y))}"
                taken[x, y] = panel["title"]


def test_the_figures_tell_what_happened(place):
    values = {
        'securitygateway_reception_messages_total{result="accepted"}': 2,
        'securitygateway_filtering_messages_total{verdict="accept"}': 1,
        'securitygateway_filtering_messages_total{verdict="quarantine"}': 1,
        'securitygateway_filtering_early_refusals_total{step="sender"}': 1,
        'securitygateway_filtering_check_results_total{check="attachments",outcome="found"}': 1,
        'securitygateway_delivery_attempts_total{outcome="delivered"}': 1,
        'securitygateway_node_health{part="database"}': 1,
    }
    wait_until(
        lambda: {name: exposed(place).values.get(name) for name in values} == values, 30,
        lambda: f"the expected figures; they are {({name: exposed(place).values.get(name) for name in values})}")


def test_queue_and_quarantine_are_counted_by_the_node_itself(place):
    # Twice the time between two counts; the mail in quarantine came after the first.
    wait_until(lambda: exposed(place).values["securitygateway_quarantine_messages"] == 1, 90, "the quarantined mail in the figures")
    assert exposed(place).values["securitygateway_queue_counted_timestamp_seconds"] > 0


def test_no_label_holds_what_a_sender_chose(place):
    _, text = place.web("/metrics")
    assert not [word for word in ("example", "127.0.0.1", "client", "@") if word in text]
