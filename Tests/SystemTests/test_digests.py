"""Digests of the quarantine: who is told of what, once, and what the links in them do."""

import base64
import concurrent.futures
import email
import email.policy
import html
import http.client
import re
import ssl
import urllib.parse

import pytest

from kit import clocks, firebird_server
from kit.cluster import Cluster
from kit.processes import wait_until
from kit.smtp import SMTPClient

password = "a long password of somebody"


def prepare(node, folder, users=("taro", "hanako")):
    """Users whose mail is kept back for its size; digests are sent when asked for."""
    secret = folder / "user-password"
    secret.write_text(password + "\n")
    for name in users:
        node.run_command("user", "add", f"{name}@example.com", "--password-file", str(secret), json_output=False)
    # The day's own run is over, with nobody to tell, before any mail comes.
    node.set("digest.time", "00:00")
    wait_until(lambda: [run for run in runs(node) if run["state"] == "done"], 60, lambda: f"the day's run is done: {runs(node)}")
    node.set("attachments.large-message-bytes", "1000")
    node.set("attachments.large-message-score", "6.0")


@pytest.fixture
def place(workplace):
    node = workplace.node(next_hop=workplace.next_hop())
    node.next_hop_server = workplace.next_hops[0]
    prepare(node, workplace.folder)
    return node


def send(node, subject, *recipients, sender="someone@example.net", expected=250):
    content = f"From: {sender}\r\nSubject: {subject}\r\nMessage-ID: <m{abs(hash(subject))}@example.net>\r\n\r\n{'x' * 2000}\r\n"
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message(sender, list(recipients), content.encode())
        assert reply.code == expected, reply


def runs(node):
    return node.run_command("quarantine", "digest", "runs")["items"]


def ask(node, seconds=60):
    """Digests now: how many were sent."""
    known = {run["run"] for run in runs(node) if run["state"] == "done"}
    node.run_command("quarantine", "digest", "run", json_output=False)

    def finished():
        return [run for run in runs(node) if run["run"] not in known and run["run"].startswith("manual-") and run["state"] == "done"]

    wait_until(finished, seconds, lambda: f"the run is done: {runs(node)}")
    return finished()[0]["sent"]


class Digest:
    def __init__(self, delivered):
        self.delivered = delivered
        self.message = email.message_from_bytes(delivered.content, policy=email.policy.default)
        self.text = self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        self.html = self.message.get_body(("html",)).get_content()

    def links(self, title):
        """Paths of the links with this title, in order."""
        found = re.findall(rf"^{re.escape(title)}: (https://\S+)$", self.text, re.MULTILINE)
        for link in found:
            assert link in html.unescape(self.html), "both forms have the same links"
        return [urllib.parse.urlsplit(link).path for link in found]


def digests(next_hop):
    return [Digest(message) for message in next_hop.messages if b"Auto-Submitted: auto-generated" in message.content]


def wait_for_digests(next_hop, count):
    wait_until(lambda: len(digests(next_hop)) >= count, 30, lambda: f"{count} digests; {len(digests(next_hop))} came")
    assert len(digests(next_hop)) == count
    return digests(next_hop)


class Browser:
    """Somebody without a session who opens a link and presses its button."""

    def __init__(self, node):
        self.node = node
        self.cookies = {}

    def request(self, method, path, form=None):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.node.web_port, context=context, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        connection.close()
        return answer.status, text

    def open(self, path):
        return self.request("GET", path)

    def press(self, path):
        return self.request("POST", path, {"form-token": self.cookies["__Host-form"]})

    def follow(self, path):
        """Opens it and presses: the answer's status."""
        status, _ = self.open(path)
        return self.press(path)[0] if status == 200 else status


def test_a_digest_lists_what_is_new_for_each_user_and_is_not_sent_twice(place):
    send(place, "both", "taro@example.com", "hanako@example.com")
    send(place, "=?utf-8?b?" + base64.b64encode("見積書".encode()).decode() + "?=", "taro@example.com")
    send(place, "nobody", "unknown@example.com")
    assert ask(place) == 2
    found = {digest.delivered.recipients[0]: digest for digest in wait_for_digests(place.next_hop_server, 2)}
    taro, hanako = found["taro@example.com"], found["hanako@example.com"]
    assert taro.delivered.reverse_path == "" and taro.message["Auto-Submitted"] == "auto-generated"
    assert "隔離されたメールが 2 件" in taro.message["Subject"] and "見積書" in taro.text and "見積書" in taro.html and "both" in taro.text
    assert taro.message.get_content_type() == "multipart/alternative" and not taro.message.defects
    assert "both" in hanako.text and "見積書" not in hanako.text and "taro@example.com" not in hanako.text
    assert len(taro.links("解放する")) == 2 and len(hanako.links("解放する")) == 1
    assert ask(place) == 0, "nothing is new"
    send(place, "later", "taro@example.com")
    assert ask(place) == 1
    third = wait_for_digests(place.next_hop_server, 3)[-1]
    assert "later" in third.text and "both" not in third.text


def test_a_link_releases_once_for_its_recipient_alone_and_opening_it_does_nothing(place):
    send(place, "wanted", "taro@example.com", "hanako@example.com")
    ask(place)
    digest = next(d for d in wait_for_digests(place.next_hop_server, 2) if d.delivered.recipients == ("taro@example.com",))
    [link] = digest.links("解放する")
    browser = Browser(place)
    for _ in range(3):
        status, page = browser.open(link + "?lang=ja")
        assert status == 200 and "wanted" in page and "解放しますか" in page and "hanako" not in page
    assert browser.request("HEAD", link)[0] == 200
    assert place.next_hop_server.total() == 2, "only the digests"
    assert browser.request("POST", link, {})[0] == 403, "a form of another site does nothing"
    assert browser.press(link)[0] == 200
    released = place.next_hop_server.wait_for(3)[2]
    assert released.recipients == ("taro@example.com",) and b"Subject: wanted" in released.content
    assert browser.follow(link) == 410 and Browser(place).follow(link) == 410
    assert [row["recipients"] for row in place.run_command("quarantine", "list")["items"]] == [["hanako@example.com"]]
    [row] = [row for row in place.run_command("audit", "list")["items"] if row["action"] == "user.quarantine.release"]
    assert row["actor"] == "user:taro@example.com"


def test_forged_and_expired_links_are_refused(place, workplace):
    send(place, "kept", "taro@example.com")
    ask(place)
    [digest] = wait_for_digests(place.next_hop_server, 1)
    [link] = digest.links("解放する")
    token = link.rsplit("/", 1)[1]
    browser = Browser(place)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for position in (1, 3, 20, len(raw) - 40, len(raw) - 1):
        changed = bytearray(raw)
        changed[position] ^= 1
        forged = "/link/" + base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
        assert browser.follow(forged) == 403, position
    for nonsense in ("/link/x", "/link/" + "A" * 2000, "/link/" + token[:-4], "/link/%00"):
        assert browser.open(nonsense)[0] in (400, 403, 404), nonsense
    assert browser.open("/link/preview")[0] == 200
    assert len(place.run_command("quarantine", "list")["items"]) == 1
    # Users may not release any more: links that are out do nothing either.
    place.set("quarantine.users-may-release", "false")
    assert browser.follow(link) == 403
    place.set("quarantine.users-may-release", "true")
    assert browser.open(link)[0] == 200
    if clocks.can_be_shifted():
        clock = clocks.ShiftedClock(workplace.folder, "node")
        place.stop()
        place.environment = clock.environment
        place.start()
        assert browser.open(link)[0] == 200
        clock.shift(14 * 86_400 + 60)
        assert browser.open(link)[0] == 403 and len(place.run_command("quarantine", "list")["items"]) == 1


def test_a_sender_is_allowed_or_blocked_for_one_recipient(place):
    send(place, "good", "taro@example.com", sender="good@example.net")
    send(place, "bad", "taro@example.com", sender="bad@example.net")
    ask(place)
    [digest] = wait_for_digests(place.next_hop_server, 1)
    blocks, allows = digest.links("差出人をブロック"), digest.links("解放して差出人を許可")
    assert "bad@example.net" in digest.text.split("good@example.net")[0], "newest first"
    browser = Browser(place)
    assert browser.follow(allows[1]) == 200 and browser.follow(blocks[0]) == 200
    assert browser.follow(blocks[0]) == 410
    place.next_hop_server.wait_for(2)
    entries = place.run_command("list", "show")["items"]
    assert {(e["list"], e["value"], e["recipient"]) for e in entries} == {
        ("allow", "good@example.net", "taro@example.com"), ("block", "bad@example.net", "taro@example.com")}
    send(place, "good again", "taro@example.com", sender="good@example.net")
    assert b"good again" in place.next_hop_server.wait_for(3)[2].content, "not kept back any more"
    send(place, "good to another", "hanako@example.com", sender="good@example.net")
    with SMTPClient(place.smtp_port) as client:
        client.hello()
        client.command("MAIL FROM:<bad@example.net>")
        assert client.command("RCPT TO:<taro@example.com>").code == 550
        assert client.command("RCPT TO:<hanako@example.com>").code == 250
    kept = {row["subject"] for row in place.run_command("quarantine", "list")["items"]}
    assert kept == {"bad", "good to another"}, "only his own mail is concerned"


def test_who_does_not_want_digests_gets_none(place):
    send(place, "one", "taro@example.com", "hanako@example.com")
    ask(place)
    digest = next(d for d in wait_for_digests(place.next_hop_server, 2) if d.delivered.recipients == ("taro@example.com",))
    [link] = digest.links("この通知の配信を停止")
    assert digest.message["List-Unsubscribe"].strip("<>").split("?")[0].endswith(link)
    assert Browser(place).follow(link) == 200
    send(place, "two", "taro@example.com", "hanako@example.com")
    assert ask(place) == 1
    place.run_command("settings", "set", "--domain", "example.com", "domain.digest", "off")
    send(place, "three", "hanako@example.com")
    assert ask(place) == 0


def test_a_preview_has_no_links_that_work(place):
    send(place, "looked at", "taro@example.com")
    preview = place.run_command("quarantine", "digest", "preview", "taro@example.com")
    message = email.message_from_bytes(base64.b64decode(preview["content"]), policy=email.policy.default)
    assert "looked at" in message.get_body(("plain",)).get_content() and "/link/preview" in message.get_body(("html",)).get_content()
    assert ask(place) == 1, "a preview tells nobody"


def test_digests_are_signed_with_the_domains_key(place):
    place.run_command("dkim", "key", "create", "example.com", "--selector", "s1", json_output=False)
    place.run_command("dkim", "key", "activate", "example.com", "s1", json_output=False)
    send(place, "signed", "taro@example.com")
    ask(place)
    [digest] = wait_for_digests(place.next_hop_server, 1)
    assert "d=example.com" in digest.message["DKIM-Signature"] and "list-unsubscribe" in digest.message["DKIM-Signature"]


@pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")
def test_on_two_nodes_links_work_once_and_a_killed_primary_tells_nobody_twice_or_never(workplace):
    cluster = Cluster(workplace)
    first = cluster.first()
    next_hop = workplace.next_hop()
    first.add_domain("example.com", next_hop.address)
    users = [f"user{number}" for number in range(60)]
    prepare(first, workplace.folder, users)
    second = cluster.further()
    second.wait_until_accepted("example.com", seconds=30)
    for name in users:
        send(first, f"for {name}", f"{name}@example.com")
    # Slow, so that the run is in the middle when its primary is killed.
    first.run_command("quarantine", "digest", "run", json_output=False)
    wait_until(lambda: len(digests(next_hop)) >= 5, 60, "some digests are on their way")
    first.kill()
    wait_until(lambda: len({d.delivered.recipients for d in digests(next_hop)}) == len(users), 150, lambda: f"{len(digests(next_hop))} came")
    wait_until(lambda: all(run["state"] == "done" for run in runs(second)), 60, lambda: f"the run is done: {runs(second)}")
    wait_until(lambda: second.queue() == [], 60, "the queue is empty")
    found = digests(next_hop)
    # One identifier for each digest: a delivery that the kill broke off may come twice, a second digest never.
    identifiers = {digest.message["Message-ID"] for digest in found}
    assert len(identifiers) == len(users)
    first.start()
    links = [digest.links("解放する")[0] for digest in {d.delivered.recipients: d for d in found}.values()][:10]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for link in links:
            answers = list(pool.map(lambda node: Browser(node).follow(link), [first, second, first, second]))
            assert sorted(answers) == [200, 410, 410, 410], answers
    wait_until(lambda: sum(b"Subject: for user" in m.content for m in next_hop.messages) == len(links), 60, "each is released once")
    assert len(second.run_command("quarantine", "list", "--limit", "200")["items"]) == len(users) - len(links)
