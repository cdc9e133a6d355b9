"""demo.py --program PATH   a whole cluster on this machine: Firebird server, three nodes, HAProxy, a mail sink, and sample mail.

Everything is an ordinary process in one temporary folder with passwords made for this run; ended by Ctrl-C, which removes the folder.
The parts are those of the system tests.
"""

import argparse
import os
import signal
import ssl
import sys
import threading
import urllib.request
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "SystemTests"))

from kit import firebird_server, haproxy  # noqa: E402
from kit.cluster import Cluster  # noqa: E402
from kit.processes import wait_until  # noqa: E402
from kit.smtp import SMTPClient, SMTPConnectionLost  # noqa: E402
from kit.workplace import Workplace  # noqa: E402

domain = "example.com"
node_count = 3


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the built securitygateway")
    parser.add_argument("--pause", type=float, default=1.0, metavar="SECONDS", help="between two sample messages")
    parser.add_argument("--messages", type=int, default=0, metavar="N", help="end when N sample messages were answered; without it by Ctrl-C")
    parser.add_argument("--mail", metavar="FOLDER", help="also send the files of this folder, each as one message; they never leave this machine")
    return parser.parse_args()


def say(text=""):
    print(text, flush=True)


# Sample mail

def sample(subject, text, charset="utf-8", attachment=None):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Sender <someone@example.net>", f"you@{domain}", subject
    message["Date"], message["Message-ID"] = format_datetime(datetime.now(timezone.utc)), make_msgid(domain="example.net")
    message.set_content(text, charset=charset)
    if attachment:
        message.add_attachment(b"MZ not really a program", maintype="application", subtype="octet-stream", filename=attachment)
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def samples():
    """(what it shows, recipient, content), over and over."""
    while True:
        yield "an ordinary message", f"you@{domain}", sample("Minutes of the meeting", "Please find the minutes below.\n")
        yield "Japanese, ISO-2022-JP", f"you@{domain}", sample("会議のお知らせ", "明日の会議は10時からです。\n", "iso-2022-jp")
        yield "a blocked attachment: to quarantine", f"you@{domain}", sample("Invoice", "See the attachment.\n", attachment="invoice.exe")
        yield "another's domain: refused", "you@elsewhere.example", sample("Relay?", "We are no open relay.\n")


def files(folder):
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            content = path.read_bytes().replace(b"\r\n", b"\n")
            if b"\r" not in content and b"\0" not in content:
                yield f"file {path.name}", f"you@{domain}", content.replace(b"\n", b"\r\n")


class SampleMail:
    """Sends samples through the load balancer until told to stop, and counts the answers."""

    def __init__(self, port, options):
        self._port, self._options = port, options
        self.accepted = self.refused = self.tried_again = 0
        self.is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def answered(self):
        return self.accepted + self.refused

    def start(self):
        self._thread.start()

    def stop(self):
        self.is_over.set()
        self._thread.join(30)

    def _run(self):
        of_folder, usual = files(self._options.mail) if self._options.mail else iter(()), samples()
        while not self.is_over.is_set():
            _, recipient, content = next(of_folder, None) or next(usual)
            while not self._send(recipient, content) and not self.is_over.wait(0.5):
                self.tried_again += 1
            if self._options.messages and self.answered >= self._options.messages:
                self.is_over.set()
            self.is_over.wait(self._options.pause)

    def _send(self, recipient, content):
        """False when nobody answered or said to come again: as a mail server does, it is sent again later."""
        try:
            with SMTPClient(self._port, timeout=60) as client:
                if client.greeting.code != 220:
                    return False
                client.hello()
                reply, _ = client.send_message("someone@example.net", [recipient], content)
        except (OSError, SMTPConnectionLost):
            return False
        if reply.is_positive:
            self.accepted += 1
        elif reply.code >= 500:
            self.refused += 1
        else:
            return False
        return True


# The cluster

def start_cluster(place, sink):
    cluster = Cluster(place)
    say("Firebird server started; making the first node …")
    cluster.first()
    for number in range(2, node_count + 1):
        say(f"node {number} joins …")
        cluster.further()
    first = cluster.nodes[0]
    first.set("reception.proxy-networks", haproxy.LoadBalancer.source)
    first.run_command("domain", "add", domain, "--mail-server", sink.address, json_output=False)
    return cluster


def is_served(balancer):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    try:
        with urllib.request.urlopen(f"https://127.0.0.1:{balancer.web_port}/health", timeout=5, context=context) as answer:
            return answer.status == 200
    except OSError:
        return False


def announce(place, cluster, balancer, sink):
    first = cluster.nodes[0]
    say(f"""
  The cluster is running. Ctrl-C ends it and removes {place.folder}.

  Web interface   https://127.0.0.1:{balancer.web_port}   (any node answers; the certificate is a node's own)
  Sign in         {first.administrator}   password {first.password}
  SMTP            127.0.0.1:{balancer.ports['smtp']}   SMTPS {balancer.ports['smtps']}   submission {balancer.ports['submission']}
  Mail sink       {sink.address}   takes what is delivered for {domain}
  Firebird        127.0.0.1:{cluster.server.port}
""")
    for number, node in enumerate(cluster.nodes, 1):
        say(f"  Node {number}          https://127.0.0.1:{node.web_port}   SMTP {node.smtp_port}   process {node.process.pid}   home {node.home}")
    say(f"""
  Try:  swaks --server 127.0.0.1:{balancer.ports['smtp']} --from you@example.net --to me@{domain}
        {os.environ['SECURITYGATEWAY_PROGRAM']} log list --home {first.home}
        kill -9 {cluster.nodes[1].process.pid}    # the others finish node 2's mail after some 30 seconds
""")


def follow(mail, sink, balancer, nodes):
    """A line when something has changed."""
    before = None
    while not mail.is_over.wait(2):
        alive = sum(node.process.is_running for node in nodes)
        now = (mail.accepted, mail.refused, len(sink.messages), alive)
        if now != before:
            say(f"  sample mail accepted {now[0]}, refused {now[1]}; at the sink {now[2]}; nodes running {alive} of {len(nodes)}")
        before = now


def main():
    options = arguments()
    os.environ["SECURITYGATEWAY_PROGRAM"] = str(Path(options.program).resolve())
    if not firebird_server.is_installed() or not haproxy.is_installed():
        sys.exit("demo.py: Debian's packages firebird3.0-server, firebird3.0-utils and haproxy are needed; `make demo` installs them")
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    place = Workplace()
    mail = None
    try:
        sink = place.next_hop()
        cluster = start_cluster(place, sink)
        balancer = haproxy.LoadBalancer(place.folder / "haproxy", cluster.nodes)
        place.at_end(balancer.kill)
        balancer.start()
        wait_until(lambda: is_served(balancer), 60, "HAProxy found the nodes healthy")
        for node in cluster.nodes:
            node.wait_until_accepted(domain, seconds=30)
        announce(place, cluster, balancer, sink)
        mail = SampleMail(balancer.ports["smtp"], options)
        mail.start()
        follow(mail, sink, balancer, cluster.nodes)
        say(f"  {mail.answered} sample messages were answered, {mail.accepted} of them 250.")
    except KeyboardInterrupt:
        say("\n  Stopping …")
    finally:
        if mail:
            mail.stop()
        for node in place.nodes:
            if node.process and node.process.is_running:
                node.stop()
        place.close()
        say("  Everything has ended.")


if __name__ == "__main__":
    main()
