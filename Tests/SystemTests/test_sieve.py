"""Sieve scripts of the cluster, of domains and of users: what they do with mail, in commands and over SMTP."""

import json

import pytest

from kit.node import CommandFailed
from kit.processes import wait_until
from kit.smtp import SMTPClient


@pytest.fixture
def place(workplace):
    next_hop = workplace.next_hop()
    node = workplace.node(next_hop=next_hop)
    node.next_hop_server = next_hop
    node.set("delivery.smart-host", next_hop.address)
    return node


def message(subject="A subject", body="hello", extra=""):
    return (
        f"From: someone@example.net\r\nTo: you@example.com\r\nSubject: {subject}\r\n{extra}\r\n{body}\r\n").encode()


def send(node, content, recipients=("you@example.com",), sender="someone@example.net"):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message(sender, list(recipients), content)
        return reply


def put(node, tmp_path, owner, text, name="rules.sieve"):
    before = node.status()["settingsRevision"]
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    node.run_command("sieve", "put", owner, str(file))
    assert node.status()["settingsRevision"] > before, "an answered change is not in force"


def newest(node, *filters):
    wait_until(lambda: node.messages(*filters), 20, "a message in the log")
    return node.message(node.messages(*filters)[0]["message"])


def findings(details):
    return [finding["text"]["en"] for finding in details["judgement"]["findings"] if finding["check"] == "sieve"]


def test_a_cluster_script_refuses_keeps_back_discards_files_and_edits(place, tmp_path):
    put(place, tmp_path, "cluster", """require ["reject", "fileinto", "body", "editheader", "variables"];
if header :contains "subject" "forbidden" { reject "Not here, please."; }
elsif body :contains "suspicious" { fileinto "Quarantine"; }
elsif header "subject" "junk" { discard; }
elsif header :matches "subject" "list *" { fileinto "Lists/${1}"; }
elsif header :is "subject" "edit" { deleteheader "X-Old"; addheader "X-New" "one"; }
""")
    refused = send(place, message("A forbidden thing"))
    assert refused.code == 550 and "Not here, please." in refused.text
    assert send(place, message(body="Something suspicious")).code == 250
    kept = newest(place, "--result", "quarantine")
    assert findings(kept) == ["you@example.com: Cluster's script “rules.sieve”, line 3: put into quarantine."]
    assert send(place, message("junk")).code == 250
    wait_until(lambda: [mail for mail in place.messages() if mail["subject"] == "junk"], 20, "the discarded message in the log")
    gone = place.message([mail for mail in place.messages() if mail["subject"] == "junk"][0]["message"])
    assert [(recipient["state"], "line 4" in recipient["reason"]) for recipient in gone["recipients"]] == [("deleted", True)]
    assert send(place, message("list swift")).code == 250
    assert send(place, message("edit", extra="X-Old: two\r\n three\r\nX-Kept: yes\r\n")).code == 250
    filed, edited = place.next_hop_server.wait_for(2)
    assert b"X-SecurityGateway-Folder: Lists/swift\r\n" in filed.content
    assert b"X-New: one\r\n" in edited.content and b"X-Kept: yes\r\n" in edited.content
    assert b"X-Old" not in edited.content and b" three" not in edited.content
    assert place.queue() == []


def test_scripts_of_recipients_decide_for_each_and_nothing_is_returned_to_the_sender(place, tmp_path):
    place.set("sieve.user-scripts", "true")
    put(place, tmp_path, "example.com", 'require "editheader"; addheader "X-Domain" "yes";')
    put(place, tmp_path, "reject@example.com", 'require "reject"; reject "Never.";', "own.sieve")
    put(place, tmp_path, "drop@example.com", "discard;", "own.sieve")
    recipients = ("you@example.com", "reject@example.com", "drop@example.com")
    assert send(place, message("To three"), recipients).code == 250
    delivered = place.next_hop_server.wait_for(1)
    assert [list(mail.recipients) for mail in delivered] == [["you@example.com"]]
    assert b"X-Domain: yes\r\n" in delivered[0].content
    kept = newest(place, "--result", "quarantine")
    assert [recipient["address"] for recipient in kept["recipients"]] == ["reject@example.com"]
    alone = send(place, message("To one"), ("reject@example.com",))
    assert alone.code == 550 and "Never." in alone.text
    assert place.next_hop_server.wait_for(1) and len(place.next_hop_server.messages) == 1


def addresses(node):
    return sorted(address for mail in node.next_hop_server.messages for address in mail.recipients)


def test_a_redirection_is_queued_with_the_message_and_comes_round_once(place, tmp_path):
    put(place, tmp_path, "cluster", 'require "copy"; redirect :copy "other@elsewhere.example";')
    assert send(place, message("Round")).code == 250
    wait_until(lambda: addresses(place) == ["other@elsewhere.example", "you@example.com"], 30, "both copies")
    back = [mail for mail in place.next_hop_server.messages if "other@elsewhere.example" in mail.recipients][0].content
    assert send(place, back).code == 250
    wait_until(lambda: addresses(place) == ["other@elsewhere.example", "you@example.com", "you@example.com"], 30, "one more copy")
    logged = [mail for mail in place.messages() if mail["subject"] == "Round"]
    assert len(logged) == 2 and any("it was before" in text for text in findings(place.message(logged[0]["message"])))


def test_a_script_that_fails_keeps_the_message_and_says_so(place, tmp_path):
    put(place, tmp_path, "cluster", 'require "editheader";\ndiscard;\ndeleteheader "Received";')
    assert send(place, message("Precious")).code == 250
    assert place.next_hop_server.wait_for(1)
    details = newest(place)
    assert "line 3" in findings(details)[0] and "kept, since the script failed" in findings(details)[0]
    assert "a Sieve script failed" in place.log_tail(100_000)


def test_scripts_are_checked_tried_listed_and_deleted_by_command(place, tmp_path):
    bad = tmp_path / "bad.sieve"
    bad.write_text('keep;\nfly "away";\n')
    with pytest.raises(CommandFailed) as failure:
        place.run_command("sieve", "check", str(bad))
    assert [(fault["line"], fault["column"]) for fault in json.loads(failure.value.result.stdout)["faults"]] == [(2, 1)]
    with pytest.raises(CommandFailed) as failure:
        place.run_command("sieve", "put", "cluster", str(bad))
    assert "Line 2, column 1" in failure.value.result.stderr
    put(place, tmp_path, "cluster", "keep;")
    mail = tmp_path / "mail.eml"
    mail.write_bytes(message("Try me"))
    draft = tmp_path / "draft.sieve"
    draft.write_text('require "fileinto";\nif header :contains "subject" "try" {\n  fileinto "Quarantine";\n}\n')
    trial = place.run_command("sieve", "try", "you@example.com", str(mail), "--script", str(draft))
    assert trial["result"] == "quarantine"
    assert [(step["line"], step.get("holds")) for step in trial["scripts"][0]["steps"]] == [(2, True), (3, None)]
    assert [mail for mail in place.messages() if mail["subject"] == "Try me"] == [] and place.queue() == []
    assert [script["owner"] for script in place.run_command("sieve", "list")["items"]] == ["cluster"]
    assert place.run_command("sieve", "get", "cluster")["script"] == "keep;"
    place.run_command("sieve", "delete", "cluster")
    assert place.run_command("sieve", "list")["items"] == []
