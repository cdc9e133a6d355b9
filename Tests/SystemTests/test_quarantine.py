"""Mail in quarantine: kept through a crash, shown safely, released exactly once, deleted."""

import concurrent.futures

import pytest

from kit.node import CommandFailed
from kit.processes import wait_until
from kit.smtp import SMTPClient


@pytest.fixture
def place(workplace):
    node = workplace.node(next_hop=workplace.next_hop())
    node.next_hop_server = workplace.next_hops[0]
    return node


def dangerous(number=1, body="<p>Hello <b>you</b></p><script>alert(1)</script>"):
    return (
        f"From: someone@example.net\r\nTo: you@example.com\r\nSubject: dangerous {number}\r\nMessage-ID: <danger-{number}@example.net>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/html\r\n\r\n{body}\r\n"
        "--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=run.exe\r\n\r\nMZ\r\n--b--\r\n").encode()


def send(node, content, recipients=("you@example.com",)):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", list(recipients), content)
        return reply


def quarantined(node):
    return node.run_command("quarantine", "list")["items"]


def test_a_dangerous_message_is_kept_shown_and_released(place):
    assert send(place, dangerous(), ("you@example.com", "two@example.com")).code == 250
    [kept] = quarantined(place)
    assert kept["kind"] == "administrator" and "run.exe" in kept["reason"]["en"] and kept["recipientCount"] == 2
    details = place.message(kept["message"])
    assert details["result"] == "quarantine" and details["judgement"]["verdict"] == "quarantine"
    assert {recipient["state"] for recipient in details["recipients"]} == {"quarantine"}
    assert place.queue() == []
    shown = place.run_command("quarantine", "show", kept["message"])["content"]
    assert [part["text"].strip() for part in shown["texts"]] == ["Hello you"]
    assert [(part["name"], part["sizeBytes"]) for part in shown["attachments"]] == [("run.exe", 2)]
    assert place.run_command("quarantine", "release", kept["message"])["done"] == [kept["message"]]
    [delivered] = place.next_hop_server.wait_for(1)
    assert delivered.content.endswith(dangerous()) and set(delivered.recipients) == {"you@example.com", "two@example.com"}
    assert quarantined(place) == []
    wait_until(lambda: {row["state"] for row in place.message(kept["message"])["recipients"]} == {"delivered"}, 20, "delivered in the log")
    kinds = [event["kind"] for event in place.message(kept["message"])["events"]]
    assert kinds.count("quarantined") == 2 and kinds.count("released") == 2
    assert "quarantine.release" in [row["action"] for row in place.run_command("audit", "list")["items"]]


def test_released_by_many_at_once_it_is_delivered_once(place):
    messages = 5
    for number in range(messages):
        assert send(place, dangerous(number)).code == 250
    names = [row["message"] for row in quarantined(place)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: place.run_command("quarantine", "release", *names)["done"], range(4)))
    assert sorted(name for done in answers for name in done) == sorted(names), "each was released by one command only"
    wait_until(lambda: place.next_hop_server.total() >= messages, 30, "all were delivered")
    wait_until(lambda: place.queue() == [], 20, "the queue is empty")
    assert [place.next_hop_server.delivered(f"<danger-{number}@example.net>") for number in range(messages)] == [1] * messages


def test_it_outlives_a_crash_and_is_released_afterwards(place):
    assert send(place, dangerous()).code == 250
    place.kill()
    place.start()
    [kept] = quarantined(place)
    assert place.run_command("quarantine", "show", kept["message"])["content"]["attachments"]
    place.next_hop_server.stop()
    assert place.run_command("quarantine", "release", kept["message"])["done"]
    place.kill()
    place.next_hop_server.start()
    place.start()
    if place.queue():
        place.run_command("queue", "retry", "--all", "--yes", json_output=False)
    wait_until(lambda: place.next_hop_server.delivered("<danger-1@example.net>") == 1, 60, "the released message at the next hop")
    assert quarantined(place) == []


def test_a_deleted_message_is_gone_with_its_content(place):
    assert send(place, dangerous()).code == 250
    [kept] = quarantined(place)
    assert len(place.stored_files()) == 1
    with pytest.raises(CommandFailed):
        place.run_command("quarantine", "delete", kept["message"])
    assert place.run_command("quarantine", "delete", "--yes", kept["message"])["done"] == [kept["message"]]
    wait_until(lambda: place.stored_files() == [], 20, "the content is removed")
    assert place.run_command("quarantine", "release", kept["message"])["done"] == []
    assert place.message(kept["message"])["recipients"][0]["state"] == "deleted"
    with pytest.raises(CommandFailed):
        place.run_command("quarantine", "show", kept["message"])


def test_a_suspicious_message_goes_into_the_users_quarantine(place):
    place.set("attachments.large-message-bytes", "100")
    place.set("attachments.large-message-score", "6.0")
    assert send(place, b"Subject: large\r\n\r\n" + b"x" * 200 + b"\r\n").code == 250
    [kept] = quarantined(place)
    assert kept["kind"] == "user" and kept["score"] == "6.0"
    assert place.run_command("quarantine", "list", "--kind", "administrator")["items"] == []
    assert place.run_command("quarantine", "list", "--text", "LARGE")["items"] == [kept]
