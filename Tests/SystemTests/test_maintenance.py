"""Old records go at the first chance, once a date, and when somebody asks."""

from kit.load import message
from kit.processes import wait_until
from kit.smtp import SMTPClient


def runs(node):
    return node.run_command("maintenance", "list")["items"]


def test_maintenance_runs_by_itself_and_when_asked_and_keeps_what_is_young(workplace):
    node = workplace.node(domain="example.com", next_hop=workplace.next_hop())
    wait_until(lambda: [run["state"] for run in runs(node)] == ["done"], 60, "the run of this date")
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        content = message("<kept@load.example>", recipient="you@example.com", subject="kept")
        reply, _ = client.send_message("sender@example.net", ["you@example.com"], content)
        assert reply.is_positive
        client.quit()
    node.run_command("maintenance", "run", json_output=False)
    wait_until(lambda: len(runs(node)) == 2 and runs(node)[0]["state"] == "done", 60, "the run that was asked for")
    assert runs(node)[0]["run"].startswith("manual-")
    assert any(item["messageID"].strip("<>") == "kept@load.example" for item in node.messages())
    # Too few messages for a segment: the index is there and empty.
    assert node.run_command("maintenance", "text-index") == {"lateMessages": 0}
    assert node.stop() == 0
    node.start()
    assert len([run for run in runs(node) if not run["run"].startswith("manual-")]) == 1
