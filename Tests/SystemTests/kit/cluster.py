"""Several nodes on one Firebird server and one Message Data folder."""

import os
import subprocess

from .node import Node, program
from .processes import GuardedProcess


class Cluster:
    """The first node is made by `init`, each further one by `join` with a key that the first one issues."""

    def __init__(self, workplace):
        self.workplace = workplace
        self.server = workplace.firebird_server()
        self.message_data = workplace.folder / "shared-message-data"
        self.message_data.mkdir()
        self.nodes = []

    def _new_node(self):
        folder = self.workplace.folder / f"mx{len(self.nodes) + 1}"
        folder.mkdir()
        node = Node(folder)
        self.nodes.append(node)
        self.workplace.nodes.append(node)
        return node

    def first(self, **options):
        node = self._new_node()
        node.init("--node-name", "mx1", "--message-data", self.message_data, *self.server.node_options(), **options)
        return node.start()

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
        words = [program(), *node.join_words, "--home", node.home, *self._place(options), *options]
        result = subprocess.run(
            list(map(str, words)), capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})})
        return result.returncode, result.stdout + result.stderr

    def _place(self, options):
        place = () if "--database-host" in options else self.server.node_options()
        return place if "--message-data" in options else (*place, "--message-data", self.message_data)

    def start_joining(self, node):
        """The same without waiting."""
        words = [program(), *node.join_words, "--home", node.home, *self._place(())]
        return GuardedProcess(words, node.log, environment={**os.environ, "LC_ALL": "C.UTF-8"})

    def further(self):
        """One more node in service."""
        node = self.prepare()
        exit_code, said = self.join(node)
        assert exit_code == 0, said
        return node.start()


