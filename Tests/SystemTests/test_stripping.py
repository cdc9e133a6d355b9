"""Attachments that content rules take out of messages, and their download."""

import email
import email.policy
import hashlib
import re
import urllib.parse
from email.message import EmailMessage

import pytest

from kit.processes import wait_until
from kit.smtp import SMTPClient
from test_digests import Browser


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
    assert browser.open(link)[0] == 404
    # The primary removes what has expired at its start, too.
    place.stop()
    place.start()
    wait_until(lambda: place.run_command("attachment", "list")["items"] == [], 60, "the row is removed")
    assert not list((place.home / "attachments").glob("*.attachment")), "the file is removed"


def download(browser, path):
    import http.client
    import ssl

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
    import base64

    assert base64.b64encode(digest).decode() in re.sub(r"\s", "", message["DKIM-Signature"]), "the signature is of the rewritten body"
