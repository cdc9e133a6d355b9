"""Load from several SMTP sessions, with a ledger of what each message was answered."""

import socket
import threading
import time
from collections import Counter

from .processes import TimedOut, wait_until
from .smtp import SMTPClient, SMTPConnectionLost


class Ledger:
    """What the senders were told, by Message-ID."""

    def __init__(self):
        self._lock = threading.Lock()
        # Answered 250: the gateway is responsible.
        self.accepted = {}
        # Answered 4xx or 5xx at the end of the data or before.
        self.refused = {}
        # The connection went away between the end of the data and its reply: either may be true.
        self.unknown = set()
        self.longest_reply_seconds = 0.0

    def note_reply(self, identifier, reply, seconds):
        with self._lock:
            self.longest_reply_seconds = max(self.longest_reply_seconds, seconds)
            if reply.is_positive:
                self.accepted[identifier] = time.monotonic()
            else:
                self.refused[identifier] = reply

    def note_unknown(self, identifier):
        with self._lock:
            self.unknown.add(identifier)

    def accepted_now(self):
        with self._lock:
            return set(self.accepted)

    def refusals_now(self):
        with self._lock:
            return dict(self.refused)

    def codes(self):
        return dict(Counter(reply.code for reply in self.refusals_now().values()))


class Load:
    """Threads that send one message after another until told to stop, connecting again whenever the gateway is away.

    `rest` is slept between two messages. `patience` tells by a session's number how long it waits for an answer before it goes away, as
    if the connection had ended; without it that fails the test.
    """

    def __init__(
            self, port, ledger, sessions=4, size=2000, domain="example.com", name="load", messages_per_session=25, rest=0, patience=None):
        self.rest = rest
        self.patience = patience
        self.port = port
        self.ledger = ledger
        self.size = size
        self.domain = domain
        self.name = name
        self.messages_per_session = messages_per_session
        self._stopping = threading.Event()
        self._failure = None
        self._threads = [threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(sessions)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, seconds=130):
        self._stopping.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))
        assert not any(thread.is_alive() for thread in self._threads), "a session got no answer before its deadline"
        if self._failure:
            raise self._failure

    def wait_for(self, count, seconds=60):
        """Waits until so many messages were answered 250."""
        wait_until(
            lambda: self._failure or len(self.ledger.accepted) >= count, seconds,
            lambda: f"{count} messages accepted; {len(self.ledger.accepted)} were, refused {self.ledger.codes()}")

    def _run(self, session):
        number = 0
        try:
            while not self._stopping.is_set():
                number = self._session(session, number)
        except BaseException as error:  # handed to the test's own thread by stop()
            self._failure = error

    def _session(self, session, number):
        try:
            client = SMTPClient(self.port, timeout=self.patience(session) if self.patience else 120)
        except (OSError, SMTPConnectionLost):
            self._stopping.wait(0.05)  # nobody listens; not a busy loop
            return number
        with client:
            try:
                if not client.greeting.is_positive:
                    self._stopping.wait(0.05)
                    return number
                client.hello()
                for _ in range(self.messages_per_session):
                    if self._stopping.is_set():
                        break
                    number += 1
                    if not self._send(client, f"<{self.name}-{session}-{number}@load.example>"):
                        return number
                    self._stopping.wait(self.rest)
                client.quit()
            except (SMTPConnectionLost, ConnectionError):
                pass
            except socket.timeout:
                if not self.patience:
                    raise
        return number

    def _send(self, client, identifier):
        try:
            started = time.monotonic()
            reply, _ = client.send_message("sender@example.net", [self._recipient(identifier)], self._message(identifier))
        except socket.timeout:
            if not self.patience:
                raise AssertionError(f"no answer for {identifier} within the client's timeout") from None
            if client.awaits_decision:
                self.ledger.note_unknown(identifier)
            return False
        except (SMTPConnectionLost, ConnectionError):
            if client.awaits_decision:
                self.ledger.note_unknown(identifier)
            return False
        self.ledger.note_reply(identifier, reply, time.monotonic() - started)
        if not reply.is_positive:
            # As a real client would: not at once again.
            self._stopping.wait(0.05)
        return reply.code != 421

    def _message(self, identifier):
        return message(identifier, size=self.size, recipient=self._recipient(identifier))

    def _recipient(self, identifier):
        """Each message has a recipient of its own, by which it is found in the queue."""
        return f"{local_part(identifier)}@{self.domain}"


def local_part(identifier):
    return identifier[1:].partition("@")[0]


def message(identifier, size=500, recipient="user@example.com", subject="a message of the tests", sender="sender@example.net"):
    """A small honest message of about `size` bytes."""
    header = (
        f"From: <{sender}>\r\nTo: <{recipient}>\r\nSubject: {subject}\r\nMessage-ID: {identifier}\r\n"
        "Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n")
    line = "All work and no play makes a dull gateway, said the old postmaster.\r\n"
    body = line * max(1, (size - len(header)) // len(line))
    return (header + ".a line that begins with a dot\r\n" + body).encode("ascii")


def settle(node, next_hop, ledger, seconds=60):
    """Waits until every accepted message has arrived at the next hop or waits in the queue for its next attempt.

    The answer: what is in neither place, and what arrived more than once with its count.
    """

    def undelivered():
        return {identifier for identifier in ledger.accepted_now() if next_hop.delivered(identifier) == 0}

    def waiting():
        return {row["recipient"].partition("@")[0] for row in node.queue()}

    def is_quiet():
        missing = undelivered()
        return not missing or not any(row.get("holder") for row in node.queue()) and {local_part(one) for one in missing} <= waiting()

    try:
        wait_until(is_quiet, seconds, "all accepted messages at the next hop or in the queue", interval=0.25)
    except TimedOut:
        pass  # the caller sees what is lost
    queued = waiting()
    lost = {identifier for identifier in undelivered() if local_part(identifier) not in queued}
    doubled = {identifier: count for identifier, count in next_hop.counts.items() if count > 1}
    return lost, doubled
