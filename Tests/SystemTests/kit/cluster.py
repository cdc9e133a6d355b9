"""Several nodes on one Firebird server and one Message Data folder."""

import os
import subprocess

from .forwarder import Forwarder
from .node import Node, program
from .processes import GuardedProcess


class Cluster:
    """The first node is made by `init`, each further one by `join` with a key that the first one issues.

    With `can_be_cut` each node reaches the database through a forwarder of its own.
    """

    def __init__(self, workplace, can_be_cut=False, server_environment=None):
        self.workplace = workplace
        self.can_be_cut = can_be_cut
        self.server = workplace.firebird_server(environment=server_environment)
        self.message_data = workplace.folder / "shared-message-data"
        self.message_data.mkdir()
        self.nodes = []

    def _new_node(self):
        folder = self.workplace.folder / f"mx{len(self.nodes) + 1}"
        folder.mkdir()
        node = Node(folder)
        self.nodes.append(node)
        self.workplace.nodes.append(node)
        node.forwarders = self._forwarders(len(self.nodes)) if self.can_be_cut else []
        return node

    def _forwarders(self, number):
        """For the database and, since the client looks for it at the same address, for its events."""
        ports = ((self.server.port, 0), (self.server.event_port, self.server.event_port))
        forwarders = [Forwarder(f"127.0.0.{20 + number}", target, port) for target, port in ports]
        for forwarder in forwarders:
            self.workplace.at_end(forwarder.close)
        return forwarders

    def _reach(self, node):
        """Options by which this node finds the database."""
        if not node.forwarders:
            return self.server.node_options()
        return self.server.node_options(host=node.forwarders[0].address, port=node.forwarders[0].port)

    def first(self, start=True, environment=None, **options):
        node = self._new_node()
        node.environment = environment or {}
        node.name = "mx1"
        node.init("--node-name", node.name, "--message-data", self.message_data, *self._reach(node), **options)
        return node.start() if start else node

    def issue_key(self):
        return self.nodes[0].run_command("registration-key", "issue")["key"]

    def prepare(self, key=None):
        """A node that has not joined yet, with its key in a file."""
        node = self._new_node()
        key_file = node.folder / "registration-key"
        key_file.touch(mode=0o600)
        key_file.write_text((key or self.issue_key()) + "\n")
        node.name = f"mx{len(self.nodes)}"
        node.join_words = (
            "join", "--node-name", node.name, "--listen-address", "127.0.0.1", "--smtp-port", node.smtp_port, "--smtps-port",
            node.smtps_port, "--submission-port", node.submission_port, "--web-port", node.web_port, "--registration-key-file", key_file)
        return node

    def join(self, node, *options, environment=None):
        """`securitygateway join`: (exit code, everything it said)."""
        words = [program(), *node.join_words, "--home", node.home, *self._place(node, options), *options]
        result = subprocess.run(
            list(map(str, words)), capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})})
        return result.returncode, result.stdout + result.stderr

    def _place(self, node, options):
        place = () if "--database-host" in options else self._reach(node)
        return place if "--message-data" in options else (*place, "--message-data", self.message_data)

    def start_joining(self, node):
        """The same without waiting."""
        words = [program(), *node.join_words, "--home", node.home, *self._place(node, ())]
        return GuardedProcess(words, node.log, environment={**os.environ, "LC_ALL": "C.UTF-8"})

    def further(self, environment=None):
        """One more node in service."""
        node = self.prepare()
        node.environment = environment or {}
        exit_code, said = self.join(node, environment=environment)
        assert exit_code == 0, said
        return node.start()


