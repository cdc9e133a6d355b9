"""Attachments that content rules take out of messages, and their download."""

import base64
import email
import email.policy
import hashlib
import http.client
import io
import random
import re
import ssl
import urllib.parse
import zipfile
from email.message import EmailMessage

import pytest

from kit import browser as browsers
from kit import clocks, firebird_server
from kit.cluster import Cluster
from kit.load import Ledger, Load, settle
from kit.processes import wait_until
from kit.smtp import SMTPClient
from test_arc_sealing import place as sealing_place  # noqa: F401
from test_arc_sealing import verified
from test_digests import Browser

program = b"MZ\x90\0\3\0\0\0" + bytes(range(256)) * 40


@pytest.fixture
def place(workplace):
    node = workplace.node(next_hop=workplace.next_hop())
    node.next_hop_server = workplace.next_hops[0]
    node.run_command("rule", "add", "strip large", "--if", "attachment exists", "--then", "strip 1000", json_output=False)
    return node


def compose(subject, *files, text="本文です"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "someone@example.net", "taro@example.com", subject
    message["Message-ID"] = "<strip@example.net>"
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes(policy=email.policy.SMTP)


def send(node, content, *recipients):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", list(recipients or ["taro@example.com"]), content)
        return reply


def delivered(node, count=1):
    return email.message_from_bytes(node.next_hop_server.wait_for(count)[count - 1].content, policy=email.policy.default)


def link_of(message):
    texts = [part.get_content() for part in message.walk() if part.get_content_type() == "text/plain"]
    [text] = [text for text in texts if "SHA-256" in text]
    return text, urllib.parse.urlsplit(re.search(r"https://\S+", text).group()).path


def test_an_attachment_is_taken_out_and_downloaded_by_its_link(place):
    large, small = bytes(range(256)) * 100, b"tiny"
    assert send(place, compose("report", ("見積書.pdf", large), ("note.txt", small))).code == 250
    message = delivered(place)
    assert not message.defects and message.get_content_type() == "multipart/mixed"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["multipart/alternative", "text/plain", "application/pdf"]
    assert parts[0].get_body(("plain",)).get_content().strip() == "本文です"
    assert parts[2].get_content() == small, "smaller ones stay as they came"
    text, link = link_of(message)
    assert "見積書.pdf" in text and hashlib.sha256(large).hexdigest() in text and str(len(large)) in text
    browser = Browser(place)
    status, page = browser.open(link)
    assert status == 200 and "見積書.pdf" in page
    status, headers, content = download(browser, link)
    assert status == 200 and content == large
    assert headers["Content-Disposition"].startswith("attachment;") and urllib.parse.quote("見積書.pdf") in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Content-Security-Policy"].startswith("sandbox")
    [row] = place.run_command("attachment", "list", "--text", "見積")["items"]
    assert row["downloads"] == 1 and row["sha256"] == hashlib.sha256(large).hexdigest() and row["sender"] == "someone@example.net"
    assert browser.open(link[:-3] + "AAA")[0] == 403
    assert place.run_command("attachment", "extend", row["attachment"], "--days", "90")["count"] == 1
    assert place.run_command("attachment", "list")["items"][0]["expiresAt"] > row["expiresAt"]
    assert place.run_command("attachment", "delete", row["attachment"])["count"] == 1
    assert browser.open(link)[0] == 410
    [shown] = [entry for entry in place.run_command("log", "list")["items"] if entry["subject"] == "report"]
    [finding] = [f for f in place.message(shown["message"])["judgement"]["findings"] if f["check"] == "stripping"]
    assert "見積書.pdf (25600)" in finding["text"]["en"] and "見積書.pdf" in finding["text"]["ja"]
    actions = [row["action"] for row in place.run_command("audit", "list")["items"]]
    assert "attachment.extend" in actions and "attachment.delete" in actions
    # The primary removes what has expired at its start, too.
    place.stop()
    place.start()
    wait_until(lambda: place.run_command("attachment", "list")["items"] == [], 60, "the row is removed")
    assert not list((place.home / "attachments").glob("*.attachment")), "the file is removed"


def download(browser, path):
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", browser.node.web_port, context=context, timeout=60)
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, urllib.parse.urlencode({"form-token": browser.cookies["__Host-form"]}), headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def test_a_message_that_is_nothing_but_a_file_becomes_a_text(place):
    content = (
        b"From: someone@example.net\r\nSubject: only\r\nMIME-Version: 1.0\r\nContent-Type: application/pdf; name=only.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUJD" * 19 + b"\r\n" + (b"QUJD" * 19 + b"\r\n") * 100)
    assert send(place, content).code == 250
    message = delivered(place)
    assert message.get_content_type() == "text/plain" and message["Subject"] == "only" and "only.pdf" in message.get_content()
    assert not message.defects


def test_signed_mail_is_not_rewritten_but_kept_back(place):
    body = (
        'MIME-Version: 1.0\r\nFrom: someone@example.net\r\nSubject: signed\r\nContent-Type: multipart/signed; boundary=s; '
        'protocol="application/pkcs7-signature"; micalg=sha-256\r\n\r\n--s\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n'
        "--m\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n"
        + "x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 30 + "--m--\r\n--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nsig\r\n--s--\r\n")
    assert send(place, body.encode()).code == 250
    [kept] = place.run_command("quarantine", "list")["items"]
    assert kept["subject"] == "signed" and place.run_command("attachment", "list")["items"] == []
    place.set("stripping.unstrippable", "pass")
    assert send(place, body.encode()).code == 250
    assert place.next_hop_server.wait_for(1)[0].content.endswith(body.encode()[-200:])


def test_a_stripped_message_of_our_own_is_signed_as_it_leaves(place):
    place.run_command("dkim", "key", "create", "example.com", "--selector", "s1", json_output=False)
    place.run_command("dkim", "key", "activate", "example.com", "s1", json_output=False)
    place.set("relay.trusted-networks", "127.0.0.0/8")
    content = compose("ours", ("a.pdf", b"z" * 5000)).replace(b"From: someone@example.net", b"From: taro@example.com")
    assert send(place, content).code == 250
    message = delivered(place)
    assert message["DKIM-Signature"] and "SHA-256" in link_of(message)[0]
    body = place.next_hop_server.messages[0].content.split(b"\r\n\r\n", 1)[1]
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip() for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    digest = hashlib.sha256(b"\r\n".join(lines) + b"\r\n").digest()
    assert base64.b64encode(digest).decode() in re.sub(r"\s", "", message["DKIM-Signature"]), "the signature is of the rewritten body"


def test_what_was_stripped_is_sealed_afterwards_and_its_sender_was_verified_before(sealing_place):  # noqa: F811
    node = sealing_place
    node.set("attachments.executables", "strip")
    assert send(node, compose("sealed", ("photo.jpg", program))).code == 250
    content = node.next_hop_server.wait_for(1)[0].content
    result, sets, reason = verified(node, content)
    assert result == b"pass" and len(sets) == 1, reason
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert "spf=pass" in message["ARC-Authentication-Results"] and "photo.jpg" in link_of(message)[0]


def nested_zip(content, depth=3, name="setup.exe"):
    for level in range(depth):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        content, name = packed.getvalue(), f"inner{level}.zip"
    return content


@pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")
def test_a_program_in_nested_archives_is_taken_out_by_one_node_and_downloaded_from_the_other(workplace):
    cluster = Cluster(workplace)
    first = cluster.first()
    shared = workplace.folder / "shared-attachments"
    shared.mkdir()
    first.set("directories.attachments", shared)
    for name in ("executables", "action"):
        first.set(f"attachments.{name}", "strip")
    first.stop()
    first.start()
    first.next_hop_server = workplace.next_hop()
    first.add_domain("example.com", first.next_hop_server.address)
    second = cluster.further()
    second.wait_until_accepted("example.com", seconds=30)
    packed = nested_zip(program)
    content = compose("nested", ("資料.zip", packed), ("photo.jpg", program), ("plain.pdf", b"%PDF-1.4 harmless"))
    assert send(first, content).code == 250
    message = delivered(first)
    assert not message.defects
    assert [part.get_filename() for part in message.iter_parts()][1:] == [None, None, "plain.pdf"]
    notes = [part.get_content() for part in message.iter_parts() if part.get_content_type() == "text/plain"]
    assert len(notes) == 2 and "資料.zip" in notes[0] and "photo.jpg" in notes[1]
    for note, wanted in zip(notes, (packed, program)):
        path = urllib.parse.urlsplit(re.search(r"https://\S+", note).group()).path
        for node in (second, first):
            browser = Browser(node)
            assert browser.open(path + "?lang=ja")[0] == 200
            status, headers, received = download(browser, path)
            assert status == 200 and received == wanted
            assert headers["Content-Disposition"].startswith("attachment;") and headers["X-Content-Type-Options"] == "nosniff"
    assert {row["downloads"] for row in second.run_command("attachment", "list")["items"]} == {2}
    # What nobody signed is refused by every node alike.
    token = path.rsplit("/", 1)[1]
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for position in (0, 1, 3, 20, len(raw) - 1):
        changed = bytearray(raw)
        changed[position] ^= 1
        forged = "/attachment/" + base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
        assert Browser(second).open(forged)[0] == 403, position
    for nonsense in ("/attachment/x", "/attachment/" + "A" * 2000, "/attachment/%00", "/link/" + token):
        status, page = Browser(second).open(nonsense)
        assert status in (400, 403, 404), nonsense
    assert Browser(second).request("POST", path, {})[0] == 403, "a form of another site downloads nothing"
    assert Browser(second).open("/attachment/")[0] == 404, "there is no list for those without a session"


def test_without_the_folder_mail_waits_or_passes_whole_and_nothing_is_lost(place):
    folder = place.home / "attachments"
    hidden = place.home / "attachments-away"
    folder.rename(hidden)
    assert send(place, compose("waits", ("a.pdf", b"x" * 5000))).code == 451
    assert place.next_hop_server.total() == 0
    place.set("stripping.unavailable", "pass")
    assert send(place, compose("whole", ("a.pdf", b"x" * 5000))).code == 250
    message = delivered(place)
    assert [part.get_content() for part in message.iter_attachments()] == [b"x" * 5000]
    [shown] = [entry for entry in place.run_command("log", "list")["items"] if entry["subject"] == "whole"]
    assert any("could not be stored" in finding["text"]["en"] for finding in place.message(shown["message"])["judgement"]["findings"])
    hidden.rename(folder)
    assert send(place, compose("later", ("a.pdf", b"x" * 5000))).code == 250
    assert "a.pdf" in link_of(delivered(place, 2))[0]
    assert [row["subject"] for row in place.run_command("attachment", "list")["items"] if not row["isExpired"]] == ["later"]


def test_an_expired_link_says_so_and_its_file_goes(place, workplace):
    if not clocks.can_be_shifted():
        pytest.skip("the clock cannot be shifted here")
    place.set("stripping.keep-days", "2")
    assert send(place, compose("old", ("a.pdf", b"x" * 5000))).code == 250
    _, link = link_of(delivered(place))
    clock = clocks.ShiftedClock(workplace.folder, "node")
    place.stop()
    place.environment = clock.environment
    place.start()
    browser = Browser(place)
    assert browser.open(link)[0] == 200
    clock.shift(2 * 86_400 + 300)
    status, page = browser.open(link + "?lang=ja")
    assert status == 410 and "保存期間が過ぎています" in page
    status, page = browser.open(link + "?lang=en")
    assert status == 410 and "not kept any more" in page
    place.stop()
    place.start()
    wait_until(lambda: place.run_command("attachment", "list")["items"] == [], 60, "the row is removed")
    assert not list((place.home / "attachments").glob("*.attachment"))


class StrippedLoad(Load):
    """Messages with an attachment of their own each."""

    @staticmethod
    def content(identifier):
        return random.Random(identifier).randbytes(3_000 + len(identifier) * 500)

    def _message(self, identifier):
        content = compose("load", ("a.pdf", self.content(identifier)))
        return content.replace(b"<strip@example.net>", identifier.encode())


def test_a_node_that_is_killed_while_it_takes_attachments_out_loses_none_of_what_it_answered_250(place, figure):
    ledger = Ledger()
    for number in range(4):
        with StrippedLoad(place.smtp_port, ledger, sessions=4, name=f"strip{number}") as load:
            load.wait_for(len(ledger.accepted) + 10)
            place.kill()
            place.start()
            load.wait_for(len(ledger.accepted) + 3)
    lost, _ = settle(place, place.next_hop_server, ledger)
    assert not lost, lost
    seen = {}
    for stored in place.next_hop_server.messages:
        message = email.message_from_bytes(stored.content, policy=email.policy.default)
        seen[message["Message-ID"]] = message
    browser = Browser(place)
    for identifier in sorted(ledger.accepted):
        _, link = link_of(seen[identifier])
        assert browser.open(link)[0] == 200
        assert download(browser, link)[2] == StrippedLoad.content(identifier), identifier
    rows = place.run_command("attachment", "list", "--all")["items"]
    files = {path.name.removesuffix(".attachment") for path in (place.home / "attachments").glob("*.attachment")}
    assert files <= {row["attachment"] for row in rows}, "no file is without a row"
    figure(f"kill -9 while stripping: answered 250: {len(ledger.accepted)}, lost: {len(lost)}, rows: {len(rows)}, files: {len(files)}")


def test_a_trial_of_rules_shows_what_would_be_taken_out(place, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_bytes(compose("trial", ("a.pdf", b"x" * 5000), ("b.txt", b"small")))
    tried = place.run_command("rule", "try", file)
    assert tried["stripped"] == ["a.pdf"] and tried["verdict"] == "accept"
    assert place.run_command("attachment", "list")["items"] == [], "nothing is done"


@pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")
def test_the_pages_list_find_and_delete_in_both_languages(place, workplace):
    for number in range(3):
        assert send(place, compose(f"報告 {number}", (f"見積書{number}.pdf", bytes([number]) * 9000))).code == 250
    _, link = link_of(delivered(place, 1))
    browser = browsers.Browser(place, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    for language in ("ja", "en"):
        browser.open(f"{link}?lang={language}")
        assert browser.language == language and "見積書" in browser.text
        browser.picture("attachment-link")
        browser.open(f"{link[:-3]}AAA?lang={language}")
        browser.picture("attachment-forged")
    browser.open("/sign-in")
    browser.fill(name=place.administrator, password=place.password)
    browser.submit("main [name='password']")
    for language in ("ja", "en"):
        browser.open("/account")
        browser.fill(language=language)
        browser.submit("main [name='language']")
        browser.open("/attachments")
        assert all(f"見積書{number}.pdf" in browser.text for number in range(3))
        browser.picture("attachments")
        browser.open("/settings/stripping")
        browser.picture("settings-stripping")
        browser.open("/settings/attachments")
        browser.picture("settings-attachments")
        [entry] = place.run_command("log", "list", "--subject", "報告 1")["items"]
        browser.open(f"/messages/{entry['message']}")
        browser.picture("message-stripped")
    browser.press("a[href^='/attachments?message=']")
    assert "見積書1.pdf" in browser.text and "見積書2.pdf" not in browser.text
    browser.open("/attachments")
    browser.fill(text="見積書2")
    browser.submit("main [name='text']")
    assert "見積書2.pdf" in browser.text and "見積書0.pdf" not in browser.text
    browser.find("main [name='entry']").send_keys(" ")
    browser.press("main [value='delete']")
    assert "見積書2.pdf" in browser.text
    assert len(place.run_command("attachment", "list")["items"]) == 3
    browser.picture("attachments-delete")
    browser.submit("main form.panel")
    browser.open("/attachments?text=見積書2")
    assert "expired" in browser.text or "No attachment" in browser.text
    assert not [complaint for complaint in browser.complaints() if "/attachment/" not in complaint]
