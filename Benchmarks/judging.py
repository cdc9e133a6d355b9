"""judging.py --program PATH --corpus FOLDER   what judging costs: this gateway, Postfix + Rspamd, and Postfix alone, on the same real mails.

The mails of the corpus' `dev` parts go over SMTP with addresses of senders from outside (PROXY protocol) through each relay to smtp-sink;
both classifiers have learned the `train` parts. Both judge everything and record only, so that every mail goes the whole way. Names are
asked of one unbound on this machine that knows none. Nothing here passes or fails by a clock.

- the gateway: every built-in check, the ready-made rules against leaks, contents of attachments, SPF, DKIM, ARC and DMARC, two DNS block
  lists, a URL block list, the classifier; no outside engine.
- Postfix + Rspamd: Debian's rules, as a milter that scans by itself, Redis for its Bayes; processor time of all of them.
- CPU ms/message: from before the run to an empty queue; a core's messages a second are 1000 by that.
- p50, p99: from the last byte of a message to the answer. With one session it is what judging and storing take one message.
Shown is the median over the rounds.
"""

import argparse
import email.utils
import ipaddress
import json
import os
import random
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "spam"))

import corpus  # noqa: E402
import engines  # noqa: E402
import load  # noqa: E402
import probe  # noqa: E402
import relays  # noqa: E402
from kit.processes import free_port, wait_until  # noqa: E402
from processes import cpu_seconds  # noqa: E402

figures = ("accepted_per_second", "cpu_ms_per_message", "p50_ms", "p99_ms")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the gateway's program, a release build")
    parser.add_argument("--corpus", type=Path, required=True, help="folder of mail-*.tar.zst")
    parser.add_argument("--sessions", default="1,10", help="parallel sessions")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mails", type=int, default=0, help="so many of the dev mails; 0 for all")
    parser.add_argument("--only", choices=[kind.name for kind in kinds], action="append", help="leave the others out")
    parser.add_argument("--folder", default="/var/tmp", help="where the relays keep their queues; not a memory file system")
    parser.add_argument("--json", metavar="FILE", help="write everything measured there")
    return parser.parse_args()


class CorpusGateway(relays.Gateway):
    name = "gateway"

    def __init__(self, setting):
        super().__init__(setting.folder_for(self.name), setting.sink.port)
        for name, value in {
            "dns.servers": setting.names.address, "filtering.mode": "record",
            "reception.proxy-networks": "127.0.0.1/32",
            "dns-block-lists.lists": "dnsbl.example.org 3.0,dnsbl.example.com 3.0", "url-block-lists.lists": "urls.example.org 3.0",
        }.items():
            self.node.set(name, value)
        for rule in self.node.run_command("rule", "leaks")["items"]:
            self.node.run_command("rule", "change", rule["rule"], "--state", "on")
        self._learn(setting)

    def _learn(self, setting):
        folders = {item["name"]: Path(item["path"]) for item in self.node.run_command("directory", "list")["items"]}
        for mail in setting.learned:
            folder = folders["bayes-spam" if mail.is_spam else "bayes-ham"]
            shutil.copy(mail.path, folder / f"{mail.set}-{mail.path.name}")
        self.node.run_command("bayes", "learn")

        def is_learned():
            return [run for run in self.node.run_command("bayes", "runs")["items"]
                    if run["run"].startswith("manual-") and run["state"] == "done" and run["learned"] > 0]

        wait_until(is_learned, 600, lambda: f"learning is done: {self.node.run_command('bayes', 'runs')['items'][:2]}", interval=1)

    def cpu_seconds(self):
        return cpu_seconds(self.pid)


class PlainPostfix(relays.Postfix):
    name = "postfix"
    more = "smtpd_relay_restrictions = reject_unauth_destination\nsmtpd_upstream_proxy_protocol = haproxy\nsmtpd_client_connection_count_limit = 0\n"

    def __init__(self, setting):
        self._main = self._main + self.more
        super().__init__(setting.folder_for(self.name, mode=0o711), setting.sink.port)

    def cpu_seconds(self):
        return cpu_seconds(self.pid)


class MilterRspamd(engines.RspamdServer):
    """It scans for Postfix by itself and lets everything pass with its fields added."""

    def __init__(self, folder, names_port):
        super().__init__(folder, 240)
        self.milter_port, self._names_port = free_port(), names_port

    def configure(self):
        super().configure()
        local = self.folder / "conf/local.d"
        for name, text in {
            "worker-proxy.inc":
                f'enabled = true;\nbind_socket = "127.0.0.1:{self.milter_port}";\nmilter = yes;\ncount = {os.cpu_count()};\n'
                'upstream "local" { default = yes; self_scan = yes; }\n',
            "actions.conf": "reject = null;\ngreylist = null;\nrewrite_subject = null;\nadd_header = 6;\n",
            "greylist.conf": "enabled = false;\n",
            "options.inc": f'dns {{ nameserver = ["127.0.0.1:{self._names_port}"]; }}\n',
            "logging.inc": 'level = "warning";\n',
        }.items():
            (local / name).write_text(text)


class PostfixWithRspamd(PlainPostfix):
    name = "postfix + rspamd"

    def __init__(self, setting):
        self.rspamd = MilterRspamd(setting.folder_for("rspamd"), setting.names.port)
        self.rspamd.__enter__()
        try:
            for mail in engines.interleaved(*(
                    [mail for mail in setting.learned if mail.is_spam == is_spam] for is_spam in (False, True))):
                self.rspamd.learn(mail)
            self.more = PlainPostfix.more + (
                f"smtpd_milters = inet:127.0.0.1:{self.rspamd.milter_port}\nmilter_default_action = tempfail\nmilter_protocol = 6\n")
            super().__init__(setting)
        except BaseException:
            self.rspamd.__exit__(None, None, None)
            raise

    def cpu_seconds(self):
        return super().cpu_seconds() + self.rspamd.cpu_seconds()

    def stop(self):
        try:
            super().stop()
        finally:
            self.rspamd.__exit__(None, None, None)


kinds = (CorpusGateway, PostfixWithRspamd, PlainPostfix)


class Setting:
    """What the relays share: next hop, names, mails."""

    def __init__(self, folder, options):
        self.folder = folder
        self.sink = load.Sink(folder)
        self.names = relays.Names(folder / "unbound")
        mails = self.folder_for("mails")
        corpus.unpack(options.corpus, mails)
        self.learned = corpus.mails(mails, "train")
        tested = corpus.mails(mails, "dev")
        random.Random(1).shuffle(tested)
        self.tested = [Letter(mail.path, number) for number, mail in enumerate(tested[:options.mails or None])]

    def folder_for(self, name, mode=0o755):
        place = self.folder / name.replace(" + ", "-")
        place.mkdir(mode=mode)
        return place

    def stop(self):
        self.names.stop()
        self.sink.stop()


class Letter:
    """A mail as a client from outside would send it."""

    def __init__(self, path, number):
        content = re.sub(rb"\r?\n", b"\r\n", path.read_bytes())
        if not content.endswith(b"\r\n"):
            content += b"\r\n"
        self.data = re.sub(rb"(?m)^\.", b"..", content) + b".\r\n"
        field = re.search(rb"(?mi)^from:[ \t]*([^\r\n]*)", content)
        address = email.utils.parseaddr(field[1].decode("latin-1"))[1] if field else ""
        self.sender = address if re.fullmatch(r"[\w.+-]{1,60}@[\w-]+(\.[\w-]+)+", address, re.ASCII) else "sender@example.net"
        client = ipaddress.ip_address(0x2D000000 + 7919 * number % 0xFFFFFF)
        self.greeting = f"PROXY TCP4 {client} 192.0.2.25 40000 25\r\n".encode()


class Session(probe.Session):
    """A connection for each mail, from the mail's own client."""

    def __init__(self, port, letter):
        self.socket = probe.socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(probe.socket.IPPROTO_TCP, probe.socket.TCP_NODELAY, 1)
        self.socket.sendall(letter.greeting)
        self.expect(b"2")
        self.command(b"EHLO client.example.net\r\n", b"2")

    def send(self, letter):
        self.command(f"MAIL FROM:<{letter.sender}>\r\n".encode(), b"250")
        self.command(f"RCPT TO:<user@{relays.domain}>\r\n".encode(), b"250")
        self.command(b"DATA\r\n", b"354")
        self.socket.sendall(letter.data)
        started = time.perf_counter()
        self.expect(b"250")
        return time.perf_counter() - started


def run(relay, setting, session_count):
    before, processor = setting.sink.count(), relay.cpu_seconds()
    waiting, seconds, faults = list(reversed(setting.tested)), [], []

    def send():
        try:
            while not faults:
                try:
                    letter = waiting.pop()
                except IndexError:
                    return
                session = Session(relay.port, letter)
                seconds.append(session.send(letter))
                session.quit()
        except (OSError, ConnectionError) as fault:
            faults.append(fault)

    started = time.monotonic()
    threads = [threading.Thread(target=send) for _ in range(session_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = time.monotonic() - started
    if faults:
        raise SystemExit(f"{relay.name}: {faults[0]}\n{relay.log_tail()}")
    count = len(setting.tested)
    wait_until(lambda: setting.sink.count() - before >= count, 600, lambda: f"{setting.sink.count() - before} of {count} delivered")
    wait_until(relay.queue_is_empty, 60, "an empty queue")
    seconds.sort()
    return {
        "relay": relay.name, "sessions": session_count, "mails": count, "accepted_per_second": count / accepted,
        "cpu_ms_per_message": (relay.cpu_seconds() - processor) / count * 1000,
        "p50_ms": load.percentile(seconds, 0.5) * 1000, "p99_ms": load.percentile(seconds, 0.99) * 1000}


def table(runs, session_counts):
    lines = ["| sessions | relay | accepted/s | CPU ms/message | messages/s of a core | p50 ms | p99 ms |", "|---|---|---|---|---|---|---|"]
    for sessions in session_counts:
        found = {}
        for kind in kinds:
            some = [run for run in runs if (run["relay"], run["sessions"]) == (kind.name, sessions)]
            if some:
                found[kind.name] = {figure: statistics.median(run[figure] for run in some) for figure in figures}
        for name, values in found.items():
            lines.append(
                f"| {sessions} | {name} | {values['accepted_per_second']:.0f} | {values['cpu_ms_per_message']:.2f} | "
                f"{1000 / values['cpu_ms_per_message']:.0f} | {values['p50_ms']:.1f} | {values['p99_ms']:.1f} |")
        ours = found.get(CorpusGateway.name)
        for name in [kind.name for kind in kinds[1:] if kind.name in found] if ours else []:
            ratios = {figure: ours[figure] / found[name][figure] for figure in figures}
            lines.append(
                f"| {sessions} | gateway ÷ {name} | {ratios['accepted_per_second']:.2f} | {ratios['cpu_ms_per_message']:.2f} | "
                f"{1 / ratios['cpu_ms_per_message']:.2f} | {ratios['p50_ms']:.2f} | {ratios['p99_ms']:.2f} |")
    return "\n".join(lines)


def compare(options, folder):
    relays.adopt_orphans()
    session_counts = [int(word) for word in options.sessions.split(",")]
    setting, started, runs = Setting(folder, options), [], []
    try:
        for kind in kinds:
            if not options.only or kind.name in options.only:
                started.append(kind(setting))
        for relay in started:  # warms up, is not counted
            run(relay, setting, 4)
        for sessions in session_counts:
            for _ in range(options.rounds):
                for relay in started:
                    runs.append(run(relay, setting, sessions))
                    print(json.dumps({key: round(value, 2) if isinstance(value, float) else value for key, value in runs[-1].items()}), flush=True)
    finally:
        for relay in started:
            relay.stop()
        setting.stop()
    print("\n" + table(runs, session_counts))
    print(f"\n{len(setting.tested)} mails a run, {options.rounds} rounds, {os.cpu_count()} cores; learned {len(setting.learned)}")
    if options.json:
        Path(options.json).write_text(json.dumps(runs, indent=1) + "\n")


def main():
    options = arguments()
    os.environ["SECURITYGATEWAY_PROGRAM"] = str(Path(options.program).resolve())
    if os.geteuid() != 0 or not relays.is_postfix_installed():
        sys.exit("Postfix as the other relay needs Debian's package postfix, and root")
    folder = Path(tempfile.mkdtemp(prefix="sgbench-", dir=options.folder))
    folder.chmod(0o711)
    try:
        compare(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
