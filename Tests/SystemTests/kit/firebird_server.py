"""A Firebird server of this run's own: own folder, configuration, security database, ports and password. Needs no root."""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from .processes import GuardedProcess, free_port, is_listening, wait_until

_program = Path("/usr/sbin/firebird")
_security_script = Path("/usr/share/firebird/3.0/security.sql")


def is_installed():
    return _program.exists() and _security_script.exists() and shutil.which("isql-fb") is not None


class FirebirdServer:
    def __init__(self, folder, environment=None):
        """`environment` is added to what the server's process inherits."""
        self.folder = Path(folder)
        self._server_environment = environment or {}
        self.port = free_port()
        # Events come over a connection of their own.
        self.event_port = free_port()
        self.password = secrets.token_hex(12)
        self.database = self.database_path("securitygateway")
        self.process = None
        for name in ("root", "lock", "temporary", "data"):
            (self.folder / name).mkdir(parents=True)
        # A symbolic link is not enough: the engine then finds no character sets.
        shutil.copytree(self._engine_folder() / "intl", self.folder / "root" / "intl")
        (self.folder / "root" / "firebird.conf").write_text(self._settings())
        (self.folder / "root" / "databases.conf").touch()
        self._make_security_database()
        self.password_file = self.folder / "password"
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(self.password + "\n")

    def database_path(self, name):
        """Where a database of this name lies; whoever names it makes it."""
        return self.folder / "data" / f"{name}.fdb"

    def node_options(self, database=None, host="127.0.0.1", port=None):
        """Options of `init` and `join` for a node on this server, which it may reach through a forwarder."""
        return (
            "--database-host", host, "--database-port", port or self.port, "--database-name", database or self.database,
            "--database-user", "SYSDBA", "--database-password-file", self.password_file)

    def tool_options(self, database=None):
        """Options of `sgdbtool -setdbconnect` for the same."""
        return (
            "--host", "127.0.0.1", "--port", self.port, "--database", database or self.database, "--user", "SYSDBA", "--password-file",
            self.password_file)

    @staticmethod
    def _engine_folder():
        listing = subprocess.run(["dpkg", "-L", "firebird3.0-server-core"], capture_output=True, text=True, check=True).stdout
        return next(Path(line).parent for line in listing.splitlines() if line.endswith("/firebird.conf"))

    def _settings(self):
        return "\n".join((
            f"RemoteServicePort = {self.port}", f"RemoteAuxPort = {self.event_port}", "RemoteBindAddress = 127.0.0.1", "ServerMode = Super",
            f"SecurityDatabase = {self.folder}/data/security3.fdb", f"DatabaseAccess = Restrict {self.folder}/data",
            f"TempDirectories = {self.folder}/temporary", "AuthServer = Srp256", "AuthClient = Srp256", "UserManager = Srp",
            "WireCrypt = Required", "UdfAccess = None", "DeadlockTimeout = 1", ""))

    @property
    def _environment(self):
        return {
            **os.environ, "FIREBIRD": f"{self.folder}/root", "FIREBIRD_LOCK": f"{self.folder}/lock",
            "FIREBIRD_TMP": f"{self.folder}/temporary"}

    def _interactive_sql(self, arguments, script):
        result = subprocess.run(
            ["isql-fb", "-q", *map(str, arguments)], input=script, capture_output=True, text=True, env=self._environment, timeout=60)
        assert result.returncode == 0, f"isql-fb failed: {result.stderr}{result.stdout}"
        return result.stdout

    def _make_security_database(self):
        security = self.folder / "data" / "security3.fdb"
        self._interactive_sql([], f"create database '{security}';")
        self._interactive_sql(["-user", "SYSDBA", "-i", _security_script, security], "")
        self._interactive_sql(["-user", "SYSDBA", security], f"create user SYSDBA password '{self.password}' using plugin Srp;")

    def create_database(self):
        """An empty database, as an administrator would prepare it."""
        self._interactive_sql(
            ["-user", "SYSDBA", "-password", self.password],
            f"create database '127.0.0.1/{self.port}:{self.database}' page_size 16384 default character set UTF8;")

    def run_sql(self, script):
        """Statements in the nodes' database, as an administrator of the server: what they print."""
        return self._interactive_sql(
            ["-b", "-user", "SYSDBA", "-password", self.password, f"127.0.0.1/{self.port}:{self.database}"], script)

    def query(self, statement):
        """The rows of a query as words; for values without blanks."""
        return [line.split() for line in self.run_sql(f"set heading off; {statement};").splitlines() if line.strip()]

    def accepts_sql(self, script):
        """Whether it was executed; false for a lock that another holds."""
        try:
            self.run_sql(script)
            return True
        except AssertionError:
            return False

    def start(self):
        # A server started on a taken port tries for more than a minute, so the one before must have gone.
        wait_until(lambda: not is_listening(self.port), 10, "the port of the Firebird server is free")
        self.process = GuardedProcess([_program], self.folder / "server.log", environment={**self._environment, **self._server_environment})
        wait_until(lambda: is_listening(self.port), 20, lambda: f"the Firebird server listens: {self.process.log_tail()}")
        return self

    def gbak(self, *words):
        """Firebird's own backup program with this server's login; its password comes from a file."""
        result = subprocess.run(
            ["gbak", *map(str, words), "-user", "SYSDBA", "-fetch_password", self.password_file], capture_output=True, text=True,
            env=self._environment, timeout=120)
        assert result.returncode == 0, f"gbak failed: {result.stderr}{result.stdout}"

    def kill(self):
        if self.process:
            self.process.kill()

    def pause(self):
        self.process.send(signal.SIGSTOP)

    def resume(self):
        self.process.send(signal.SIGCONT)
