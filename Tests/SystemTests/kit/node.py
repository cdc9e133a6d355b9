"""One gateway node as a process: made, started, asked by its own commands, stopped or killed."""

import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from .processes import GuardedProcess, free_port, is_listening, wait_until
from .smtp import SMTPClient, SMTPConnectionLost


class CommandFailed(Exception):
    def __init__(self, result):
        super().__init__(f"{' '.join(map(str, result.args))} ended with {result.returncode}: {result.stderr.strip() or result.stdout.strip()}")
        self.result = result


def program():
    path = os.environ.get("SECURITYGATEWAY_PROGRAM")
    if path:
        return Path(path)
    return Path(__file__).resolve().parents[3] / ".build" / "debug" / "securitygateway"


def run_program(*arguments, timeout=60):
    """Runs the program to its end, whatever it says."""
    environment = {name: value for name, value in os.environ.items() if name != "SECURITYGATEWAY_HOME"}
    environment["LC_ALL"] = "C.UTF-8"
    return subprocess.run(
        [str(program()), *map(str, arguments)], capture_output=True, text=True, errors="replace", timeout=timeout, env=environment,
        stdin=subprocess.DEVNULL)


class Node:
    """A node with its own home and ports. `start` waits until it answers on its SMTP port."""

    # A debug build on a busy machine; nothing is slept away, this is only when to give up.
    start_seconds = 60
    administrator = "alice"

    def __init__(self, folder):
        self.folder = Path(folder)
        self.home = self.folder / "home"
        self.log = self.folder / "node.log"
        self.password = secrets.token_urlsafe(18)
        self.smtp_port, self.smtps_port, self.submission_port, self.web_port = (free_port() for _ in range(4))
        self.process = None
        # Added to what its process inherits.
        self.environment = {}

    # Making it

    def init(self, *options, administrator=True):
        """`securitygateway init` with free ports on loopback."""
        if administrator:
            password_file = self.folder / "password"
            password_file.touch(mode=0o600)
            password_file.write_text(self.password + "\n")
            options = ("--admin", self.administrator, "--password-file", password_file, *options)
        return self.run_command(
            "init", "--listen-address", "127.0.0.1", "--smtp-port", self.smtp_port, "--smtps-port", self.smtps_port,
            "--submission-port", self.submission_port, "--web-port", self.web_port, *options, json_output=False)

    def start(self, waits=True, prefix=()):
        # The log goes on over restarts: only what this start writes says that it is in service.
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self.process = GuardedProcess([*prefix, program(), "run", "--home", self.home], self.log, environment=self._environment())
        if waits:
            self.wait_until_ready()
        return self

    def _environment(self):
        # A trap of the runtime prints one line instead of minutes of symbol search on a busy machine.
        return {**os.environ, "SWIFT_BACKTRACE": "enable=no", **self.environment}

    def wait_until_ready(self):
        wait_until(self._is_ready, self.start_seconds, lambda: f"the node answers on its SMTP port; its log:\n{self.log_tail()}")

    def _is_ready(self):
        """Mail on every port, pages and commands are served: the node says so itself once the last listener is open."""
        if not self.process.is_running:
            raise AssertionError(f"the node ended with {self.process.exit_code} at its start:\n{self.log_tail()}")
        if not self._says_in_service():
            return False
        try:
            with SMTPClient(self.smtp_port, timeout=5) as client:
                if client.greeting.code != 220:
                    return False
            with socket.socket(socket.AF_UNIX) as local:
                local.connect(str(self.home / "admin.sock"))
            return is_listening(self.web_port)
        except (OSError, SMTPConnectionLost):
            return False

    def _says_in_service(self):
        with open(self.log, "rb") as log:
            log.seek(self._log_start)
            return b"the node is in service" in log.read()

    # Ending it

    def stop(self, grace=40):
        """SIGTERM; the exit code."""
        return self.process.terminate(grace)

    def kill(self):
        if self.process:
            self.process.kill()

    def pause(self):
        self.process.send(signal.SIGSTOP)

    def resume(self):
        self.process.send(signal.SIGCONT)

    def log_tail(self, lines=40):
        return self.process.log_tail(lines) if self.process else ""

    # Asking it

    def run_command(self, *words, json_output=True, timeout=60):
        """A command of the program on this home: its parsed JSON (None when it prints nothing), or `CommandFailed`."""
        json_words = ("--json",) if json_output else ()
        result = run_program(*words, "--home", self.home, *json_words, timeout=timeout)
        if result.returncode != 0:
            raise CommandFailed(result)
        if not json_output:
            return result.stdout
        return json.loads(result.stdout) if result.stdout.strip() else None

    def add_domain(self, name, *next_hops):
        servers = [word for next_hop in next_hops for word in ("--mail-server", next_hop)]
        self.run_command("domain", "add", name, *servers, json_output=False)
        self.wait_until_accepted(name)

    def wait_until_accepted(self, domain, seconds=10):
        """A change is saved first; then every node, this one too, learns of it."""
        wait_until(lambda: self.accepts(f"postmaster@{domain}"), seconds, f"mail for {domain} is accepted")

    def accepts(self, recipient):
        with SMTPClient(self.smtp_port) as client:
            client.hello()
            client.command("MAIL FROM:<someone@example.net>")
            accepted = client.command(f"RCPT TO:<{recipient}>").is_positive
            client.quit()
            return accepted

    def set(self, name, value):
        """`settings set SECTION.FIELD VALUE`, in force when it returns."""
        self._wait_for_revision(self.run_command("settings", "set", name, value))

    def reset(self, name):
        self._wait_for_revision(self.run_command("settings", "reset", name))

    def _wait_for_revision(self, saved):
        wait_until(lambda: self.status()["settingsRevision"] >= saved["revision"], 10, f"settings revision {saved['revision']} in force")

    def queue(self):
        """All entries, one for each recipient."""
        pages = self.run_command("queue", "list", "--all", "--json", json_output=False)
        return [entry for line in pages.splitlines() if line for entry in json.loads(line)["items"]]

    def messages(self, *options):
        return self.run_command("log", "list", *options)["items"]

    def message(self, identifier):
        return self.run_command("log", "show", identifier)

    def web(self, path, timeout=10):
        """GET over HTTPS from the node's pages: (status, text)."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with urllib.request.urlopen(f"https://127.0.0.1:{self.web_port}{path}", timeout=timeout, context=context) as answer:
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode("utf-8", "replace")

    def status(self):
        return self.run_command("status")

    def broken_parts(self):
        """Names of the parts whose health is bad."""
        return [part["name"] for part in self.status()["health"]["parts"] if not part["isWorking"]]

    @property
    def message_data(self):
        return self.home / "message-data"

    def stored_files(self):
        """Content files and temporary ones in Message Data."""
        return [path for path in self.message_data.rglob("*") if path.is_file() and not path.name.startswith(".securitygateway-")]

