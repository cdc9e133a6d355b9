"""ClamAV, SpamAssassin and Rspamd look at mail: their real daemons, with rules of the tests' own."""

import base64

import pytest

from kit.engines import EICAR, SPAM_WORDS, ClamAV, Rspamd, SpamAssassin
from kit.node import CommandFailed
from kit.processes import free_port, wait_until
from kit.smtp import SMTPClient


def set_up(node, engine, **values):
    """The engine in force, and found by the node."""
    for name, value in {"server": engine.address, "pause": 1, **values}.items():
        node.set(f"{engine.name}.{name}", value)
    node.set(f"{engine.name}.enabled", "true")
    wait_until(lambda: health(node, engine.name)["health"] == "working", 30, lambda: f"it is found: {health(node, engine.name)}")


def health(node, name):
    return next(engine for engine in node.run_command("engines", "status")["items"] if engine["engine"] == name)


@pytest.fixture
def node(workplace):
    return workplace.node(next_hop=workplace.next_hop())


def engine(workplace, kind, **options):
    daemon = kind(workplace.folder / kind.name, **options)
    workplace.at_end(daemon.stop)
    return daemon.start()


def plain(text, subject="A subject"):
    return f"From: someone@example.net\r\nTo: you@example.com\r\nSubject: {subject}\r\n\r\n{text}\r\n".encode()


def with_attachment(content, size=0):
    encoded = base64.encodebytes(content + b"\0" * size).replace(b"\n", b"\r\n")
    return (b"From: someone@example.net\r\nTo: you@example.com\r\nSubject: A file\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: application/octet-stream; name=file.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded)


def send(node, content, recipient="you@example.com"):
    with SMTPClient(node.smtp_port, hello="client.example.net") as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", [recipient], content)
        return reply


def judged(node, count):
    """The newest message, once there are `count` in the log."""
    wait_until(lambda: len(node.messages()) >= count, 20, f"{count} messages in the log")
    return node.message(node.messages()[0]["message"])


def finding(details, check):
    found = [each for each in details["judgement"]["findings"] if each["check"] == check]
    assert len(found) == 1, details["judgement"]
    return found[0]


@pytest.mark.parametrize("uses_socket", [False, True], ids=["tcp", "local socket"])
def test_a_virus_is_kept_for_administrators_or_refused(workplace, node, uses_socket):
    set_up(node, engine(workplace, ClamAV, uses_socket=uses_socket))
    node.set("quarantine.dangerous-mail", "user")
    assert send(node, plain("hello")).code == 250
    clean = finding(judged(node, 1), "clamav")
    assert clean["outcome"] == "notFound" and clean["microseconds"] > 0
    assert send(node, with_attachment(EICAR)).code == 250
    details = judged(node, 2)
    assert details["result"] == "quarantine" and details["judgement"]["verdict"] == "quarantine"
    assert "Test.EICAR" in finding(details, "clamav")["text"]["en"]
    [kept] = node.run_command("quarantine", "list")["items"]
    assert kept["kind"] == "administrator", "whatever is set for dangerous mail"
    node.set("clamav.action", "reject")
    reply = send(node, with_attachment(EICAR))
    assert reply.code == 550 and "Test.EICAR" in reply.text
    # Content that is not kept in memory is read from its file.
    reply = send(node, with_attachment(EICAR, size=4 << 20))
    assert reply.code == 550 and "Test.EICAR" in reply.text
    state = health(node, "clamav")
    assert state["health"] == "working" and state["answered"] == 4 and state["version"].startswith("ClamAV")


def test_a_virus_from_inside_is_found_too(workplace, node):
    set_up(node, engine(workplace, ClamAV), action="reject")
    node.set("relay.trusted-networks", "127.0.0.0/8")
    assert send(node, with_attachment(EICAR), recipient="someone@foreign.example").code == 550
    node.set("clamav.scan-own-mail", "false")
    assert send(node, with_attachment(EICAR), recipient="someone@foreign.example").code == 250


def test_a_message_larger_than_the_limits_passes_or_is_held(workplace, node):
    set_up(node, engine(workplace, ClamAV, largest="1M"), **{"maximum-megabytes": 4})
    # Above the daemon's own limit, then above that of the settings.
    for count, size in ((1, 2 << 20), (2, 6 << 20)):
        assert send(node, with_attachment(b"x", size)).code == 250
        details = judged(node, count)
        assert details["result"] == "accepted" and "larger" in finding(details, "clamav")["text"]["en"], details["judgement"]
    node.set("clamav.when-too-large", "hold")
    assert send(node, with_attachment(b"x", 6 << 20)).code == 250
    assert judged(node, 3)["result"] == "quarantine"
    assert health(node, "clamav")["health"] == "working"


def test_what_happens_while_an_engine_is_away(workplace, node):
    daemon = engine(workplace, ClamAV)
    set_up(node, daemon)
    daemon.stop()
    assert send(node, plain("passes")).code == 250
    details = judged(node, 1)
    assert details["result"] == "accepted" and finding(details, "clamav")["outcome"] == "undecided"
    node.set("clamav.when-away", "refuse")
    reply = send(node, plain("later"))
    assert reply.code == 451 and "ClamAV" in reply.text
    node.set("clamav.when-away", "hold")
    assert send(node, plain("held")).code == 250
    assert judged(node, 3)["result"] == "quarantine"
    [kept] = node.run_command("quarantine", "list")["items"]
    assert kept["kind"] == "administrator"
    wait_until(lambda: health(node, "clamav")["health"] == "paused", 30, lambda: health(node, "clamav"))
    status = node.run_command("status")
    part = next(part for part in status["health"]["parts"] if part["name"] == "engine-clamav")
    assert part["isWarning"] and status["health"]["isWorking"], "the node is well without it"
    assert 'securitygateway_engine_away{engine="clamav"} 1' in node.web("/metrics")[1]
    daemon.start()
    wait_until(lambda: health(node, "clamav")["health"] == "working", 60, lambda: health(node, "clamav"))
    assert send(node, plain("looked at")).code == 250
    assert finding(judged(node, 4), "clamav")["outcome"] == "notFound"
    assert 'securitygateway_engine_away{engine="clamav"} 0' in node.web("/metrics")[1]


def test_a_hanging_engine_costs_a_few_messages_their_time_and_the_others_none(workplace, node):
    daemon = engine(workplace, ClamAV)
    set_up(node, daemon, **{"time-limit": 1, "pause": 600})
    daemon.pause()
    for count in range(1, 4):
        assert send(node, plain(f"message {count}")).code == 250
        assert finding(judged(node, count), "clamav")["outcome"] == "undecided"
    # Three may be slow messages; a look that is not answered says that it is the engine.
    wait_until(lambda: health(node, "clamav")["health"] == "paused", 30, "the engine is given a pause")
    waited = count
    for count in range(waited + 1, waited + 5):
        assert send(node, plain(f"message {count}")).code == 250
        assert "paused" in finding(judged(node, count), "clamav")["text"]["en"]
    daemon.resume()
    assert node.run_command("engines", "try", "clamav")["isAnswering"]
    assert send(node, plain("again")).code == 250
    assert finding(judged(node, count + 1), "clamav")["outcome"] == "notFound"


def test_trying_a_connection(workplace, node):
    daemon = engine(workplace, ClamAV)
    node.set("clamav.server", daemon.address)
    answer = node.run_command("engines", "try", "clamav")
    assert answer["isAnswering"] and answer["version"].startswith("ClamAV"), "also before it is enabled"
    node.set("spamassassin.server", f"127.0.0.1:{free_port()}")
    with pytest.raises(CommandFailed, match="does not answer"):
        node.run_command("engines", "try", "spamassassin")
    # The scanner's port is none of Rspamd's.
    node.set("rspamd.server", daemon.address)
    with pytest.raises(CommandFailed, match="does not answer"):
        node.run_command("engines", "try", "rspamd")
    assert [row["action"] for row in node.run_command("audit", "list")["items"]].count("engine.try") == 3


def test_spamassassin_gives_its_score_with_the_names_of_its_rules(workplace, node):
    set_up(node, engine(workplace, SpamAssassin))
    assert send(node, plain("hello")).code == 250
    details = judged(node, 1)
    assert details["result"] == "accepted" and "TEST_RELAY" in finding(details, "spamassassin")["text"]["en"]
    assert "TEST_SENDER" in finding(details, "spamassassin")["text"]["en"], "it knows the envelope"
    assert send(node, plain(SPAM_WORDS)).code == 250
    details = judged(node, 2)
    found = finding(details, "spamassassin")
    assert details["result"] == "quarantine" and found["score"] == "7.5" and "TEST_WATCHES" in found["text"]["en"]
    node.set("spamassassin.percent", "50")
    assert send(node, plain(SPAM_WORDS)).code == 250
    assert finding(judged(node, 3), "spamassassin")["score"] == "3.8"
    assert send(node, plain("from an old friend")).code == 250
    assert finding(judged(node, 4), "spamassassin")["score"] == "0.0", "negative scores do not count by default"
    node.set("spamassassin.count-negative", "true")
    assert send(node, plain("from an old friend")).code == 250
    assert finding(judged(node, 5), "spamassassin")["score"] == "-1.9"
    assert node.run_command("engines", "try", "spamassassin")["version"].startswith("SPAMD/")


def test_rspamd_gives_its_score_with_its_symbols_and_its_actions_are_heeded_if_wanted(workplace, node):
    set_up(node, engine(workplace, Rspamd))
    assert send(node, plain("hello")).code == 250
    details = judged(node, 1)
    found = finding(details, "rspamd")
    assert details["result"] == "accepted" and found["score"] == "0.2" and "TEST_ENVELOPE" in found["text"]["en"], "it knows the envelope"
    assert send(node, plain(SPAM_WORDS)).code == 250
    details = judged(node, 2)
    found = finding(details, "rspamd")
    assert details["result"] == "quarantine" and found["score"] == "6.6" and "TEST_WATCHES 6.4" in found["text"]["en"]
    node.set("rspamd.percent", "0")
    assert send(node, plain("please answer with reject.")).code == 250
    node.set("rspamd.heed-actions", "true")
    assert send(node, plain("please answer with reject.")).code == 550
    assert send(node, plain("please answer with soft reject.")).code == 451
    assert node.run_command("engines", "try", "rspamd")["version"].startswith("rspamd")


def test_all_engines_at_once(workplace, node):
    for kind in (ClamAV, SpamAssassin, Rspamd):
        set_up(node, engine(workplace, kind))
    assert send(node, plain(SPAM_WORDS)).code == 550, "the scores add up to more than 12.0"
    details = judged(node, 1)
    assert {finding(details, check)["outcome"] for check in ("spamassassin", "rspamd")} == {"found"}
    assert finding(details, "clamav")["outcome"] == "notFound"
    assert [health(node, name)["answered"] for name in ("clamav", "spamassassin", "rspamd")] == [1, 1, 1]
