"""The whole corpus of real and malformed mail through the running gateway. It never leaves loopback, and the envelope is our own."""

import hashlib
import os
import queue
import re
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest

from kit.next_hop import trace_fields
from kit.processes import wait_until
from kit.smtp import SMTPClient, SMTPConnectionLost, ended

corpus = Path(os.environ.get("SECURITYGATEWAY_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "corpus")
archives = ("mail-classic", "mail-modern", "mail-japanese", "mime")
sessions = 8
# Of a debug build; eight sessions with a few small messages in hand.
memory_bound_bytes = 500 * 1024 * 1024

pytestmark = pytest.mark.skipif(not corpus.is_dir(), reason="no corpus (SECURITYGATEWAY_CORPUS)")


def is_message(path):
    """The mail sets' messages, and of the MIME set everything but its tables and expected trees: to a gateway any bytes are a message."""
    return path.is_file() and path.name != "index.tsv" and path.suffix not in (".json", ".xml", ".tsv")


def with_wire_line_ends(content):
    """CRLF line ends; `None` when it cannot be sent honestly: a lone CR or a NUL is in it."""
    text = content.replace(b"\r\n", b"\n")
    if b"\r" in text or b"\0" in text:
        return None
    return text.replace(b"\n", b"\r\n")


class Sending:
    def __init__(self, number, path, content, is_honest):
        self.number = number
        self.path = path
        self.content = content
        self.is_honest = is_honest
        self.recipient = f"m{number}@example.com"
        self.reply = None
        self.arrivals = []

    def expected(self):
        content = ended(self.content)
        return len(content), hashlib.sha256(content).digest()


def load_messages(folder):
    sendings = []
    for name in archives:
        target = folder / name
        target.mkdir()
        subprocess.run(["tar", "--zstd", "-xf", corpus / f"{name}.tar.zst", "-C", target], check=True, timeout=120)
        for path in sorted(filter(is_message, target.rglob("*"))):
            content = path.read_bytes()
            honest = with_wire_line_ends(content)
            sendings.append(Sending(len(sendings), path.relative_to(folder), content if honest is None else honest, honest is not None))
    return sendings


def test_every_message_of_the_corpus_arrives_unchanged_or_is_refused_with_a_reason(workplace, figure):
    sendings = load_messages(workplace.folder)
    by_recipient = {sending.recipient: sending for sending in sendings}

    def arrived(message):
        # Hashed at once: the whole corpus is not kept in memory.
        for recipient in message.recipients:
            sending = by_recipient[recipient]
            length, digest = sending.expected()
            start = len(message.content) - length
            is_same = start > 0 and hashlib.sha256(message.content[start:]).digest() == digest
            sending.arrivals.append(is_same and trace_fields.fullmatch(message.content[:start]) is not None)

    next_hop = workplace.next_hop(keeps_messages=False, received=arrived)
    node = workplace.node(next_hop=next_hop)
    node.set("reception.maximum-errors", 10000)
    # Some of them carry programs; here all are read by the checks and pass.
    node.set("filtering.mode", "record")
    send_all(node, sendings)

    accepted = [sending for sending in sendings if sending.reply.is_positive]
    wait_until(
        lambda: all(sending.arrivals for sending in accepted), 120,
        lambda: f"all accepted messages at the next hop; {sum(not sending.arrivals for sending in accepted)} are missing")
    wait_until(lambda: not node.queue(), 30, "an empty queue")
    report(figure, node, sendings)

    refused = [sending for sending in sendings if not sending.reply.is_positive]
    assert not [name(sending) for sending in accepted if len(sending.arrivals) != 1], "doubled"
    assert not [name(sending) for sending in accepted if not sending.arrivals[0]], "changed on the way"
    assert not [name(sending) for sending in refused if sending.arrivals], "refused and delivered all the same"
    without_reason = [name(sending) for sending in refused if not has_reason(sending.reply)]
    assert not without_reason, "refused without a reason, or for now only"
    # Honest mail of people is taken; what is refused of it needs a reason that stands in an RFC.
    honest = [sending for sending in sendings if sending.is_honest and sending.path.parts[0] != "mime"]
    honest_refusals = [name(sending) for sending in honest if not sending.reply.is_positive and "line" not in sending.reply.text]
    assert not honest_refusals
    peak = node.process.peak_memory_bytes()
    assert peak < memory_bound_bytes, f"the node took {peak >> 20} MiB"


def has_reason(reply):
    """A permanent refusal with an enhanced status code (RFC 3463) and words."""
    return 500 <= reply.code < 600 and re.match(r"5\.\d+\.\d+ \w.{8,}", reply.text) is not None


def name(sending):
    return f"{sending.path}: {sending.reply}"


def send_all(node, sendings):
    waiting = queue.SimpleQueue()
    for sending in sendings:
        waiting.put(sending)
    failures = []

    def work():
        try:
            client = None
            while True:
                try:
                    sending = waiting.get_nowait()
                except queue.Empty:
                    break
                client = send(node, client, sending)
            if client:
                client.quit()
        except BaseException as error:  # told by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(500)
    if failures:
        raise failures[0]
    assert not any(thread.is_alive() for thread in threads), "a session hangs"


def send(node, client, sending):
    """One message; the client to go on with. A gateway may refuse and hang up in the middle of the data (RFC 5321 section 3.8)."""
    if client is None:
        client = SMTPClient(node.smtp_port)
        client.hello()
    try:
        # The archive's mails carry their own sender addresses; none of them is used.
        sending.reply, _ = client.send_message("corpus@example.net", [sending.recipient], sending.content)
        return client
    except SMTPConnectionLost as error:
        raise AssertionError(f"{sending.path}: the connection was closed without a reply: {error}") from None


def report(figure, node, sendings):
    for is_honest, kind in ((True, "with CRLF line ends"), (False, "as they are, with lone CR or NUL")):
        some = [sending for sending in sendings if sending.is_honest == is_honest]
        reasons = Counter(str(sending.reply) for sending in some if not sending.reply.is_positive)
        accepted = sum(sending.reply.is_positive for sending in some)
        figure(f"corpus: {len(some)} messages {kind}: accepted {accepted}, refused {len(some) - accepted}")
        for reason, count in reasons.most_common():
            figure(f"corpus, {kind}: {count} × {reason}")
    figure(f"corpus: peak memory of the node {node.process.peak_memory_bytes() / 2**20:.0f} MiB")
