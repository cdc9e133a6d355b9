"""Recipients verified by call-forward, against mail servers that are well, slow, away, broken or too friendly."""

import re
import socket
import threading

import pytest

from kit import browser as browsers
from kit.api import APIClient
from kit.next_hop import NextHop
from kit.node import CommandFailed
from kit.processes import wait_until
from kit.smtp import SMTPClient

NOBODY = "550 5.1.1 no such user here"


@pytest.fixture(scope="module")
def node(shared_workplace):
    node = shared_workplace.node(domain="example.com", next_hop=shared_workplace.next_hop())
    # What is refused is one session's many errors.
    node.set("reception.maximum-errors", 10_000)
    return node


class AskedServer(NextHop):
    """Notes whom it is asked about; `answer` says what it replies, by the address."""

    def __init__(self, answer=lambda address: None, **options):
        super().__init__(**options)
        self.asked = []
        self.answer = answer
        self.recipient_reply = self._note

    def _note(self, address):
        self.asked.append(address)
        return self.answer(address)


@pytest.fixture
def make_domain(node, request):
    """Makes a domain of its own for a test, verified by call-forward at a mail server."""
    name = re.sub("[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[-50:].strip("-") + ".example"
    servers = []

    def make(server, security=None):
        servers.append(server.start())
        node.add_domain(name, server.address + (f",tls={security}" if security else ""))
        set_policy(node, name, "call-forward")
        return name

    yield make
    for server in servers:
        server.stop()


def set_policy(node, domain, policy):
    node._wait_for_revision(node.run_command("settings", "set", "--domain", domain, "domain.recipients", policy))


def rcpt(node, *recipients):
    """The replies to RCPT, in one session."""
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        client.command("MAIL FROM:<someone@example.net>")
        replies = [client.command(f"RCPT TO:<{recipient}>") for recipient in recipients]
        client.quit()
        return replies


def told(reply):
    return f"{reply.code} {reply.text.split(' ')[0]}"


def refusing_unknown(*known):
    return lambda address: None if address.split("@")[0] in known else NOBODY


# Well


def test_the_mail_server_says_who_exists_and_is_asked_once(node, make_domain):
    server = AskedServer(refusing_unknown("someone"))
    domain = make_domain(server)
    for _ in range(2):
        replies = rcpt(node, f"someone@{domain}", f"nobody@{domain}", f"SomeOne@{domain}")
        assert [told(reply) for reply in replies] == ["250 2.1.5", "550 5.1.1", "250 2.1.5"]
        # The client learns no more than from the gateway's own list.
        assert "no such user here" not in replies[1].text
    guessed = [address for address in server.asked if address not in (f"someone@{domain}", f"nobody@{domain}")]
    assert server.asked.count(f"someone@{domain}") == server.asked.count(f"nobody@{domain}") == 1
    assert len(guessed) <= 1, "one address at random"
    assert not server.messages


def test_who_is_known_here_is_not_asked_about(node, make_domain):
    server = AskedServer(lambda address: NOBODY)
    domain = make_domain(server)
    node.run_command("domain", "recipient", "add", domain, "listed")
    node.run_command("user", "add", f"user@{domain}", "--alias", f"alias@{domain}")
    replies = rcpt(node, f"listed@{domain}", f"user@{domain}", f"alias@{domain}", f"postmaster@{domain}", f"other@{domain}")
    assert [reply.code for reply in replies] == [250, 250, 250, 250, 550]
    assert server.asked == [f"other@{domain}"]


def test_a_message_goes_to_who_was_verified_and_the_log_says_by_what(node, make_domain):
    server = AskedServer(refusing_unknown("someone"))
    domain = make_domain(server)
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, accepted = client.send_message("a@example.net", [f"nobody@{domain}", f"someone@{domain}"], b"Subject: verified\r\n\r\nhello\r\n")
        assert reply.code == 250 and accepted == [f"someone@{domain}"]
        client.quit()
    server.wait_for(1)
    details = node.message(node.messages("--recipient", f"nobody@{domain}")[0]["message"])
    assert f"someone@{domain} accepted by mail server 127.0.0.1[127.0.0.1]:{server.port}: 250 2.1.5 ok" in details["reason"]
    [refused] = [recipient for recipient in details["recipients"] if recipient["address"] == f"nobody@{domain}"]
    assert refused["reason"].startswith("550 5.1.1 ") and NOBODY in refused["reason"]


def test_other_mail_servers_are_asked_anew(node, make_domain):
    server = AskedServer(lambda address: NOBODY)
    domain = make_domain(server)
    assert rcpt(node, f"someone@{domain}")[0].code == 550
    with AskedServer() as other:
        node.run_command("domain", "change", domain, "--mail-server", other.address)
        wait_until(lambda: rcpt(node, f"someone@{domain}")[0].code == 250, 20, "the new server is asked")


def test_a_bounce_is_verified_too(node, make_domain):
    domain = make_domain(AskedServer(lambda address: NOBODY))
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        assert client.command("MAIL FROM:<>").is_positive
        assert told(client.command(f"RCPT TO:<nobody@{domain}>")) == "550 5.1.1"


# Undecided


@pytest.mark.parametrize("reply", ["450 4.2.1 busy", "451 4.7.1 greylisted", "421 4.3.2 closing", "530 5.7.0 sign in first", NextHop.CLOSE],
                         ids=["450", "451", "421", "530", "close"])
def test_what_is_no_statement_on_the_recipient_is_answered_451(node, make_domain, reply):
    server = AskedServer(lambda address: reply)
    domain = make_domain(server)
    assert told(rcpt(node, f"someone@{domain}")[0]) == "451 4.3.0"
    # It is not remembered: the next try finds a server that is well again.
    server.answer = lambda address: None
    assert rcpt(node, f"someone@{domain}")[0].code == 250


@pytest.mark.parametrize("reply", ["550 5.7.1 no null senders", "450 4.3.0 later"], ids=["550", "450"])
def test_a_refused_sender_is_no_statement_and_another_sender_can_be_set(node, make_domain, reply):
    server = AskedServer()
    server.mail_reply = reply
    domain = make_domain(server)
    assert told(rcpt(node, f"someone@{domain}")[0]) == "451 4.3.0"
    assert server.asked == []


def test_servers_that_are_away_are_answered_451_until_they_are_back(node, make_domain):
    server = AskedServer()
    domain = make_domain(server)
    server.stop()
    assert told(rcpt(node, f"someone@{domain}")[0]) == "451 4.3.0"
    server.start()
    wait_until(lambda: rcpt(node, f"someone@{domain}")[0].code == 250, 30, "the server is asked again")


def test_the_second_server_is_asked_when_the_first_is_away(node, make_domain):
    away = NextHop()
    server = AskedServer(refusing_unknown("someone"))
    domain = make_domain(server)
    node.run_command(
        "domain", "change", domain, "--mail-server", f"{away.address},priority=5", "--mail-server", f"{server.address},priority=20")
    assert [reply.code for reply in rcpt(node, f"someone@{domain}", f"nobody@{domain}")] == [250, 550]


def test_a_slow_server_keeps_the_client_no_longer_than_the_limit(node, make_domain):
    come_back = threading.Event()
    server = AskedServer(lambda address: come_back.wait(120) and None)
    domain = make_domain(server)
    node.set("user-verification.time-limit-seconds", 1)
    try:
        # That the reply comes at all, while the server is still silent, is the limit at work.
        assert told(rcpt(node, f"someone@{domain}")[0]) == "451 4.3.0"
        assert not come_back.is_set()
    finally:
        come_back.set()
        node.reset("user-verification.time-limit-seconds")
    wait_until(lambda: rcpt(node, f"someone@{domain}")[0].code == 250, 30, "the server is asked again")


class Garbage(NextHop):
    """Speaks something else."""

    def _serve(self, connection):
        with connection:
            try:
                connection.sendall(b"\x16\x03\x01 HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(range(256)) * 40)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1000)
            except OSError:
                pass  # the other side has had enough


def test_garbage_is_answered_451(node, make_domain):
    domain = make_domain(Garbage())
    assert told(rcpt(node, f"someone@{domain}")[0]) == "451 4.3.0"


def test_without_the_tls_that_is_required_nobody_is_asked(node, make_domain):
    server = AskedServer()
    domain = make_domain(server, security="required")
    assert told(rcpt(node, f"someone@{domain}")[0]) == "451 4.3.0"
    assert server.asked == []


def test_undecided_recipients_are_accepted_where_that_is_wanted(node, make_domain):
    domain = make_domain(AskedServer(lambda address: "450 4.2.1 busy"))
    node.set("user-verification.undecided", "accept")
    try:
        assert rcpt(node, f"someone@{domain}")[0].code == 250
    finally:
        node.reset("user-verification.undecided")


# Floods


def test_a_flood_of_guessed_addresses_is_none_at_the_mail_server(node, make_domain):
    server = AskedServer(lambda address: NOBODY)
    domain = make_domain(server)
    node.set("user-verification.questions-per-minute", 20)
    try:
        codes = [reply.code for reply in rcpt(node, *(f"guess{number}@{domain}" for number in range(200)))]
        assert set(codes) == {550, 451}
        # A busy machine may need more than a second for them, in which more may be asked; never as many as were guessed.
        assert codes.count(550) == len(server.asked) < 100
        assert rcpt(node, f"guess0@{domain}")[0].code == 550, "what is known is known"
    finally:
        node.reset("user-verification.questions-per-minute")


def test_few_are_asked_at_once_and_the_same_is_asked_once(node, make_domain):
    go_on = threading.Event()
    server = AskedServer(lambda address: go_on.wait(120) and None)
    domain = make_domain(server)
    node.set("user-verification.simultaneous-questions", 2)
    node.set("user-verification.time-limit-seconds", 60)
    replies = {}

    def ask(number, address):
        replies[number] = rcpt(node, address)[0].code

    try:
        same = [threading.Thread(target=ask, args=(number, f"same@{domain}")) for number in range(5)]
        for thread in same:
            thread.start()
        wait_until(lambda: len(server.asked) == 1, 30, "the first question")
        other = threading.Thread(target=ask, args=("other", f"other@{domain}"))
        other.start()
        wait_until(lambda: len(server.asked) == 2, 30, "the second question")
        assert told(rcpt(node, f"third@{domain}")[0]) == "451 4.3.0"
        go_on.set()
        for thread in [*same, other]:
            thread.join(120)
        assert set(replies.values()) == {250}
        assert server.asked.count(f"same@{domain}") == 1
    finally:
        go_on.set()
        node.reset("user-verification.simultaneous-questions")
        node.reset("user-verification.time-limit-seconds")


# A server that says yes to everything


def test_a_server_that_accepts_everything_is_noticed_and_mail_goes_on(node, make_domain):
    server = AskedServer()
    domain = make_domain(server)
    assert rcpt(node, f"someone@{domain}")[0].code == 250

    def warned():
        parts = {part["name"]: part for part in node.status()["health"]["parts"]}
        return domain in parts.get("user-verification", {}).get("detail", {}).get("en", "") and parts["user-verification"]

    wait_until(warned, 30, "the health warns")
    assert warned()["isWorking"] and warned()["isWarning"]
    assert node.web("/health")[0] == 200
    wait_until(lambda: "accepts every address of the domain" in node.log_tail(400), 10, "the log warns")
    assert node.run_command("domain", "verify", f"someone@{domain}")["standing"]["acceptsEverything"] is True
    assert rcpt(node, f"anyone@{domain}")[0].code == 250
    node.run_command("domain", "forget-answers", domain)
    wait_until(lambda: not warned(), 10, "no warning any more")


# Asking now, forgetting


def test_an_address_is_asked_about_by_command(node, make_domain):
    server = AskedServer(refusing_unknown("someone"))
    domain = make_domain(server)
    found = node.run_command("domain", "verify", f"someone@{domain}")
    assert (found["answer"], found["decision"], found["listing"]) == ("accepted", "accept", "unlisted")
    assert found["server"] == f"127.0.0.1[127.0.0.1]:{server.port}" and found["standing"]["acceptsEverything"] is False
    with pytest.raises(CommandFailed) as failure:
        node.run_command("domain", "verify", f"nobody@{domain}")
    assert '"answer":"refused"' in failure.value.result.stdout.replace(" ", "") and failure.value.result.returncode == 1
    with pytest.raises(CommandFailed, match="is not an address|There is no domain"):
        node.run_command("domain", "verify", "someone@elsewhere.example")
    assert not server.messages


def test_answers_are_forgotten_by_command(node, make_domain):
    server = AskedServer(lambda address: NOBODY)
    domain = make_domain(server)
    assert rcpt(node, f"new@{domain}", f"other@{domain}")[0].code == 550
    server.answer = lambda address: None
    assert rcpt(node, f"new@{domain}")[0].code == 550
    assert node.run_command("domain", "forget-answers", domain, "new") == {"count": 1}
    assert [reply.code for reply in rcpt(node, f"new@{domain}", f"other@{domain}")] == [250, 550]
    assert node.run_command("domain", "forget-answers", domain) == {"count": 2}
    assert rcpt(node, f"other@{domain}")[0].code == 250


def test_the_api_asks_and_forgets(node, make_domain):
    domain = make_domain(AskedServer(refusing_unknown("someone")))
    key = node.run_command("api-key", "create", "verification", "--access", "full", json_output=False).strip()
    client = APIClient(node, key)
    answer = client.send("POST", f"/domains/{domain}/verification/verify", {"address": "nobody"})
    assert answer.status == 200 and answer.document["answer"] == "refused" and answer.document["decision"] == "refuse"
    standing = client.send("GET", f"/domains/{domain}/verification").document
    assert (standing["rememberedAccepted"], standing["rememberedRefused"]) == (0, 1)
    assert client.send("POST", f"/domains/{domain}/verification/forget", {"address": "nobody"}).document == {"count": 1}
    assert client.send("POST", f"/domains/{domain}/verification/verify", {"address": "a@b.example"}).status == 422


@pytest.mark.skipif(not browsers.is_installed(), reason="chromium and chromium-driver are not installed")
@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_address_is_asked_about_in_the_browser(node, make_domain, shared_workplace, language):
    domain = make_domain(AskedServer(refusing_unknown("someone")))
    browser = browsers.Browser(node, shared_workplace.folder / "screenshots")
    try:
        browser.open("/sign-in")
        browser.fill(name=node.administrator, password=node.password)
        browser.submit("main [name='password']")
        browser.open("/account")
        browser.fill(language=language)
        browser.submit("main [name='language']")
        browser.open(f"/domains/{domain}/verification")
        assert browser.language == language
        browser.fill(address="nobody")
        browser.submit("main [name='address']")
        assert NOBODY in browser.text and "550 5.1.1" in browser.text
        browser.picture("verification")
        browser.submit("main form[action$='/forget']")
        assert {"en": "Answers forgotten: 1", "ja": "1 件の回答を消去しました"}[language] in browser.text
        assert browser.complaints() == []
    finally:
        browser.close()


def test_what_was_asked_is_counted(node, make_domain):
    domain = make_domain(AskedServer(lambda address: NOBODY))
    before = figures(node)
    rcpt(node, f"a@{domain}", f"a@{domain}")
    after = figures(node)
    grown = {name for name, value in after.items() if value > before.get(name, 0)}
    assert 'securitygateway_verification_questions_total{answer="refused"}' in grown
    assert 'securitygateway_verification_remembered_total{answer="refused"}' in grown


def figures(node):
    lines = [line for line in node.web("/metrics")[1].splitlines() if line.startswith("securitygateway_verification_")]
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}
