"""The folder and the processes of one test: everything is ended with it, and the folder is kept when it failed."""

import os
import shutil
import tempfile
from pathlib import Path

from .firebird_server import FirebirdServer
from .next_hop import NextHop
from .node import Node


class Workplace:
    def __init__(self):
        # Short: the node's local socket lies in it, and its path is limited to 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="sgtest-"))
        self.nodes = []
        self.next_hops = []
        self.servers = []
        self._shared_server = None
        self.has_failed = False
        self._ends = []

    def node(self, *options, domain=None, next_hop=None, administrator=True, start=True):
        """A node that runs, with a domain whose mail server is `next_hop`."""
        folder = self.folder / f"node{len(self.nodes) or ''}"
        folder.mkdir()
        node = Node(folder)
        self.nodes.append(node)
        if os.environ.get("SYSTEM_TESTS_DATABASE") == "server" and "--database-host" not in options:
            options = (*options, *self.shared_server.node_options(self.shared_server.database_path(folder.name)))
        node.init(*options, administrator=administrator)
        if start:
            node.start()
            if next_hop:
                node.add_domain(domain or "example.com", next_hop.address)
        return node

    def next_hop(self, **options):
        next_hop = NextHop(**options).start()
        self.next_hops.append(next_hop)
        return next_hop

    def firebird_server(self, **options):
        server = FirebirdServer(self.folder / f"firebird-server{len(self.servers) or ''}", **options)
        self.servers.append(server)
        return server.start()

    @property
    def shared_server(self):
        """The server of all nodes of this workplace that need not have one of their own."""
        if not self._shared_server:
            self._shared_server = self.firebird_server()
        return self._shared_server

    def at_end(self, action):
        """Something to undo, whatever happens; before the processes are ended."""
        self._ends.append(action)

    def report(self):
        """What helps to understand a failure."""
        parts = [f"the test's folder is kept: {self.folder}"]
        for node in self.nodes:
            state = "was not started" if not node.process else "runs" if node.process.is_running else f"ended with {node.process.exit_code}"
            parts.append(f"--- {node.home} {state}; the last lines of its log:\n{node.log_tail()}")
        return "\n".join(parts)

    def close(self):
        for action in reversed(self._ends):
            action()
        for process in [*self.nodes, *self.servers]:
            process.kill()
        for next_hop in self.next_hops:
            next_hop.stop()
        if not self.has_failed:
            shutil.rmtree(self.folder, ignore_errors=True)
