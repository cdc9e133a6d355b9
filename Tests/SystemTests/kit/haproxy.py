"""A real HAProxy with the configuration the product ships, on loopback ports."""

import re
import shutil
from pathlib import Path

from .processes import GuardedProcess, free_port, is_listening, wait_until

shipped = Path(__file__).resolve().parents[3] / "etc" / "haproxy" / "securitygateway.cfg"
_program = "/usr/sbin/haproxy"


def is_installed():
    return shutil.which(_program) is not None


class LoadBalancer:
    """`nodes` behind one port of each kind. Only addresses and ports of the shipped configuration are replaced; `source` stands for the
    balancer's own machine, and is what the nodes must trust.
    """

    source = "127.0.0.5"

    def __init__(self, folder, nodes):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.ports = {name: free_port() for name in ("smtp", "smtps", "submission", "web")}
        self.smtp_port, self.web_port = self.ports["smtp"], self.ports["web"]
        self.configuration = self.folder / "haproxy.cfg"
        self.configuration.write_text("".join(self._section(part, nodes) for part in re.split(r"(?m)^(?=listen )", shipped.read_text())))
        self.process = None

    def _section(self, text, nodes):
        found = re.match(r"listen (\w+)", text)
        if not found:
            return text
        name = found[1]
        line = re.search(r"(?m)^ *server .*$", text)[0]
        servers = "\n".join(
            re.sub(r"node1 \S+", f"node{number} 127.0.0.1:{getattr(node, f'{name}_port')}", line).replace("port 4443", f"port {node.web_port}") + f" source {self.source}"
            for number, node in enumerate(nodes, 1))
        text = re.sub(r"(?m)^ *server .*\n", "", text).rstrip() + "\n" + servers + "\n\n"
        return re.sub(r"bind :\d+", f"bind 127.0.0.1:{self.ports[name]}", text)

    def start(self):
        self.process = GuardedProcess([_program, "-db", "-f", self.configuration], self.folder / "haproxy.log")
        wait_until(lambda: all(is_listening(port) for port in self.ports.values()), 20, lambda: f"HAProxy listens: {self.process.log_tail()}")
        return self

    def kill(self):
        if self.process:
            self.process.kill()
