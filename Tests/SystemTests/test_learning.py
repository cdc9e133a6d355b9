"""Bayesian learning: what is taught on any node is learned by the primary, and every node judges alike."""

import shutil

import pytest

from kit import firebird_server
from kit.cluster import Cluster
from kit.node import CommandFailed
from kit.processes import wait_until
from kit.smtp import SMTPClient

_spam_words = "casino winner lottery pills prize bonus loan debt offer guaranteed cheap money".split()
_ham_words = "minutes agenda review patch schedule kernel branch merge report lunch draft hotel".split()


def mail(number, is_spam, subject=None):
    words = _spam_words if is_spam else _ham_words
    text = " ".join(words[(number * step + step) % len(words)] for step in (1, 5, 7))
    subject = subject or f"{text} {number}"
    return (
        f"From: sender{number % 9}@example.net\r\nTo: you@example.com\r\nSubject: {subject}\r\n"
        f"Message-ID: <{'spam' if is_spam else 'ham'}{number}@example.net>\r\n\r\n{text} and number{number}\r\n{text}\r\n")


def folder(node, kind):
    return next(item["path"] for item in node.run_command("directory", "list")["items"] if item["name"] == f"bayes-{kind}")


def put(node, count, first=0):
    """So many samples of each kind, as an administrator would copy them."""
    for kind in ("spam", "ham"):
        for number in range(first, first + count):
            with open(f"{folder_of[node, kind]}/{number}.eml", "w", newline="") as file:
                file.write(mail(number, kind == "spam"))


folder_of = {}


def remember_folders(node):
    for kind in ("spam", "ham", "replication"):
        folder_of[node, kind] = folder(node, kind)


def runs(node):
    return node.run_command("bayes", "runs")["items"]


def learn(node, seconds=90):
    """A run that is asked for now, done."""
    before = {run["run"] for run in runs(node)}
    node.run_command("bayes", "learn", json_output=False)

    def new():
        return next((run for run in runs(node) if run["run"].startswith("manual-") and run["run"] not in before), None)

    wait_until(lambda: new() and new()["state"] == "done", seconds, lambda: f"learning is done: {runs(node)[:2]}")
    return new()


def wait_for_nights_run(node):
    """The one of this date begins at the start of the first node."""
    wait_until(lambda: [run["state"] for run in runs(node)] == ["done"], 60, lambda: f"the date's run is done: {runs(node)}")


def state(node):
    return node.run_command("bayes", "status")


def wait_for_generation(nodes, number, seconds=30):
    for node in nodes:
        wait_until(
            lambda: [member.get("generation") for member in state(node)["nodes"]] == [number] * len(nodes), seconds,
            lambda: f"all nodes use {number}: {state(node)['nodes']}")


def explain(node, path):
    return node.run_command("bayes", "explain", path)


def send(node, content, recipient="you@example.com"):
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("sender@example.net", [recipient], content.encode())
        client.quit()
    return reply


@pytest.fixture(scope="module")
def node(shared_workplace):
    node = shared_workplace.node(domain="example.com", next_hop=shared_workplace.next_hop())
    node.set("bayes.minimum-samples", "20")
    # With so few samples the classifier is never quite sure.
    node.set("bayes.scores", "0=-1.0,50=6.0")
    remember_folders(node)
    wait_for_nights_run(node)
    return node


def bayes_findings(node, subject):
    message = next(item for item in node.messages() if subject in item["subject"])
    findings = node.message(message["message"])["judgement"]["findings"]
    return message, [finding for finding in findings if finding["check"] == "bayes"]


def test_files_are_learned_and_mail_is_judged_by_them(node, tmp_path):
    assert state(node)["isJudging"] is False
    send(node, mail(1000, True, subject="before anything is learned"))
    assert bayes_findings(node, "before anything is learned")[1] == []
    put(node, 40)
    (tmp_path / "nothing").write_text("")
    shutil.copy(tmp_path / "nothing", f"{folder_of[node, 'ham']}/empty.eml")
    run = learn(node)
    assert (run["learned"], run["setAside"], run["left"]) == (80, 1, 0), run
    status = state(node)
    assert status["isJudging"] and (status["generation"]["ham"], status["generation"]["spam"]) == (40, 40)
    wait_for_generation([node], status["generation"]["number"])
    reply = send(node, mail(1001, True, subject="casino winner judged"))
    assert reply.is_positive
    message, [finding] = bayes_findings(node, "casino winner judged")
    assert message["result"] == "quarantine" and float(finding["score"]) > 0, finding
    assert "casino" in finding["text"]["en"] and finding["text"]["ja"].startswith("スパムの確率は")
    send(node, mail(1002, False, subject="minutes agenda judged"))
    message, [finding] = bayes_findings(node, "minutes agenda judged")
    assert message["result"] == "accepted" and float(finding["score"]) < 0, finding
    file = tmp_path / "spam.eml"
    file.write_text(mail(1003, True))
    explanation = explain(node, file)
    assert explanation["probability"] > 0.5 and explanation["evidence"][0]["token"]
    assert "spam probability" in node.run_command("bayes", "explain", file, json_output=False)


def test_what_is_taught_is_learned_once_corrected_and_unlearned(node, tmp_path):
    file = tmp_path / "taught.eml"
    file.write_text(mail(2000, True, subject="taught by command"))
    taught = node.run_command("bayes", "teach", "spam", file)
    assert taught["outcome"] == "waiting" and state(node)["waitingSpam"] == 1
    spam = state(node)["generation"]["spam"]
    learn(node)
    assert state(node)["generation"]["spam"] == spam + 1
    [entry] = node.run_command("bayes", "ledger", "--text", "taught by command")["items"]
    assert (entry["state"], entry["origin"], entry["kind"]) == ("learned", "command", "spam") and entry["actor"]
    assert node.run_command("bayes", "teach", "spam", file)["outcome"] == "known"
    node.run_command("bayes", "teach", "ham", file)
    assert learn(node)["corrected"] == 1
    assert state(node)["generation"]["spam"] == spam
    assert node.run_command("bayes", "unlearn", entry["sample"])["count"] == 1
    assert learn(node)["unlearned"] == 1
    assert node.run_command("bayes", "ledger", "--text", "taught by command")["items"] == []
    (tmp_path / "none").write_text("no message at all")
    with pytest.raises(CommandFailed):
        node.run_command("bayes", "teach", "spam", tmp_path / "none")


def test_mail_in_quarantine_is_taught_as_non_spam(node):
    send(node, mail(3000, True, subject="casino lottery kept for teaching"))
    kept = next(item for item in node.run_command("quarantine", "list")["items"] if "kept for teaching" in item["subject"])
    taught = node.run_command("bayes", "teach", "ham", "--message", kept["message"])
    assert taught["waiting"] == [kept["message"]]
    assert node.run_command("bayes", "explain", "--message", kept["message"])["probability"] > 0.5
    learn(node)
    [entry] = node.run_command("bayes", "ledger", "--text", "kept for teaching")["items"]
    assert (entry["kind"], entry["message"]) == ("ham", kept["message"])
    delivered = next(item for item in node.messages() if "minutes agenda judged" in item["subject"])
    refused = node.run_command("bayes", "teach", "ham", "--message", delivered["message"])["refused"]
    assert [item["message"] for item in refused] == [delivered["message"]]


def attached(*mails):
    parts = "".join(f"--b\r\nContent-Type: message/rfc822\r\n\r\n{text}\r\n" for text in mails)
    return f"From: user@example.com\r\nSubject: learn these\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n"


def test_mail_to_a_training_address_is_learned_and_not_delivered(node):
    node.set("bayes.spam-address", "learn-spam@example.com")
    both = attached(mail(4000, True, subject="forwarded one"), mail(4001, True, subject="forwarded two"))
    assert send(node, both, recipient="learn-spam@example.com").code == 550, "nobody from outside teaches"
    node.set("relay.trusted-networks", "127.0.0.0/8")
    try:
        reply = send(node, mail(4002, True), recipient="learn-spam@example.com")
        assert reply.code == 554 and "ttach" in reply.text
        reply = send(node, both, recipient="learn-spam@example.com")
        assert reply.code == 250, reply
    finally:
        node.reset("relay.trusted-networks")
    entries = node.run_command("bayes", "ledger", "--text", "forwarded")["items"]
    assert sorted(entry["subject"] for entry in entries) == ["forwarded one", "forwarded two"]
    assert {(entry["origin"], entry["kind"], entry["state"]) for entry in entries} == {("training", "spam", "waiting")}
    logged = node.message(entries[0]["message"])
    assert logged["recipients"][0]["state"] == "delivered" and not node.queue()
    assert learn(node)["learned"] == 2


def test_mail_the_other_checks_are_sure_of_is_taught_by_itself(node):
    node.set("bayes.automatic", "true")
    node.set("attachments.large-message-bytes", "1")
    node.set("attachments.large-message-score", "20.0")
    try:
        send(node, mail(4100, True, subject="surely spam"))
        wait_until(
            lambda: [entry["origin"] for entry in node.run_command("bayes", "ledger", "--text", "surely spam")["items"]] == ["automatic"],
            30, "it is taught")
    finally:
        for name in ("bayes.automatic", "attachments.large-message-bytes", "attachments.large-message-score"):
            node.reset(name)


def test_a_node_that_starts_judges_from_the_first_mail_on(node):
    number = state(node)["generation"]["number"]
    node.stop()
    node.start()
    send(node, mail(4200, True, subject="casino winner after the start"))
    assert len(bayes_findings(node, "casino winner after the start")[1]) == 1
    assert state(node)["generation"]["number"] == number


def test_lost_samples_stop_learning_until_an_administrator_goes_on_without(node):
    put(node, 2, first=4300)
    learn(node)
    before = state(node)["generation"]
    entries = len(node.run_command("bayes", "ledger", "--limit", "200")["items"])
    with open(f"{folder_of[node, 'replication']}/samples-{before['number']}.bayes", "r+b") as file:
        file.truncate(100)
    put(node, 1, first=4310)
    node.run_command("bayes", "learn", json_output=False)
    wait_until(lambda: runs(node)[0]["state"] == "stopped", 60, lambda: f"the run stops: {runs(node)[:2]}")
    assert f"samples-{before['number']}.bayes" in runs(node)[0]["cause"]
    assert state(node)["generation"] == before and len(node.run_command("bayes", "ledger", "--limit", "200")["items"]) == entries
    send(node, mail(4311, True, subject="casino winner still judged"))
    assert len(bayes_findings(node, "casino winner still judged")[1]) == 1
    node.run_command("bayes", "learn", "--begin-anew", json_output=False)
    wait_until(
        lambda: [run["state"] for run in runs(node) if run["run"].startswith("anew-")] == ["done"], 150,
        lambda: f"it goes on: {runs(node)[:3]}")
    # The generation before it could be read: what came with the last one is lost, but for the new files.
    assert state(node)["generation"]["ham"] == before["ham"] - 1
    wait_until(lambda: all(run["state"] == "done" for run in runs(node)), 150, lambda: f"all are done: {runs(node)[:3]}")


# A cluster


@pytest.fixture
def cluster(workplace):
    cluster = Cluster(workplace)
    first = cluster.first()
    for kind in ("ham", "spam", "replication"):
        shared = workplace.folder / f"shared-{kind}"
        shared.mkdir()
        first.set(f"directories.bayes-{kind}", shared)
        folder_of[first, kind] = shared
    first.set("bayes.minimum-samples", "20")
    first.stop()
    first.start()
    cluster.further()
    cluster.further()
    wait_for_nights_run(first)
    return cluster


needs_server = pytest.mark.skipif(not firebird_server.is_installed(), reason="the Firebird server is not installed")


@needs_server
def test_three_nodes_score_bit_identically_and_refuse_bad_snapshots(cluster, tmp_path):
    first, second, third = cluster.nodes
    put(first, 60)
    # Any node can be asked; the primary learns.
    learn(third)
    number = state(second)["generation"]["number"]
    wait_for_generation(cluster.nodes, number)
    files = []
    for place in range(12):
        files.append(tmp_path / f"{place}.eml")
        files[-1].write_text(mail(5000 + place, place % 2 == 0))
    for file in files:
        answers = [explain(node, file) for node in cluster.nodes]
        assert answers[0] == answers[1] == answers[2]
    scores = [explain(second, file)["probability"] for file in files]
    # A second generation, whose file is spoilt before the nodes that are down come back.
    second.stop()
    third.stop()
    put(first, 10, first=100)
    learn(first)
    newest = state(first)["generation"]["number"]
    assert newest != number
    path = folder_of[first, "replication"] / f"snapshot-{newest}.bayes"
    good = path.read_bytes()
    wait_until(lambda: state(first)["nodes"][0].get("generation") == newest, 30, "the first node uses the newest")
    older = (folder_of[first, "replication"] / f"snapshot-{number}.bayes").read_bytes()
    damaged = bytearray(good)
    damaged[len(damaged) // 2] ^= 1
    for content in (bytes(damaged), good[: len(good) // 2], older):
        path.write_bytes(content)
        second.start()
        wait_until(
            lambda: any(member["name"] == "mx2" and member.get("generation") == number and member["problem"]
                        for member in state(second)["nodes"]), 30, lambda: f"mx2 refuses the newest: {state(second)['nodes']}")
        assert [explain(second, file)["probability"] for file in files] == scores
        wait_until(
            lambda: "bayes" in [part["name"] for part in second.status()["health"]["parts"]], 20, "the refused snapshot in the node's health")
        # The node that had loaded it before goes on with it.
        assert next(member for member in state(first)["nodes"] if member["name"] == "mx1")["generation"] == newest
        second.stop()
    path.write_bytes(good)
    second.start()
    wait_until(
        lambda: any(member["name"] == "mx2" and member.get("generation") == newest for member in state(second)["nodes"]), 30,
        "mx2 uses the newest")


@needs_server
def test_a_primary_killed_in_the_middle_of_learning_leaves_nothing_half_learned(cluster):
    first, second, _ = cluster.nodes
    first.run_command("cluster", "designate", "mx1", json_output=False)
    wait_until(lambda: second.run_command("cluster", "status").get("primary") == "mx1", 60, "mx1 is the primary")
    put(first, 40)
    learn(second)
    before = state(second)["generation"]
    wait_for_generation(cluster.nodes, before["number"])
    put(first, 1500, first=100)
    second.run_command("bayes", "learn", json_output=False)
    wait_until(lambda: runs(second)[0]["state"] == "running" and runs(second)[0]["read"] > 0, 60, "mx1 is in the middle of it")
    first.kill()
    in_between = state(second)["generation"]
    assert in_between == before, "nothing of the run is in force"
    # Another node takes the role and begins the run anew.
    wait_until(lambda: runs(second)[0]["state"] == "done", 180, lambda: f"the run is repeated: {runs(second)[0]}")
    after = state(second)["generation"]
    assert (after["ham"], after["spam"]) == (1540, 1540)
    assert not [path for path in folder_of[first, "spam"].glob("*.eml")] and not [path for path in folder_of[first, "ham"].glob("*.eml")]
    entries = second.run_command("bayes", "ledger", "--limit", "1")["items"]
    assert entries[0]["state"] == "learned"
