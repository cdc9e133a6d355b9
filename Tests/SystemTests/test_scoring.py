"""Thresholds, what each finding counts, and domains that are judged otherwise: by commands and in a browser."""

import pytest

from kit import browser as browsers
from kit.node import CommandFailed
from kit.processes import wait_until
from kit.smtp import SMTPClient


@pytest.fixture
def node(workplace):
    """Two domains; every message has six points."""
    node = workplace.node(next_hop=workplace.next_hop())
    node.add_domain("other.example", workplace.next_hops[0].address)
    node.set("attachments.large-message-bytes", "1")
    node.set("attachments.large-message-score", "6.0")
    return node


def message(subject):
    return f"From: someone@example.net\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.net>\r\n\r\nhello\r\n".encode()


def send(node, subject, *recipients):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", list(recipients), message(subject))
        return reply


def of_domain(node, domain, name, value):
    before = node.status()["settingsRevision"]
    node.run_command("settings", "set", "--domain", domain, f"domain.{name}", value)
    wait_until(lambda: node.status()["settingsRevision"] > before, 20, "the exception in force")


def newest(node, count):
    wait_until(lambda: len(node.messages()) >= count, 20, f"{count} messages in the log")
    return node.message(node.messages()[0]["message"])


def test_a_message_for_two_domains_is_judged_rightly_for_each(workplace, node):
    of_domain(node, "other.example", "scoring", "unscored")
    assert send(node, "mixed", "you@example.com", "you@other.example", "two@other.example").code == 250
    [delivered] = workplace.next_hops[0].wait_for(1)
    assert sorted(delivered.recipients) == ["two@other.example", "you@other.example"]
    [kept] = node.run_command("quarantine", "list")["items"]
    assert kept["recipients"] == ["you@example.com"]
    details = newest(node, 1)
    exception = details["judgement"]["findings"][-1]
    assert exception["check"] == "domain-exceptions"
    assert exception["text"]["en"] == "example.com: quarantine; other.example: accept."
    wait_until(
        lambda: [each["state"] for each in newest(node, 1)["recipients"]] == ["quarantined", "delivered", "delivered"], 20,
        lambda: newest(node, 1)["recipients"])
    assert len(node.stored_files()) == 1, "the copy in quarantine needs the content"
    node.run_command("quarantine", "release", kept["message"])
    delivered = workplace.next_hops[0].wait_for(2)[-1]
    assert list(delivered.recipients) == ["you@example.com"] and b"hello" in delivered.content
    wait_until(lambda: node.stored_files() == [], 30, "no content is left")


def test_own_thresholds_and_recording_domains(workplace, node):
    of_domain(node, "other.example", "scoring", "own")
    of_domain(node, "other.example", "quarantine-score", "2.0")
    of_domain(node, "other.example", "reject-score", "4.0")
    with pytest.raises(CommandFailed, match="must not be above"):
        node.run_command("settings", "set", "--domain", "other.example", "domain.quarantine-score", "4.1")
    assert send(node, "refused", "you@other.example").code == 550
    assert send(node, "kept", "you@example.com").code == 250
    assert send(node, "both", "you@example.com", "you@other.example").code == 250
    by_subject = {item["subject"]: item for item in node.run_command("quarantine", "list")["items"]}
    assert by_subject["kept"]["kind"] == "user" and by_subject["both"]["kind"] == "administrator"
    of_domain(node, "other.example", "scoring", "record")
    assert send(node, "recorded", "you@other.example").code == 250
    details = newest(node, 4)
    assert details["judgement"]["isRecordedOnly"] and details["judgement"]["verdict"] == "quarantine"
    [delivered] = workplace.next_hops[0].wait_for(1)
    assert delivered.message_id == "<recorded@example.net>"
    shown = node.run_command("scoring", "show")
    assert (shown["quarantineScore"], shown["rejectScore"]) == ("5.0", "12.0")
    assert [(each["domain"], each["scoring"]) for each in shown["exceptions"]] == [("other.example", "record")]
    weights = {(section["section"], weight["name"]): weight["value"] for section in shown["sections"] for weight in section["weights"]}
    assert weights["attachments", "large-message-score"] == "6.0"


@pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")
def test_the_scoring_page(workplace, node):
    browser = browsers.Browser(node, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.fill(name=node.administrator, password=node.password)
    browser.submit("main [name='password']")
    browser.open("/scoring")
    assert "No domain has an exception." in browser.text and "Counts" in browser.text
    browser.picture("scoring")
    for name, value in {"quarantine-score": "7.0", "mode": "record"}.items():
        browser.fill_control(browser.find(f"main [name='setting.{name}']"), value)
    browser.submit("main [name='setting.mode']")
    assert "saved" in browser.text and "Record only: what would be done" in browser.text
    browser.open("/domains/other.example/settings")
    for name, value in {"scoring": "own", "quarantine-score": "6.0", "reject-score": "9.0"}.items():
        browser.fill_control(browser.find(f"main [name='setting.{name}']"), value)
    browser.submit("main [name='setting.scoring']")
    assert "saved" in browser.text, browser.text
    browser.open("/scoring")
    browser.fill_control(browser.find("main [name='setting.mode']"), "enforce")
    browser.submit("main [name='setting.mode']")
    assert "Quarantine from 6.0, refuse from 9.0" in browser.text
    wait_until(lambda: node.run_command("scoring", "show")["mode"] == "enforce", 20, "the mode")
    assert send(node, "mixed", "you@example.com", "you@other.example").code == 250
    wait_until(lambda: node.messages(), 20, "the message in the log")
    browser.open("/messages")
    browser.press("table.message-rows a")
    assert "example.com: accept; other.example: quarantine." in browser.text and "Domains' exceptions" in browser.text
    assert "6.0" in browser.text and " ms" in browser.text, "each check's score and time"
    browser.picture("message-of-two-domains")
    browser.open("/settings/clamav")
    browser.press("form[action='/settings/clamav/try'] button")
    assert "no connection" in browser.text
    browser.picture("engine-away")
    browser.open("/account")
    browser.fill(language="ja")
    browser.submit("main [name='language']")
    for path, name in (("/scoring", "scoring"), ("/settings/clamav", "engine-away")):
        browser.open(path)
        browser.picture(name)
    browser.open("/scoring")
    assert "隔離: 6.0 以上、拒否: 9.0 以上" in browser.text
    assert not browser.complaints()
