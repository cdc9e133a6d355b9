"""Call-back verification: the mail servers of senders' domains are asked, and only a refusal of the sender counts against mail."""

import threading

import pytest

from kit import browser as browsers
from kit.api import APIClient
from kit.name_server import A, MX, TXT, NameServer
from kit.next_hop import NextHop
from kit.node import CommandFailed
from kit.processes import free_port, wait_until
from kit.smtp import SMTPClient

NOBODY = "550 5.1.1 no such user here"


class AskedServer(NextHop):
    """The mail server of a stranger's domain; notes whom it is asked about."""

    def __init__(self, answer=lambda address: None, **options):
        super().__init__(**options)
        self.asked = []
        self.answer = answer
        self.recipient_reply = self._note

    def _note(self, address):
        self.asked.append(address)
        return self.answer(address)


class World:
    """A node with call-back verification on, and mail servers of strangers on addresses of loopback, all at one port."""

    def __init__(self, workplace, **settings):
        self.name_server = NameServer().start()
        workplace.at_end(self.name_server.stop)
        self.workplace = workplace
        self.port = free_port()
        self.node = workplace.node(next_hop=workplace.next_hop())
        self.node.set("dns.servers", self.name_server.address)
        self.node.set("filtering.check-private-addresses", "true")
        self.set(port=self.port, permitted_networks="127.0.0.0/8", time_limit_seconds=5, **settings)
        self.set(enabled="true")
        self.servers = 0

    def set(self, **settings):
        for name, value in settings.items():
            self.node.set("callback." + name.replace("_", "-"), str(value))

    def stranger(self, domain, answer=lambda address: None, starts=True, **options):
        """A domain with a mail server of its own."""
        self.servers += 1
        address = f"127.0.9.{self.servers}"
        self.name_server.add(domain, MX, f"mx.{domain}")
        self.name_server.add(f"mx.{domain}", A, address)
        server = AskedServer(answer, host=address, port=self.port, **options)
        if starts:
            server.start()
            self.workplace.at_end(server.stop)
        return server

    def send(self, sender, recipients=("you@example.com",), **options):
        with SMTPClient(self.node.smtp_port, **options) as client:
            client.hello()
            content = f"From: {sender or 'someone@example.net'}\r\nTo: you@example.com\r\nSubject: call-back\r\n\r\nhello\r\n"
            return client.send_message(sender, list(recipients), content.encode())[0]

    def newest(self):
        wait_until(lambda: self.node.messages(), 20, "a row in the log")
        return self.node.message(self.node.messages()[0]["message"])

    def finding(self):
        """What call-back verification says of the newest message; `None`: nothing."""
        found = [finding for finding in self.newest()["judgement"]["findings"] if finding["check"] == "callback"]
        assert len(found) <= 1
        return found[0] if found else None


@pytest.fixture
def world(workplace):
    return World(workplace)


def test_a_sender_that_is_accepted_is_asked_about_once_and_never_gets_mail(world):
    server = world.stranger("good.example")
    for _ in range(2):
        assert world.send("someone@good.example").code == 250
    assert server.asked == ["someone@good.example"]
    assert not server.messages
    finding = world.finding()
    assert finding["outcome"] == "notFound" and "(remembered)" in finding["text"]["en"]


def test_a_refused_sender_counts_or_is_refused_as_the_settings_say(world):
    server = world.stranger("bad.example", lambda address: NOBODY)
    assert world.send("nobody@bad.example").code == 250
    finding = world.finding()
    assert (finding["outcome"], finding["score"]) == ("found", "3.0")
    assert NOBODY in finding["text"]["en"] and "does not exist" in finding["text"]["en"]
    world.set(action="reject")
    reply = world.send("nobody@bad.example")
    assert reply.code == 550 and "nobody@bad.example" in reply.text
    assert "no such user here" not in reply.text, "the other server's words are for administrators"
    assert server.asked == ["nobody@bad.example"], "a refusal is remembered"


@pytest.mark.parametrize("reply, words", [
    ("450 4.2.1 busy", "450 4.2.1 busy"), ("451 4.7.1 greylisted", "greylisted"), ("421 4.3.2 closing", "421"),
    ("550 5.7.1 your host is on a list", "5.7.1"), (NextHop.CLOSE, "closed"),
], ids=["450", "greylisting", "421", "policy", "close"])
def test_what_is_no_refusal_of_the_sender_never_counts(world, reply, words):
    world.set(action="reject")
    server = world.stranger("unsure.example", lambda address: reply)
    for _ in range(2):
        assert world.send("someone@unsure.example").code == 250
    finding = world.finding()
    assert finding["outcome"] == "undecided" and finding["score"] == "0.0"
    assert words in finding["text"]["en"]
    assert server.asked == ["someone@unsure.example"], "left in peace for a while"


def test_a_server_that_takes_no_null_sender_says_nothing_of_the_sender(world):
    world.set(action="reject")
    server = world.stranger("strict.example")
    server.mail_reply = lambda path: None if path else "550 5.7.1 no null senders"
    assert world.send("someone@strict.example").code == 250
    finding = world.finding()
    assert finding["outcome"] == "undecided" and "does not take MAIL FROM:<>: 550 5.7.1 no null senders" in finding["text"]["en"]
    # Named an address, it answers.
    world.set(sender="postmaster@example.com")
    assert world.send("other@strict.example").code == 250
    assert server.asked == ["other@strict.example"] and world.finding()["outcome"] == "notFound"


def test_servers_that_are_away_or_silent_hold_mail_up_no_longer_than_the_limit(world):
    world.set(action="reject", time_limit_seconds=1)
    world.stranger("away.example", starts=False)
    assert world.send("someone@away.example").code == 250
    assert "could not be asked" in world.finding()["text"]["en"]
    gate = threading.Event()
    silent = world.stranger("silent.example", lambda address: gate.wait(60) and None)
    world.workplace.at_end(gate.set)
    assert world.send("someone@silent.example").code == 250
    assert "no answer within 1 s" in world.finding()["text"]["en"]
    assert world.send("other@silent.example").code == 250
    assert "(remembered)" in world.finding()["text"]["en"] and silent.asked == ["someone@silent.example"]


def test_a_domain_without_mail_servers_or_dns_that_is_silent_is_undecided(world):
    world.set(action="reject", time_limit_seconds=2)
    assert world.send("someone@nowhere.example").code == 250
    assert "does not exist" in world.finding()["text"]["en"] and world.finding()["outcome"] == "undecided"
    world.node.set("sender-authentication.spf", "false")
    world.name_server.is_silent = True
    assert world.send("someone@other.example").code == 250
    assert world.finding()["outcome"] == "undecided"


def test_strangers_cannot_make_the_gateway_connect_inside(world):
    server = world.stranger("inside.example")
    world.name_server.add("gate.example", MX, "mx.gate.example")
    world.name_server.add("mx.gate.example", A, "127.0.0.1")
    world.set(permitted_networks="")
    assert world.send("someone@inside.example").code == 250
    assert "127.0.9.1, and 127.0.9.1 is no public address" in world.finding()["text"]["en"]
    assert server.sessions == 0
    # Nor itself, whatever is permitted.
    world.set(permitted_networks="127.0.0.0/8", port=world.node.smtp_port)
    assert world.send("someone@gate.example").code == 250
    assert "this gateway itself" in world.finding()["text"]["en"]


def test_who_is_not_asked_about(world):
    server = world.stranger("good.example", lambda address: NOBODY)
    world.set(action="reject")
    assert world.send("").code == 250, "the null sender"
    assert world.send("someone@example.com").code == 250, "a sender of one of our domains"
    assert world.finding() is None
    world.node.run_command("list", "add", "allow", "sender", "friend@good.example")
    assert world.send("friend@good.example").code == 250
    world.set(excepted_domains="good.example")
    assert world.send("someone@mail.good.example").code == 250
    assert world.send("someone@good.example").code == 250
    world.set(excepted_domains="")
    assert server.asked == []


def test_mail_that_spf_or_dmarc_vouches_for_is_not_asked_about_as_the_settings_say(world):
    world.set(action="reject")
    server = world.stranger("spf.example", lambda address: NOBODY)
    world.name_server.add("spf.example", TXT, "v=spf1 ip4:127.0.0.1 -all")
    world.set(skip_spf_pass="true")
    assert world.send("someone@spf.example").code == 250 and server.asked == []
    world.set(skip_spf_pass="false")
    assert world.send("someone@spf.example").code == 550
    server = world.stranger("dmarc.example", lambda address: NOBODY)
    world.name_server.add("dmarc.example", TXT, "v=spf1 ip4:127.0.0.1 -all")
    world.name_server.add("_dmarc.dmarc.example", TXT, "v=DMARC1; p=reject")
    assert world.send("other@dmarc.example").code == 250 and server.asked == []
    world.set(skip_dmarc_pass="false")
    assert world.send("third@dmarc.example").code == 550


def test_trusted_networks_are_not_asked_about_even_when_their_mail_is_checked(world):
    world.set(action="reject")
    server = world.stranger("good.example", lambda address: NOBODY)
    world.node.set("relay.trusted-networks", "127.0.0.8")
    world.node.set("filtering.check-trusted-networks", "true")
    assert world.send("third@good.example", source="127.0.0.8").code == 250
    assert server.asked == []


def test_while_it_is_off_nobody_is_asked(world):
    server = world.stranger("bad.example", lambda address: NOBODY)
    world.set(enabled="false")
    assert world.send("nobody@bad.example").code == 250
    assert world.finding() is None and server.sessions == 0


def test_a_domain_that_does_not_want_it_is_left_out(world):
    world.set(action="reject")
    server = world.stranger("bad.example", lambda address: NOBODY)
    world.node.add_domain("other.example", world.workplace.next_hop().address)
    node = world.node
    node._wait_for_revision(node.run_command("settings", "set", "--domain", "other.example", "domain.sender-callback", "false"))
    assert world.send("nobody@bad.example", ["you@other.example"]).code == 250
    assert server.asked == []
    assert world.send("nobody@bad.example", ["you@example.com"]).code == 550
    assert world.send("nobody@bad.example", ["you@other.example", "you@example.com"]).code == 250
    details = world.newest()
    assert {row["address"]: row["state"] for row in details["recipients"]}["you@other.example"] != "quarantine"
    assert {row["address"]: row["state"] for row in details["recipients"]}["you@example.com"] == "quarantine"


def test_a_host_is_asked_few_questions_at_once(world):
    gate = threading.Event()
    world.workplace.at_end(gate.set)
    world.set(time_limit_seconds=60, questions_per_host=1)
    server = world.stranger("slow.example", lambda address: gate.wait(100) and None)
    waiting = threading.Thread(target=world.send, args=("first@slow.example",))
    waiting.start()
    wait_until(lambda: server.asked, 30, "the first question")
    assert world.send("second@slow.example").code == 250
    assert "too many questions" in world.finding()["text"]["en"]
    gate.set()
    waiting.join(60)
    assert world.send("second@slow.example").code == 250
    assert server.asked == ["first@slow.example", "second@slow.example"]


def test_command_and_api_show_the_dialogue(world):
    world.stranger("bad.example", lambda address: NOBODY if address.startswith("nobody@") else None)
    with pytest.raises(CommandFailed):
        world.node.run_command("callback", "test", "nobody@bad.example")
    key = world.node.run_command("api-key", "create", "callback", "--access", "full", json_output=False).strip()
    api = APIClient(world.node, key)
    found = api.send("POST", "/callback/verify", {"address": "nobody@bad.example"}).document
    assert found["answer"] == "refused" and found["reply"] == NOBODY
    assert found["server"] == f"mx.bad.example[127.0.9.1]:{world.port}"
    lines = [line.split(" ", 1)[1] for line in found["dialogue"].splitlines() if line[:1].isdigit()]
    assert "C: MAIL FROM:<>" in lines and "C: RCPT TO:<nobody@bad.example>" in lines and f"S: {NOBODY}" in lines
    assert not any("DATA" in line for line in lines)
    assert world.node.run_command("callback", "test", "someone@bad.example")["answer"] == "accepted"
    assert api.send("POST", "/callback/verify", {"address": "someone@example.com"}).status == 422
    assert api.send("POST", "/callback/verify", {"address": "nonsense"}).status == 422
    metrics = world.node.web("/metrics")[1]
    assert 'securitygateway_callback_questions_total{answer="refused"} 2' in metrics
    assert "sender.verify" in [row["action"] for row in world.node.run_command("audit", "list")["items"]]


@pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")
def test_it_is_set_up_and_tried_in_the_browser(world):
    world.stranger("bad.example", lambda address: NOBODY)
    node = world.node
    browser = browsers.Browser(node, world.workplace.folder / "screenshots")
    world.workplace.at_end(browser.close)
    browser.open("/sign-in")
    browser.fill(name=node.administrator, password=node.password)
    browser.submit("main [name='password']")
    for language in ("en", "ja"):
        browser.open("/account")
        browser.fill(language=language)
        browser.submit("main [name='language']")
        browser.open("/settings/callback")
        assert browser.language == language
        browser.fill(address="nobody@bad.example")
        browser.submit("main [name='address']")
        assert NOBODY in browser.text and "MAIL FROM:<>" in browser.text
        browser.picture("callback")
        browser.fill(address="no address")
        browser.submit("main [name='address']")
        assert browser.find(".is-invalid")
    browser.open("/settings/callback")
    browser.fill_control(browser.find("[name='setting.action']"), "reject")
    browser.submit("main [name='setting.action']")
    assert world.send("nobody@bad.example").code == 550
    wait_until(lambda: node.messages("--result", "refused"), 20, "a refused message in the log")
    browser.open("/messages?result=refused")
    browser.press("table.message-rows a")
    assert NOBODY in browser.text
    browser.picture("callback-message")
    assert not [complaint for complaint in browser.complaints() if "422" not in complaint]
