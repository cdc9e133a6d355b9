"""The load: smtp-source, two probes that take the time to 250 meanwhile, and smtp-sink as the next hop that counts."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import relays
from kit.processes import GuardedProcess, free_port, is_listening, wait_until

smtp_source, smtp_sink = Path("/usr/sbin/smtp-source"), Path("/usr/sbin/smtp-sink")
probe_count = 2


class Sink:
    """smtp-sink; its running counter is the number of messages delivered."""

    def __init__(self, folder):
        self.port = free_port()
        self._output = Path(folder) / "sink.out"
        # It wants to give up root; as another user it cannot.
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self._process = GuardedProcess([smtp_sink, *user, "-c", f"127.0.0.1:{self.port}", "1024"], self._output)
        wait_until(lambda: is_listening(self.port), 10, lambda: f"smtp-sink listens: {self._process.log_tail()}")

    def count(self):
        with open(self._output, "rb") as output:
            output.seek(max(0, output.seek(0, 2) - 200))
            texts = [text for text in output.read().split(b"\r") if b"mesg=" in text]
        # The last text may be half written.
        return max((int(text.rpartition(b"mesg=")[2].split()[0] or 0) for text in texts if text.rpartition(b"mesg=")[2].split()), default=0)

    def stop(self):
        self._process.kill()


class Run:
    """One measured run through a relay; all times are from its start."""

    def __init__(self, relay, sink, size_bytes, sessions, messages, reuses_connections, folder):
        self._relay, self._sink = relay, sink
        before = sink.count()
        outputs = [Path(folder) / f"probe{number}.json" for number in range(probe_count)]
        probes = [self._start_probe(output, size_bytes, reuses_connections) for output in outputs]
        started = time.monotonic()
        source = GuardedProcess(
            [smtp_source, "-s", sessions, "-m", messages, "-l", size_bytes, "-f", "sender@example.net", "-t", f"user@{relays.domain}",
             *(["-d"] if reuses_connections else []), f"127.0.0.1:{relay.port}"], Path(folder) / "source.out")
        code = source.wait(600)
        self.accepted_seconds = time.monotonic() - started
        for probe in probes:
            probe.stdin.close()
            assert probe.wait(60) == 0, "a probe failed"
        assert code == 0, f"smtp-source ended with {code}: {source.log_tail(5)}\n{relay.log_tail()}"
        self.reply_seconds = sorted(value for output in outputs for value in json.loads(output.read_text()))
        self.messages = messages + len(self.reply_seconds)
        try:
            wait_until(lambda: sink.count() - before >= self.messages, 600, "everything at the next hop", interval=0.01)
        except AssertionError:
            raise AssertionError(f"{sink.count() - before} of {self.messages} delivered\n{relay.log_tail()}") from None
        self.delivered_seconds = time.monotonic() - started
        wait_until(relay.queue_is_empty, 60, "an empty queue")
        self.doubled = sink.count() - before - self.messages

    def _start_probe(self, output, size_bytes, reuses_connections):
        return subprocess.Popen(
            [sys.executable, "-B", Path(__file__).with_name("probe.py"), str(self._relay.port), str(size_bytes), str(int(reuses_connections)),
             output], stdin=subprocess.PIPE, start_new_session=True)


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")
