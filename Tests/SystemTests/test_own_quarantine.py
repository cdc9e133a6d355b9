"""Users' own quarantine: who sees what, and each recipient's copy released by itself."""

import http.client
import re
import ssl
import urllib.parse
from pathlib import Path

import pytest

from kit import browser as browsers
from kit.node import CommandFailed
from kit.processes import wait_until
from kit.smtp import SMTPClient

password = "a long password of somebody"


@pytest.fixture
def place(workplace):
    node = workplace.node(next_hop=workplace.next_hop())
    node.next_hop_server = workplace.next_hops[0]
    secret = workplace.folder / "password"
    secret.write_text(password + "\n")
    for name, aliases in (("taro", ["--alias", "info@example.com"]), ("hanako", [])):
        node.run_command("user", "add", f"{name}@example.com", "--password-file", str(secret), *aliases, json_output=False)
    # The next hop gets nothing but what is released.
    node.set("digest.frequency", "off")
    node.set("attachments.large-message-bytes", "1000")
    node.set("attachments.large-message-score", "6.0")
    return node


def send(node, subject, *recipients, attachment=False):
    body = "x" * 2000
    content = f"From: someone@example.net\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.net>\r\n"
    if attachment:
        content += "MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=run.exe\r\n"
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", list(recipients), (content + f"\r\n{body}\r\n").encode())
        assert reply.code == 250, reply


def listed(node, *arguments):
    return node.run_command("quarantine", "list", *arguments)["items"]


def test_a_message_to_two_users_is_released_for_one_of_them(place):
    send(place, "both", "taro@example.com", "hanako@example.com")
    [kept] = listed(place)
    [own] = listed(place, "--user", "taro@example.com")
    assert own["recipients"] == ["taro@example.com"] and own["recipientCount"] == 1 and kept["recipientCount"] == 2
    assert place.run_command("quarantine", "release", kept["message"], "--user", "taro@example.com")["done"] == [kept["message"]]
    assert place.run_command("quarantine", "release", kept["message"], "--user", "taro@example.com")["done"] == []
    [delivered] = place.next_hop_server.wait_for(1)
    assert delivered.recipients == ("taro@example.com",)
    assert listed(place, "--user", "taro@example.com") == [] and listed(place)[0]["recipients"] == ["hanako@example.com"]
    wait_until(lambda: place.queue() == [], 20, "the queue is empty")
    assert len(place.stored_files()) == 1, "the content stays for the other copy"
    assert place.run_command("quarantine", "release", kept["message"])["done"] == [kept["message"]]
    assert place.next_hop_server.wait_for(2)[1].recipients == ("hanako@example.com",)
    wait_until(lambda: place.stored_files() == [], 20, "the content goes with the last copy")


def test_the_last_deleted_copy_takes_the_content_along(place):
    send(place, "gone", "taro@example.com", "hanako@example.com")
    [kept] = listed(place)
    for user in ("taro@example.com", "hanako@example.com"):
        assert len(place.stored_files()) == 1
        assert place.run_command("quarantine", "delete", "--yes", kept["message"], "--user", user)["done"] == [kept["message"]]
    wait_until(lambda: place.stored_files() == [], 20, "the content is removed")
    assert listed(place) == [] and place.queue() == []


def test_mail_to_an_alias_is_its_users(place):
    send(place, "alias", "info@example.com")
    assert [row["subject"] for row in listed(place, "--user", "taro@example.com")] == ["alias"]
    assert listed(place, "--user", "hanako@example.com") == []
    with pytest.raises(CommandFailed):
        place.run_command("quarantine", "list", "--user", "nobody@example.com")


def test_settings_say_which_quarantine(place):
    place.set("quarantine.suspicious-mail", "administrator")
    place.set("quarantine.dangerous-mail", "user")
    send(place, "suspicious", "taro@example.com")
    send(place, "dangerous", "taro@example.com", attachment=True)
    assert {row["subject"]: row["kind"] for row in listed(place)} == {"suspicious": "administrator", "dangerous": "user"}


@pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")
def test_a_user_signs_in_sees_his_own_releases_it_and_reads_it(place, workplace):
    send(place, "for-taro", "taro@example.com", "hanako@example.com")
    send(place, "for-hanako", "hanako@example.com")
    send(place, "dangerous", "taro@example.com", attachment=True)
    browser = browsers.Browser(place, workplace.folder / "screenshots")
    workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.picture("sign-in")
    browser.press("a[href='/my/sign-in']")
    for language in ("ja", "en"):
        browser.open(f"/my/sign-in?lang={language}")
        browser.picture("own-sign-in")
    browser.fill(address="taro@example.com", password="wrong")
    browser.submit("main [name='password']")
    assert "Address or password is wrong" in browser.text
    assert all("403" in line for line in browser.complaints())
    browser.fill(password=password)
    browser.submit("main [name='password']")
    assert browser.path == "/my/quarantine"
    assert "for-taro" in browser.text and "for-hanako" not in browser.text and "dangerous" not in browser.text
    assert "hanako@example.com" not in browser.text
    browser.picture("own-quarantine")
    browser.press("td.row-title a")
    assert "for-taro" in browser.text and "x" * 50 in browser.text
    browser.picture("own-message")
    for path in ("/", "/quarantine", "/messages", "/settings", "/administrators"):
        browser.open(path)
        assert browser.path == "/sign-in", path
    browser.open("/my/account")
    browser.picture("own-account")
    browser.fill(language="ja")
    browser.submit("main [name='language']")
    assert browser.language == "ja"
    browser.picture("own-account")
    browser.open("/my/quarantine")
    browser.picture("own-quarantine")
    browser.find("main input[name='entry']").send_keys(" ")
    browser.press("main button[value='release']")
    browser.picture("own-release")
    assert place.next_hop_server.total() == 0, "only asked"
    browser.press("main button.btn-danger")
    assert browser.path == "/my/quarantine" and "for-taro" not in browser.text
    browser.picture("own-quarantine-empty")
    [delivered] = place.next_hop_server.wait_for(1)
    assert delivered.recipients == ("taro@example.com",) and delivered.message_id == "<for-taro@example.net>"
    assert listed(place, "--user", "hanako@example.com")[-1]["subject"] == "for-taro", "her copy stays"
    [row] = [row for row in place.run_command("audit", "list")["items"] if row["action"] == "user.quarantine.release"]
    assert row["actor"] == "user:taro@example.com"
    assert not browser.complaints()
    place.set("quarantine.users-may-sign-in", "false")
    browser.open("/my/quarantine")
    assert browser.path == "/my/sign-in" and "password" not in browser.driver.page_source


class Visitor:
    """A signed-in user without a browser: sends his cookies wherever he is told to."""

    def __init__(self, node, address):
        self.node = node
        self.cookies = {}
        self.request("GET", "/my/sign-in")
        status, _ = self.request(
            "POST", "/my/sign-in", {"address": address, "password": password, "form-token": self.cookies["__Host-form"]})
        assert status == 303 and "__Host-user-session" in self.cookies
        # Even in the place of an administrator's.
        self.cookies["__Host-session"] = self.cookies["__Host-user-session"]

    def request(self, method, path, form=None, headers=None):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.node.web_port, context=context, timeout=60)
        headers = dict(headers or {}, Cookie="; ".join(f"{name}={value}" for name, value in self.cookies.items()))
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
        connection.close()
        return answer.status, text


def test_no_operation_of_the_api_takes_a_users_session(place):
    visitor = Visitor(place, "taro@example.com")
    operations, path = [], None
    for line in (Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text().splitlines():
        if match := re.fullmatch(r"  (/\S*):", line):
            path = re.sub(r"\{[^}]*\}", "0" * 32, match[1])
        elif match := re.fullmatch(r"    (get|post|put|delete|patch):", line):
            operations.append((match[1].upper(), path))
    assert len(operations) > 40
    token = visitor.cookies["__Host-user-session"]
    for method, path in operations:
        if path == "/openapi.yaml":
            continue
        for headers in ({}, {"Authorization": f"Bearer {token}"}):
            status, _ = visitor.request(method, "/api/v1" + path, headers=headers)
            assert status == 401, (method, path, status)
