"""Content rules: order, conditions, actions, trials, leaks, in SMTP, commands, API and a real browser."""

import base64

import pytest

from kit import browser as browsers
from kit.processes import wait_until
from kit.smtp import SMTPClient

CARD = "4111 1111 1111 1111"


@pytest.fixture
def place(workplace):
    next_hop = workplace.next_hop()
    node = workplace.node(next_hop=next_hop)
    node.next_hop_server = next_hop
    return node


def message(subject="A subject", body="hello", charset="utf-8", extra=""):
    encoded = base64.b64encode(subject.encode("utf-8")).decode()
    head = (
        f"From: someone@example.net\r\nTo: you@example.com\r\nSubject: =?utf-8?B?{encoded}?=\r\n{extra}MIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset={charset}\r\n\r\n")
    return head.encode() + body.encode(charset) + b"\r\n"


def send(node, content, sender="someone@example.net", recipient="you@example.com"):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message(sender, [recipient], content)
        return reply


def kept_back(node):
    return node.messages("--result", "quarantine")


def newest_kept_back(node):
    wait_until(lambda: kept_back(node), 20, "a message in quarantine")
    return node.message(kept_back(node)[0]["message"])


def findings(details):
    return [finding for finding in details["judgement"]["findings"] if finding["check"] == "content-rules"]


def add(node, name, conditions, actions, *more):
    before = node.status()["settingsRevision"]
    words = [word for condition in conditions for word in ("--if", condition)]
    words += [word for action in actions for word in ("--then", action)]
    rule = node.run_command("rule", "add", name, *words, *more)["rule"]
    assert node.status()["settingsRevision"] > before, "an answered change is not in force"
    return rule


def test_rules_refuse_keep_and_mark_mail_in_their_order(place):
    add(place, "marks", ["header:Subject contains 見積"], ["header X-Class: offer", "tag [OFFER]"])
    stop = add(place, "stops here", ["header:X-Pass exists"], ["score 0.0"], "--stops")
    add(place, "refuses", ["body contains 機密"], ["reject"])
    add(place, "keeps", ["body matches pass.?word|暗証番号"], ["quarantine"])
    for charset in ("utf-8", "iso-2022-jp", "shift_jis", "euc-jp"):
        reply = send(place, message(body="これは機密です", charset=charset))
        assert reply.code == 550 and "refuses" in reply.text, charset
    assert send(place, message(body="これは機密です", extra="X-Pass: yes\r\n")).code == 250
    assert send(place, message(body="your PassWord")).code == 250
    details = newest_kept_back(place)
    assert [finding["text"]["en"] for finding in findings(details)] == ["Rule “keeps”."]
    assert send(place, message(subject="お見積もり")).code == 250
    place.run_command("rule", "change", stop, "--state", "off")
    assert send(place, message(body="これは機密です", extra="X-Pass: yes\r\n")).code == 550
    delivered = place.next_hop_server.wait_for(2)
    offer = [mail for mail in delivered if b"X-Class: offer" in mail.content]
    assert len(offer) == 1 and b"Subject: [OFFER] " in offer[0].content


def test_numbers_do_not_leave_and_are_in_no_record(place):
    place.set("relay.trusted-networks", "127.0.0.0/8")
    rules = place.run_command("rule", "leaks")["items"]
    assert len(rules) == 4 and not any(rule["enabled"] for rule in rules)
    assert place.run_command("rule", "leaks")["items"] == []
    outbound = dict(sender="you@example.com", recipient="someone@elsewhere.example")
    place.set("delivery.smart-host", place.next_hop_server.address)
    assert send(place, message(body=f"card {CARD}"), **outbound).code == 250
    for rule in rules:
        place.run_command("rule", "change", rule["rule"], "--state", "on")
    for body in (f"card {CARD}", "カード番号は４１１１－１１１１－１１１１－１１１１です", "My Number: 1234 5678 9018", "DE89 3704 0044 0532 0130 00"):
        before = len(kept_back(place))
        assert send(place, message(body=body), **outbound).code == 250
        wait_until(lambda: len(kept_back(place)) > before, 20, f"“{body}” kept back")
    assert send(place, message(body="card 4111 1111 1111 1112"), **outbound).code == 250
    details = newest_kept_back(place)
    assert details["direction"] == "outbound"
    assert "3704" not in str(details) and "4111" not in str(place.messages()) + place.log_tail(100_000)
    # What comes in is not what must not get out.
    assert send(place, message(body=f"card {CARD}"), recipient="you@example.com").code == 250


def test_a_trial_judges_without_any_effect(place, tmp_path):
    add(place, "first", ["header:Subject contains offer"], ["score 6.0"])
    file = tmp_path / "mail.eml"
    file.write_bytes(message(subject="An offer", body="confidential"))
    trial = place.run_command("rule", "try", str(file), "--recipient", "you@example.com")
    assert trial["verdict"] == "quarantine" and trial["score"] == "6.0"
    assert trial["rules"][0]["holding"] == ["header:Subject contains offer"]
    draft = place.run_command("rule", "try", str(file), "--if", "body contains confidential", "--then", "reject")
    assert draft["verdict"] == "reject" and [rule["result"] for rule in draft["rules"]] == ["matched", "matched"]
    assert len(place.run_command("rule", "show")["items"]) == 1
    assert place.queue() == [] and place.run_command("quarantine", "list")["items"] == []
    assert send(place, message(subject="An offer", body="confidential")).code == 250
    kept = newest_kept_back(place)["message"]
    stored = place.run_command("rule", "try", "--stored", kept)
    assert stored["verdict"] == "quarantine"


def test_hostile_patterns_and_messages_end(place):
    add(place, "heavy", ["body matches (a+)+$|(a|aa)+b(a|b)*c"], ["reject"])
    assert send(place, message(body=("a" * 70 + "\r\n") * 3000)).code == 250
    add(place, "caught", ["header:Subject contains A subject"], ["reject"])
    assert send(place, message()).code == 550


@pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")
def test_a_rule_is_built_tried_and_saved_in_the_browser(place, workplace):
    browser = browsers.Browser(place, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.fill(name=place.administrator, password=place.password)
    browser.submit("main [name='password']")
    browser.open("/content-rules")
    browser.picture("content-rules-empty")
    browser.press("main a.btn-primary")
    browser.fill_control(browser.find("[name='name']"), "No secrets")
    browser.fill_control(browser.find("[name='c-field']"), "body")
    browser.fill_control(browser.find("[name='c-comparison']"), "contains")
    browser.fill_control(browser.find("[name='c-value']"), "機密")
    browser.fill_control(browser.find("[name='a-kind']"), "reject")
    browser.fill_control(browser.find("[name='message']"), "Subject: x\nContent-Type: text/plain; charset=utf-8\n\nこれは機密です")
    browser.press("main button[value='try']")
    assert "Verdict: Reject" in browser.text and "Matches" in browser.text
    browser.picture("content-rule-trial")
    assert send(place, message(body="これは機密です")).code == 250, "a trial has no effect"
    browser.press("main button[value='save']")
    assert browser.path == "/content-rules" and "No secrets" in browser.text
    browser.picture("content-rules")
    assert send(place, message(body="これは機密です")).code == 550
    browser.press("td.row-title a")
    browser.press("main button[value='delete']")
    browser.press("main button.btn-danger")
    assert "No secrets" not in browser.text and send(place, message(body="これは機密です")).code == 250
    assert not browser.complaints()
