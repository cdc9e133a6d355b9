"""The filters that are compared. Each learns two lists of files and gives each file of a third a score from 0 to 1."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from processes import cpu_seconds, process_tree  # noqa: E402


@dataclass
class Run:
    scores: dict = field(default_factory=dict)
    learn_seconds: float = 0
    score_seconds: float = 0
    peak_mib: float = 0


def run(command, input_path=None):
    """Output, processor seconds and peak memory of a program that is run to its end."""
    with open(input_path or os.devnull, "rb") as given:
        process = subprocess.Popen([str(word) for word in command], stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 2):
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return output.decode("utf-8", "replace"), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def listed(mails, path):
    path.write_text("".join(f"{mail.path}\n" for mail in mails))
    return path


def tabbed(output):
    return {path: float(score) for score, _, path in (line.partition("\t") for line in output.splitlines()) if path}


class Ours:
    name, threshold = "securitygateway", 0.9

    def __init__(self, program):
        self.program = program

    def missing(self):
        return None

    def measure(self, ham, spam, tested, folder):
        lists = [listed(mails, folder / name) for mails, name in ((ham, "ham"), (spam, "spam"), (tested, "tested"))]
        result = Run()
        _, result.learn_seconds, learning = run([self.program, "train", folder / "snapshot", *lists[:2]])
        output, result.score_seconds, scoring = run([self.program, "score", folder / "snapshot", lists[2]])
        result.scores, result.peak_mib = tabbed(output), scoring
        result.learn_mib = learning
        return result


class Bogofilter:
    """In bulk mode. Its own threshold is 0.99, and 0.45 to 0.99 is "unsure"."""

    name, threshold = "bogofilter", 0.99

    def missing(self):
        return None if shutil.which("bogofilter") else "not installed"

    def measure(self, ham, spam, tested, folder):
        result, words = Run(), folder / "words"
        words.mkdir()
        for mails, flag in ((ham, "-n"), (spam, "-s")):
            _, seconds, _ = run(["bogofilter", "-C", "-d", words, flag, "-b"], listed(mails, folder / flag))
            result.learn_seconds += seconds
        command = ["bogofilter", "-C", "-d", words, "-TT", "-b"]
        output, result.score_seconds, result.peak_mib = run(command, listed(tested, folder / "tested"))
        for line in output.splitlines():
            path, _, rest = line.rpartition(" ")
            result.scores[path.split(" ")[0]] = float(rest)
        return result


class SpamAssassin:
    """Its Bayes alone, in one Perl process."""

    name, threshold = "SpamAssassin Bayes", 0.99

    def missing(self):
        return None if shutil.which("sa-learn") else "not installed"

    def measure(self, ham, spam, tested, folder):
        result, script, words = Run(), Path(__file__).with_name("bayes.pl"), folder / "words"
        words.mkdir()
        lists = [listed(mails, folder / name) for mails, name in ((ham, "ham"), (spam, "spam"), (tested, "tested"))]
        _, result.learn_seconds, _ = run(["perl", script, "learn", words, *lists[:2]])
        output, result.score_seconds, result.peak_mib = run(["perl", script, "score", words, lists[2]])
        result.scores = tabbed(output)
        return result


class Rspamd:
    """Its Bayes alone, with Redis, asked over HTTP as it always is; the time is that of both."""

    name, threshold = "Rspamd Bayes", 0.99
    start_seconds = 240  # It compiles its lists first.

    def missing(self):
        return None if shutil.which("rspamd") and shutil.which("redis-server") else "not installed"

    def measure(self, ham, spam, tested, folder):
        result = Run()
        with RspamdServer(folder, self.start_seconds) as server:
            before = server.cpu_seconds()
            for mail in interleaved(ham, spam):
                server.learn(mail)
            result.learn_seconds, before = server.cpu_seconds() - before, server.cpu_seconds()
            for mail in tested:
                result.scores[str(mail.path)] = server.probability(mail)
            result.score_seconds = server.cpu_seconds() - before
            result.peak_mib = server.memory_mib()
        return result


def interleaved(ham, spam):
    """Both kinds evenly mixed: it learns only what it does not know already."""
    total = len(ham) + len(spam)
    order = [((place + 0.5) / len(kind), mail) for kind in (ham, spam) for place, mail in enumerate(kind)]
    return [mail for _, mail in sorted(order, key=lambda pair: pair[0])][:total]


class RspamdServer:
    def __init__(self, folder, start_seconds):
        self.folder, self.start_seconds, self.processes = folder, start_seconds, []

    def __enter__(self):
        for name in ("db", "run", "log", "redis"):
            (self.folder / name).mkdir()
        self.redis = self.folder / "run" / "redis.sock"
        (self.folder / "redis.conf").write_text(f'port 0\nunixsocket {self.redis}\ndir {self.folder / "redis"}\nsave ""\n')
        self.processes.append(self.start(["redis-server", self.folder / "redis.conf"], "redis.out"))
        self.ports = [free_port(), free_port()]
        self.configure()
        places = {"CONFDIR": "conf", "LOCAL_CONFDIR": "conf", "DBDIR": "db", "RUNDIR": "run", "LOGDIR": "log"}
        variables = [f"--var={name}={self.folder / place}" for name, place in places.items()]
        self.processes.append(self.start(["rspamd", "-f", "-i", "-c", self.folder / "conf/rspamd.conf", *variables], "rspamd.out"))
        self.wait()
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, command, output):
        with open(self.folder / output, "wb") as sink:
            return subprocess.Popen([str(word) for word in command], stdout=sink, stderr=sink)

    def configure(self):
        shutil.copytree("/etc/rspamd", self.folder / "conf")
        local = self.folder / "conf/local.d"
        local.mkdir(exist_ok=True)
        for name, text in {
            "worker-normal.inc": f'bind_socket = "127.0.0.1:{self.ports[0]}";\ncount = 1;\n',
            "worker-controller.inc": f'bind_socket = "127.0.0.1:{self.ports[1]}";\nsecure_ip = "127.0.0.1";\n',
            "worker-proxy.inc": "enabled = false;\n",
            "worker-fuzzy.inc": "enabled = false;\n",
            "redis.conf": f'servers = "{self.redis}";\n',
            "options.inc": 'dns { nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; }\n',
        }.items():
            (local / name).write_text(text)

    def wait(self):
        deadline = time.monotonic() + self.start_seconds
        while True:
            try:
                return self.ask(self.ports[0], "ping", None)
            except OSError:
                if self.processes[-1].poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("rspamd did not start") from None
                time.sleep(0.5)

    def ask(self, port, command, content, headers={}):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/{command}", data=content, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def learn(self, mail):
        try:
            self.ask(self.ports[1], "learnspam" if mail.is_spam else "learnham", mail.path.read_bytes())
        except urllib.error.HTTPError:
            pass  # It refuses what it knows already, or what has too few words; as shipped.

    def probability(self, mail):
        only = json.dumps({"symbols_enabled": ["BAYES_SPAM", "BAYES_HAM"], "groups_enabled": ["statistics"]})
        answer = json.loads(self.ask(self.ports[0], "checkv2", mail.path.read_bytes(), {"Settings": only}))
        for symbol, is_spam in (("BAYES_SPAM", True), ("BAYES_HAM", False)):
            found = answer["symbols"].get(symbol)
            if found:
                share = float(re.search(r"[\d.]+", found["options"][0]).group()) / 100
                return share if is_spam else 1 - share
        return 0.5

    def cpu_seconds(self):
        return sum(cpu_seconds(process.pid) for process in self.processes)

    def memory_mib(self):
        total = 0
        for root in self.processes:
            for pid in process_tree(root.pid):
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
                total += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE).group(1))
        return total / 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
