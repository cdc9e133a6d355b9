"""ClamAV's, SpamAssassin's and Rspamd's real daemons as ordinary processes, with folders, rules and ports of their own and no network."""

import os
import pwd
import signal
import socket

from .processes import GuardedProcess, free_port, wait_until

# The test file of the European Institute for Computer Antivirus Research, which every scanner knows and which does nothing.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

# What the tests' own rules look for.
SPAM_WORDS = "cheap watches from the harbour"


def _answers(address):
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as connection:
        connection.settimeout(5)
        return connection.connect_ex(address) == 0


class Engine:
    """One daemon. `start` waits until it takes connections."""

    name = None
    # spamd compiles its rules, and two cores are shared.
    start_seconds = 120

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.log = folder / "daemon.log"
        self.port = free_port()
        self.process = None
        # Daemons that give up root's rights still have to read and write here.
        os.chmod(folder, 0o777)
        os.chmod(folder.parent, 0o755)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def connect_address(self):
        return ("127.0.0.1", self.port)

    def start(self):
        self.process = GuardedProcess(self.command(), self.log, environment={**os.environ, "LC_ALL": "C"}, working_folder=self.folder)
        wait_until(self._is_ready, self.start_seconds, lambda: f"{self.name} answers; its log:\n{self.log.read_text(errors='replace')[-2000:]}")
        return self

    def _is_ready(self):
        if not self.process.is_running:
            raise AssertionError(f"{self.name} ended with {self.process.exit_code}:\n{self.log.read_text(errors='replace')[-2000:]}")
        return _answers(self.connect_address())

    def pause(self):
        """It keeps its port and says nothing."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def resume(self):
        os.killpg(self.process.pid, signal.SIGCONT)

    def stop(self):
        if self.process:
            self.process.kill()
            # Its children are in its session, and would go on listening.
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            wait_until(lambda: not _answers(self.connect_address()), 20, f"{self.name} is gone")
        self.process = None


class ClamAV(Engine):
    name = "clamav"

    def __init__(self, folder, uses_socket=False, largest="30M"):
        super().__init__(folder)
        self.socket = str(folder / "clamd.ctl") if uses_socket else None
        database = folder / "database"
        database.mkdir()
        (database / "test.ndb").write_text(f"Test.EICAR:0:*:{EICAR.hex()}\n")
        where = f"LocalSocket {self.socket}" if uses_socket else f"TCPSocket {self.port}\nTCPAddr 127.0.0.1"
        (folder / "clamd.conf").write_text(
            f"Foreground yes\nDatabaseDirectory {database}\n{where}\nUser root\nMaxThreads 4\nSelfCheck 0\n"
            f"StreamMaxLength {largest}\nMaxScanSize 100M\nMaxFileSize 100M\nTemporaryDirectory {folder}\n")

    @property
    def address(self):
        return self.socket or super().address

    def connect_address(self):
        return self.socket or super().connect_address()

    def command(self):
        return ["/usr/sbin/clamd", "--config-file", self.folder / "clamd.conf", "--foreground"]


class SpamAssassin(Engine):
    name = "spamassassin"

    def __init__(self, folder):
        super().__init__(folder)
        rules = folder / "rules"
        rules.mkdir()
        (rules / "test.pre").write_text("loadplugin Mail::SpamAssassin::Plugin::Check\n")
        (rules / "test.cf").write_text(
            "clear_report_template\nrequired_score 5.0\nuse_bayes 0\n"
            f"body TEST_WATCHES /{SPAM_WORDS}/i\nscore TEST_WATCHES 7.3\n"
            "header TEST_RELAY X-Spam-Relays-Trusted =~ / ip=127\\.0\\.0\\.1 /\nscore TEST_RELAY 0.1\n"
            "header TEST_SENDER EnvelopeFrom =~ /someone\\@example\\.net/\nscore TEST_SENDER 0.1\n"
            "body TEST_FRIEND /an old friend/\nscore TEST_FRIEND -4.0\n")

    def command(self):
        rules = self.folder / "rules"
        return [
            "/usr/sbin/spamd", "--listen", "127.0.0.1", "--port", str(self.port), "--local", "--nouser-config", "--max-children", "2",
            "--min-children", "1", "--configpath", str(rules), "--siteconfigpath", str(rules), "--username", "nobody",
            "--helper-home-dir", str(self.folder), "--pidfile", str(self.folder / "spamd.pid"), "--syslog", "stderr"]


class Rspamd(Engine):
    name = "rspamd"

    def __init__(self, folder):
        super().__init__(folder)
        (folder / "data").mkdir(mode=0o777)
        os.chmod(folder / "data", 0o777)
        (folder / "rules.lua").write_text(
            "rspamd_config.TEST_WATCHES = {\n"
            f"  callback = function(task) return string.find(tostring(task:get_content()), '{SPAM_WORDS}', 1, true) ~= nil end,\n"
            "  score = 6.4, group = 'test'\n}\n"
            "rspamd_config:register_symbol({ name = 'TEST_ACTION', type = 'prefilter', callback = function(task)\n"
            "  local action = string.match(tostring(task:get_content()), 'please answer with ([a-z ]+)%.')\n"
            "  if action then task:set_pre_result(action, 'as was asked for', 'test') end\n"
            "end })\n"
            "rspamd_config.TEST_ENVELOPE = {\n"
            "  callback = function(task)\n"
            "    local from, rcpt, ip = task:get_from('smtp'), task:get_recipients('smtp'), task:get_ip()\n"
            "    return from and rcpt and ip and from[1].addr == 'someone@example.net' and rcpt[1].addr == 'you@example.com'\n"
            "      and tostring(ip) == '127.0.0.1' and task:get_helo() == 'client.example.net'\n"
            "  end,\n  score = 0.2, group = 'test'\n}\n")
        (folder / "rspamd.conf").write_text(f"""
options {{ pidfile = "{folder}/rspamd.pid"; filters = ""; dynamic_conf = "{folder}/data/dynamic"; temp_dir = "{folder}/data";
  rrd = ""; history_file = ""; cache_file = "{folder}/data/symbols.cache"; hs_cache_dir = "{folder}/data"; explicit_modules = []; disable_monitoring = true;
  control_socket = "{folder}/data/control.sock mode=0600"; dns {{ nameserver = ["127.0.0.1:{free_port()}"]; timeout = 0.1s; retransmits = 1; }} }}
logging {{ type = "console"; level = "info"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{self.port}"; count = 1; }}
metric "default" {{ actions {{ reject = 15; add_header = 5; greylist = 4; }} unknown_weight = 0; }}
lua = "{folder}/rules.lua";
""")

    def command(self):
        user = pwd.getpwnam("_rspamd") if os.getuid() == 0 else None
        rights = ["--user", "_rspamd", "--group", "_rspamd"] if user else []
        return ["/usr/bin/rspamd", "--no-fork", "--config", str(self.folder / "rspamd.conf"), *rights]
