"""A mail administrator's first day: everything is set up in the browser, mail comes by swaks, and every message's page says why."""

import shutil
import subprocess

import pytest

from kit import browser as browsers
from kit.name_server import A, NameServer
from kit.processes import wait_until

pytestmark = [
    pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed"),
    pytest.mark.skipif(not shutil.which("swaks"), reason="swaks is not installed"),
]

NOBODY = "nobody@example.com"
PASSWORD = "a long password of taro"


class Place:
    """A fresh node, the mail server and the name server beside it, and a browser."""

    def __init__(self, workplace):
        self.workplace = workplace
        self.node = workplace.node(administrator=False)
        self.next_hop = workplace.next_hop()
        self.next_hop.recipient_reply = lambda address: "550 5.1.1 no such user here" if address == NOBODY else None
        self.name_server = NameServer().start()
        workplace.at_end(self.name_server.stop)
        for number, zone in ((7, "tagged.example"), (8, "kept.example"), (9, "refused.example")):
            self.name_server.list_address(f"127.0.0.{number}", zone)
        # Clients with names that fit, so that only the lists count.
        for number in (1, 7, 8, 9):
            self.name_server.add_reverse(f"127.0.0.{number}", "client.example.net")
            self.name_server.add("client.example.net", A, f"127.0.0.{number}")
        self.browser = browsers.Browser(self.node, workplace.folder / "screenshots")
        workplace.at_end(self.browser.close)

    def swaks(self, subject, *arguments, recipient="taro@example.com", sender="someone@example.net"):
        """The exit status and the dialogue; 0 is an accepted message."""
        result = subprocess.run(
            ["swaks", "--helo", "client.example.net", "--server", f"127.0.0.1:{self.node.smtp_port}", "--from", sender, "--to", recipient, "--header", f"Subject: {subject}",
             "--header", f"Message-Id: <{subject}@example.net>", *arguments], capture_output=True, text=True, timeout=60)
        return result.returncode, result.stdout

    def save_settings(self, section, **fields):
        self.browser.open(section)
        for name, value in fields.items():
            self.browser.fill_control(self.browser.find(f"main [name='setting.{name.replace('_', '-')}']"), value)
        self.browser.submit(f"main [name='setting.{next(iter(fields)).replace('_', '-')}']")
        assert "saved" in self.browser.text, self.browser.text

    def open_message(self, result, words):
        """The page of the newest message with that result, once it says `words`."""
        def page():
            self.browser.open(f"/messages?result={result}")
            links = self.browser.find_all("table.message-rows a")
            if not links:
                return False
            self.browser.open(links[0].get_attribute("href").split(str(self.node.web_port))[1])
            return words in self.browser.text

        wait_until(page, 30, lambda: f"“{words}” on the page of the newest message ({result}): {self.browser.text}", interval=0.2)

    # The steps, in the order of a day

    def begin(self):
        code = (self.node.home / "setup-code").read_text().strip()
        self.browser.open("/")
        self.browser.fill(code=code, name="alice", password=self.node.password, password_again=self.node.password)
        self.browser.submit("main [name='code']")
        assert self.browser.path == "/", self.browser.text

    def add_domain(self):
        self.browser.open("/domains/add")
        self.browser.fill(name="example.com", host="127.0.0.1", port=str(self.next_hop.port))
        self.browser.submit("main [name='host']")
        assert self.browser.path == "/domains/example.com", self.browser.text

    def add_user(self):
        self.browser.open("/domains/example.com/users/add")
        self.browser.fill(address="taro", password=PASSWORD, password_again=PASSWORD)
        self.browser.submit("main [name='address']")
        assert "The user was added" in self.browser.text, self.browser.text

    def verify_recipients(self):
        self.save_settings("/domains/example.com/settings", recipients="call-forward")
        self.browser.open("/domains/example.com/verification")
        self.browser.fill(address="nobody")
        self.browser.submit("main [name='address']")
        assert NOBODY in self.browser.text and "550 5.1.1" in self.browser.text, self.browser.text

    def block_sender(self):
        self.browser.open("/lists")
        for name, value in (("list", "block"), ("kind", "sender"), ("value", "junk@example.net"), ("note", "sends junk")):
            self.browser.fill_control(self.browser.find(f"form.form-panel [name='{name}']"), value)
        self.browser.submit("form.form-panel [name='value']")
        assert "junk@example.net" in self.browser.text

    def ask_block_lists(self):
        self.save_settings("/settings/dns", servers=self.name_server.address)
        self.save_settings("/settings/filtering", check_private_addresses="true", tag_subject="true", tag_score="2.0", subject_tag="[JUNK]")
        self.save_settings("/settings/dns-block-lists", lists="refused.example reject\nkept.example 6.0\ntagged.example 2.5")

    def send_from_everywhere(self):
        """One message for each fate."""
        assert self.swaks("clean")[0] == 0
        assert self.swaks("tagged", *self.listed["tagged"])[0] == 0
        assert self.swaks("suspicious", *self.listed["kept"])[0] == 0
        assert self.swaks("dangerous", "--attach-type", "application/octet-stream", "--attach-name", "a.exe", "--attach", "MZ")[0] == 0
        for subject, arguments, options in (
                ("listed", self.listed["refused"], {}), ("junk", (), {"sender": "junk@example.net"}), ("unknown", (), {"recipient": NOBODY})):
            status, dialogue = self.swaks(subject, *arguments, **options)
            assert status != 0 and "<** 5" in dialogue, dialogue

    listed = {name: ("--local-interface", address) for name, address in (("tagged", "127.0.0.7"), ("kept", "127.0.0.8"), ("refused", "127.0.0.9"))}


@pytest.fixture(scope="module")
def place(shared_workplace):
    place = Place(shared_workplace)
    place.begin()
    place.add_domain()
    place.add_user()
    place.verify_recipients()
    place.block_sender()
    place.ask_block_lists()
    wait_until(lambda: not place.node.accepts(NOBODY), 20, "recipients are verified")
    wait_until(lambda: place.swaks("asked", *place.listed["refused"])[0] != 0, 20, "the block lists are asked")
    place.send_from_everywhere()
    return place


@pytest.mark.parametrize("text, result, words", [
    ("tagged", "", "127.0.0.7 is on tagged.example"), ("suspicious", "", "127.0.0.8 is on kept.example"), ("dangerous", "", "a.exe"),
    ("listed", "refused", "127.0.0.9 is on refused.example"), ("junk", "refused", "is on the block list"),
    ("unknown", "refused", "no such user here"),
])
def test_each_messages_page_says_why(place, text, result, words):
    sought = {"listed": "client=127.0.0.9", "junk": "text=junk", "unknown": "text=nobody"}.get(text, f"subject={text}")
    place.open_message(f"{result}&{sought}", words)
    assert ("content not received" in place.browser.text) == (result == "refused")
    transcript = place.browser.find("details.transcript")
    if not transcript.get_attribute("open"):
        transcript.find_element("css selector", "summary").click()
    assert "MAIL FROM:" in transcript.text, transcript.text


def test_a_tagged_message_is_read_with_its_tag_at_the_next_hop(place):
    wait_until(lambda: delivered(place, "tagged"), 30, "the tagged message at the next hop")
    assert b"Subject: [JUNK] tagged\r\n" in delivered(place, "tagged").content
    wait_until(lambda: delivered(place, "clean"), 30, "the clean message at the next hop")
    assert b"Subject: clean\r\n" in delivered(place, "clean").content


def test_the_administrator_releases_what_is_dangerous(place):
    browser = place.browser
    browser.open("/quarantine?text=dangerous")
    browser.find("main input[name='entry']").send_keys(" ")
    browser.press("main button[value='release']")
    browser.press("main button.btn-danger")
    wait_until(lambda: delivered(place, "dangerous"), 30, "the released message at the next hop")
    assert b"a.exe" in delivered(place, "dangerous").content


def test_the_user_releases_his_own(place):
    browser = place.browser
    browser.open("/my/sign-in")
    browser.fill(address="taro@example.com", password=PASSWORD)
    browser.submit("main [name='password']")
    assert browser.path == "/my/quarantine" and "suspicious" in browser.text, browser.text
    browser.find("main input[name='entry']").send_keys(" ")
    browser.press("main button[value='release']")
    browser.press("main button.btn-danger")
    wait_until(lambda: delivered(place, "suspicious"), 30, "the released message at the next hop")
    browser.press("form[action='/my/sign-out'] button")
    assert browser.path == "/my/sign-in"


def test_settings_go_back_to_an_earlier_revision(place):
    node, browser = place.node, place.browser
    before = node.status()["settingsRevision"]
    place.save_settings("/settings/filtering", subject_tag="[CHANGED]")
    browser.open("/settings-history")
    assert "[CHANGED]" in browser.text and "[JUNK]" in browser.text
    browser.open(f"/settings-history/compare?from={before}")
    assert "[CHANGED]" in browser.text
    browser.press("main a[href*='/settings-history/return']")
    browser.submit("main form[action='/settings-history/return']")
    assert "Settings put back: 1" in browser.text, browser.text
    assert node.run_command("settings", "get", "filtering.subject-tag")["value"] == "[JUNK]"


def test_what_was_exported_is_imported_again(place):
    node, browser = place.node, place.browser
    file = place.workplace.folder / "settings.json"
    node.run_command("settings", "export", file, json_output=False)
    place.save_settings("/settings/filtering", subject_tag="[CHANGED]")
    browser.open("/settings-transfer")
    browser.find("main input[name='file']").send_keys(str(file))
    browser.submit("main form[action='/settings-transfer/check'] input[name='file']")
    assert "[CHANGED]" in browser.text and "[JUNK]" in browser.text, browser.text
    browser.submit("main form[action='/settings-transfer/import']")
    assert "Imported" in browser.text, browser.text
    assert node.run_command("settings", "get", "filtering.subject-tag")["value"] == "[JUNK]"


def delivered(place, subject):
    """The message as the next hop took it, or None."""
    return next((message for message in place.next_hop.messages if message.message_id == f"<{subject}@example.net>"), None)


def test_the_audit_log_has_a_title_for_everything_that_was_done(place):
    actions = {row["action"] for row in place.node.run_command("audit", "list", "--limit", "200")["items"]}
    assert {"domain.add", "user.add", "recipient.verify", "access-list.add", "settings.change"} <= actions
    place.browser.open("/audit")
    # A title and its code; an action without a title shows its code twice.
    cells = [cell.text.split() for cell in place.browser.find_all("main td[data-label='Action'] div")]
    untitled = [words for words in cells if len(set(words)) == 1]
    assert cells and not untitled


def test_a_single_node_says_what_a_second_one_needs(place):
    place.browser.open("/cluster")
    place.browser.press("main a[href='/cluster/add']")
    assert "Firebird server" in place.browser.text, place.browser.text


def test_the_folders_are_shown_with_their_free_space(place):
    place.browser.open("/directories")
    assert place.browser.text.count("Can be used") >= 3 and "GiB" in place.browser.text
