"""The two relays that are compared, each with a folder of its own and the same next hop."""

import contextlib
import ctypes
import os
import pwd
import shutil
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Tests" / "SystemTests"))

from kit.node import Node  # noqa: E402
from kit.processes import GuardedProcess, free_port, is_listening, wait_until  # noqa: E402
from processes import process_tree  # noqa: E402

domain = "example.com"


class Gateway:
    """One node with the embedded database, its settings as they come."""

    name = "gateway"

    def __init__(self, folder, next_hop_port):
        self.node = Node(folder)
        self.node.init()
        self.node.start()
        self.node.add_domain(domain, f"127.0.0.1:{next_hop_port}")

    @property
    def pid(self):
        return self.node.process.pid

    @property
    def port(self):
        return self.node.smtp_port

    def queue_is_empty(self):
        return not self.node.queue()

    def stop(self):
        try:
            self.node.stop()
        finally:
            self.node.kill()

    def log_tail(self):
        return self.node.log_tail()


class EarlierGateway(Gateway):
    """An earlier build of the gateway, to see what has become of the figures since: both in the same run, on the same machine."""

    name = "gateway, earlier"
    program = None

    def __init__(self, folder, next_hop_port):
        with self._as_program():
            super().__init__(folder, next_hop_port)

    def queue_is_empty(self):
        with self._as_program():
            return super().queue_is_empty()

    @contextlib.contextmanager
    def _as_program(self):
        present = os.environ["SECURITYGATEWAY_PROGRAM"]
        os.environ["SECURITYGATEWAY_PROGRAM"] = self.program
        try:
            yield
        finally:
            os.environ["SECURITYGATEWAY_PROGRAM"] = present


class Names:
    """unbound, which knows these hosts and answers at once that no other name exists: as quick as a name server near by."""

    def __init__(self, folder, hosts=()):
        folder = Path(folder)
        folder.mkdir()
        self.port = free_port()
        records = "".join(
            f'  local-data: "{name}. 3600 IN A {address}"\n  local-data-ptr: "{address} 3600 {name}"\n' for name, address in hosts)
        (folder / "unbound.conf").write_text(
            "server:\n"
            f'  interface: 127.0.0.1@{self.port}\n  directory: "{folder}"\n  pidfile: ""\n  chroot: ""\n  username: ""\n'
            '  use-syslog: no\n  do-daemonize: no\n  module-config: "iterator"\n  local-zone: "." static\n'
            f'  local-data: ". 3600 IN SOA ns.invalid. host.invalid. 1 3600 600 86400 300"\n{records}'
            "remote-control:\n  control-enable: no\n")
        self._process = GuardedProcess(["/usr/sbin/unbound", "-d", "-c", folder / "unbound.conf"], folder / "unbound.out")

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def stop(self):
        self._process.kill()


class JudgingGateway(Gateway):
    """The same with every check on, also for the loopback address the load comes from: reverse look-up, HELO, two DNS block lists,
    access lists with 100 entries, attachments. Nothing is found, so that all of the mail goes the whole way; the name server is on this
    machine and takes its share of it.
    """

    name = "gateway, judging"
    _lists = ("dnsbl.example.org", "dnsbl.example.com")

    def __init__(self, folder, next_hop_port):
        self.names = Names(Path(folder) / "names", [(socket.gethostname(), "127.0.0.1"), ("probe.example.net", "127.0.0.1")])
        super().__init__(folder, next_hop_port)
        self.node.set("dns.servers", self.names.address)
        self.node.set("dns-block-lists.lists", ",".join(f"{zone} 3.0" for zone in self._lists))
        for number in range(100):
            self.node.run_command("list", "add", "block", "sender-domain", f"junk{number}.example")
        self.node.set("filtering.check-private-addresses", "true")

    def stop(self):
        super().stop()
        self.names.stop()


class Postfix:
    """Debian's Postfix with its own configuration, queue and data; only the services a relay needs."""

    name = "postfix"

    _master = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

    _main = """\
compatibility_level = 3.6
config_directory = {folder}/configuration
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/postfix.log
maillog_file_prefixes = {folder}/log
myhostname = relay.example.net
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
relay_domains = {domain}
relayhost = [127.0.0.1]:{next_hop_port}
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtp_tls_security_level = none
"""

    def __init__(self, folder, next_hop_port):
        self.folder = Path(folder)
        self.port = free_port()
        for name in ("configuration", "queue", "data", "log"):
            (self.folder / name).mkdir(parents=True)
        shutil.chown(self.folder / "data", "postfix")
        configuration = self.folder / "configuration"
        (configuration / "main.cf").write_text(self._main.format(folder=self.folder, domain=domain, next_hop_port=next_hop_port))
        (configuration / "master.cf").write_text(self._master.format(port=self.port))
        if Path("/etc/postfix/dynamicmaps.cf").exists():
            shutil.copy("/etc/postfix/dynamicmaps.cf", configuration)
        self._postfix("check")
        self.process = GuardedProcess(
            ["/usr/lib/postfix/sbin/master", "-c", configuration, "-s"], self.folder / "master.out",
            environment={**os.environ, "MAIL_CONFIG": str(configuration), "MAIL_LOGTAG": "postfix"})
        wait_until(lambda: is_listening(self.port), 20, lambda: f"Postfix listens: {self.log_tail()}")

    def _postfix(self, *words):
        result = subprocess.run(
            ["/usr/sbin/postfix", "-c", self.folder / "configuration", *words], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, f"postfix {words}: {result.stderr}{result.stdout}"

    @property
    def pid(self):
        return self.process.pid

    def queue_is_empty(self):
        return not any(
            files for name in ("incoming", "active", "deferred", "maildrop") for _, _, files in os.walk(self.folder / "queue" / name))

    def stop(self):
        daemons = process_tree(self.pid)
        try:
            self.process.terminate(20)
        finally:
            self.process.kill()
            for pid in daemons:
                reap(pid)

    def log_tail(self):
        log = self.folder / "log" / "postfix.log"
        return self.process.log_tail() + ("\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else "")


def adopt_orphans():
    """Makes this process the parent of daemons whose master has ended, so that it can wait for them."""
    set_child_subreaper = 36  # prctl(2)
    ctypes.CDLL(None, use_errno=True).prctl(set_child_subreaper, 1, 0, 0, 0)


def reap(pid):
    """Waits for an adopted daemon; the master told it to end."""

    def is_gone():
        try:
            return os.waitpid(pid, os.WNOHANG)[0] == pid
        except ChildProcessError:
            return True  # the master itself, or one the master has waited for

    wait_until(is_gone, 20, f"the end of process {pid}")


def is_postfix_installed():
    try:
        pwd.getpwnam("postfix")
    except KeyError:
        return False
    return Path("/usr/lib/postfix/sbin/master").exists()
