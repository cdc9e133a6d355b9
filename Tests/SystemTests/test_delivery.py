"""Next hops that are away, say no for now or for ever: queue, retry by command, bounces and their loop protection."""

import email
import email.policy
import re

import pytest

from kit.load import message
from kit.next_hop import NextHop
from kit.processes import wait_until
from kit.smtp import SMTPClient


@pytest.fixture
def gateway(workplace):
    """`example.com` behind `inside`; `example.net`, where senders live, behind `outside`."""
    inside, outside = workplace.next_hop(), workplace.next_hop()
    node = workplace.node(domain="example.com", next_hop=inside)
    node.add_domain("example.net", outside.address)
    return node, inside, outside


def send(node, identifier, recipients=("user@example.com",), sender="someone@example.net", mail_parameters=""):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message(sender, recipients, message(identifier), mail_parameters=mail_parameters)
        assert reply.is_positive, str(reply)
        client.quit()


def deferred_row(node, word=""):
    """The only row of the queue after its first attempt."""

    def look():
        rows = [row for row in node.queue() if row["attempts"] >= 1 and word in row["lastReply"]]
        return rows[0] if rows else None

    return wait_until(look, 30, lambda: f"a deferred message with “{word}” in the queue: {node.queue()}")


def retry(node, row):
    node.run_command("queue", "retry", row["message"], json_output=False)


def events(node, identifier):
    return [event["kind"] for event in node.message(identifier)["events"]]


@pytest.mark.parametrize(
    "stage,reply", [
        ("MAIL", "451 4.3.0 come back later"), ("RCPT", "450 4.2.1 mailbox busy"), ("end of data", "452 4.3.1 no room"),
        ("end of data", "421 4.3.2 going down"),
    ])
def test_a_temporary_refusal_waits_in_the_queue_until_a_retry(gateway, stage, reply):
    node, inside, outside = gateway
    if stage == "MAIL":
        inside.mail_reply = reply
    elif stage == "RCPT":
        inside.recipient_reply = lambda _: reply
    else:
        inside.content_reply = lambda _: reply
    send(node, "<later@load.example>")
    row = deferred_row(node, reply[10:])
    assert row["recipient"] == "user@example.com" and row["reversePath"] == "someone@example.net"
    assert row["nextAttemptAt"] > row["receivedAt"]
    assert not inside.messages and not outside.messages
    inside.mail_reply = inside.recipient_reply = inside.content_reply = None
    retry(node, row)
    assert inside.wait_for(1)[0].message_id == "<later@load.example>"
    wait_until(lambda: not node.queue(), 10, "an empty queue")
    wait_until(lambda: "delivered" in events(node, row["message"]), 10, "the delivery in the log")
    assert [kind for kind in events(node, row["message"]) if kind in ("deferred", "delivered")] == ["deferred", "delivered"]


@pytest.mark.parametrize("way", ["nobody listens", "it hangs up at once", "it hangs up at the end of data"])
def test_a_next_hop_that_is_away_waits_in_the_queue_until_a_retry(gateway, way):
    node, inside, _ = gateway
    if way == "nobody listens":
        inside.stop()
    elif way == "it hangs up at once":
        inside.mail_reply = NextHop.CLOSE
    else:
        inside.content_reply = lambda _: NextHop.CLOSE
    send(node, "<away@load.example>")
    row = deferred_row(node)
    assert row["lastReply"], "the queue gives no reason"
    inside.mail_reply = inside.content_reply = None
    if way == "nobody listens":
        inside.start()
    retry(node, row)
    inside.wait_for(1)
    wait_until(lambda: not node.queue(), 10, "an empty queue")
    assert len(inside.messages) == 1


def test_the_second_mail_server_is_tried_when_the_first_is_away(workplace):
    first, second = workplace.next_hop(), workplace.next_hop()
    first.stop()
    node = workplace.node()
    node.add_domain("example.com", f"{first.address},priority=10", f"{second.address},priority=20")
    send(node, "<second@load.example>")
    assert second.wait_for(1)[0].message_id == "<second@load.example>"


def test_one_refused_recipient_costs_the_others_nothing(gateway):
    node, inside, outside = gateway
    inside.recipient_reply = lambda address: "550 5.1.1 no such user" if address.startswith("gone") else None
    send(node, "<some@load.example>", recipients=["user@example.com", "gone@example.com", "other@example.com"])
    inside.wait_for(1)
    addresses = wait_until(
        lambda: len(found := [address for one in inside.messages for address in one.recipients]) >= 2 and found, 20, "both recipients")
    assert sorted(addresses) == ["other@example.com", "user@example.com"]
    bounce = outside.wait_for(1)[0]
    parts = bounce_parts(bounce)
    assert "gone@example.com" in parts["message/delivery-status"] and "other@example.com" not in parts["message/delivery-status"]


def bounce_parts(delivered):
    """The parts of a multipart/report by media type (RFC 3462, RFC 3464)."""
    report = email.message_from_bytes(delivered.content, policy=email.policy.default)
    assert report.get_content_type() == "multipart/report" and report.get_param("report-type") == "delivery-status"
    parts = {part.get_content_type(): part.as_string() for part in report.iter_parts()}
    assert list(parts)[:2] == ["text/plain", "message/delivery-status"], list(parts)
    return parts


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "end of data"])
def test_a_permanent_refusal_is_reported_to_the_sender(gateway, stage):
    node, inside, outside = gateway
    reply = "550 5.1.1 no such user here"
    if stage == "MAIL":
        inside.mail_reply = reply
    elif stage == "RCPT":
        inside.recipient_reply = lambda _: reply
    else:
        inside.content_reply = lambda _: reply
    send(node, "<never@load.example>")
    bounce = outside.wait_for(1)[0]
    assert bounce.reverse_path == "" and bounce.recipients == ("someone@example.net",)
    parts = bounce_parts(bounce)
    status = parts["message/delivery-status"]
    for expected in ("Final-Recipient: rfc822; *user@example.com", "Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; *550"):
        assert re.search(expected, status, re.IGNORECASE), f"“{expected}” is missing in {status}"
    assert any(kind in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers") for kind in parts), list(parts)
    assert b"<never@load.example>" in bounce.content
    report = email.message_from_bytes(bounce.content, policy=email.policy.default)
    assert report["Auto-Submitted"] == "auto-replied" and "someone@example.net" in report["To"] and report["Message-ID"] and report["Date"]
    wait_until(lambda: not node.queue(), 10, "an empty queue")
    assert not inside.messages


def test_a_bounce_of_a_bounce_is_never_sent(gateway):
    node, inside, outside = gateway
    inside.recipient_reply = outside.recipient_reply = lambda _: "550 5.1.1 no such user here"
    send(node, "<loop@load.example>")
    wait_until(lambda: outside.sessions >= 1, 30, "the bounce's attempt")
    wait_until(lambda: not node.queue(), 30, lambda: f"an empty queue: {node.queue()}")
    assert not inside.messages and not outside.messages


def test_a_failed_null_sender_is_logged_and_not_reported(gateway):
    node, inside, outside = gateway
    inside.content_reply = lambda _: "554 5.7.1 not wanted"
    send(node, "<null@load.example>", sender="")
    row = wait_until(lambda: next((row for row in node.messages() if row["reversePath"] == ""), None), 10, "the log's row")
    wait_until(lambda: "failed" in events(node, row["message"]), 20, lambda: f"the failure in the log: {events(node, row['message'])}")
    wait_until(lambda: not node.queue(), 10, "an empty queue")
    assert not outside.messages and not inside.messages


def test_notify_never_gets_no_report(gateway):
    node, inside, outside = gateway
    inside.recipient_reply = lambda _: "550 5.1.1 no such user"
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        client.command("MAIL FROM:<someone@example.net>")
        assert client.command("RCPT TO:<user@example.com> NOTIFY=NEVER").is_positive
        client.command("DATA")
        client.send(message("<never-notify@load.example>") + b".\r\n")
        assert client.read_reply().is_positive
    row = wait_until(lambda: next(iter(node.messages()), None), 10, "the log's row")
    wait_until(lambda: "failed" in events(node, row["message"]), 20, "the failure in the log")
    wait_until(lambda: not node.queue(), 10, "an empty queue")
    assert not outside.messages


def test_hold_release_and_delete(gateway):
    node, inside, _ = gateway
    inside.mail_reply = "451 4.3.0 later"
    send(node, "<hold@load.example>")
    row = deferred_row(node)
    node.run_command("queue", "hold", row["message"], json_output=False)
    assert node.queue()[0]["isHeldByAdministrator"]
    inside.mail_reply = None
    node.run_command("queue", "release", row["message"], json_output=False)
    retry_if_waiting(node, row)
    inside.wait_for(1)
    wait_until(lambda: not node.queue(), 10, "an empty queue")

    inside.mail_reply = "451 4.3.0 later"
    send(node, "<delete@load.example>")
    row = deferred_row(node)
    node.run_command("queue", "delete", row["message"], json_output=False)
    wait_until(lambda: not node.queue(), 10, "an empty queue")
    wait_until(lambda: not node.stored_files(), 20, "an empty Message Data")
    assert node.message(row["message"])["recipients"][0]["state"] == "deleted"
    assert len(inside.messages) == 1


def retry_if_waiting(node, row):
    if node.queue():
        retry(node, row)


def test_a_backlog_flows_off_when_the_next_hop_comes_back(gateway):
    node, inside, _ = gateway
    inside.stop()
    identifiers = [f"<backlog-{number}@load.example>" for number in range(120)]
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        for identifier in identifiers:
            reply, _ = client.send_message("someone@example.net", ["user@example.com"], message(identifier))
            assert reply.is_positive, str(reply)
    wait_until(
        lambda: len(rows := node.queue()) == 120 and all(row["attempts"] >= 1 or not row.get("holder") for row in rows), 60,
        lambda: f"120 rows in the queue; {len(node.queue())}")
    # A restart in between must not matter.
    assert node.stop() == 0
    node.start()
    inside.start()
    for row in node.queue():
        retry(node, row)
    wait_until(lambda: all(inside.delivered(identifier) for identifier in identifiers), 60, "the backlog at the next hop")
    assert [inside.delivered(identifier) for identifier in identifiers] == [1] * len(identifiers)
