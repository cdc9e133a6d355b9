"""One case of the acceptance table: who comes how with what, and where and how the node decides."""

import base64
import ipaddress
import itertools
from collections import defaultdict
from dataclasses import dataclass, field

from .smtp import ProxiedClient, framed

PASSWORD = "correct horse battery staple"

# What each client's address is taken from. What the node thinks of these networks is set in the test.
NETWORKS = {
    "outside": "198.18.0.0/16",
    "trusted": "198.19.0.0/17",
    "blocked": "198.51.100.0/26",
    "blocked, allowed by one domain": "198.51.100.64/26",
    "blocked and allowed": "198.51.100.128/25",
    "blocked and trusted": "198.19.128.0/17",
    "outside by IPv6": "2001:db8:1::/48",
    "trusted by IPv6": "2001:db8:2::/48",
    "blocked by IPv6": "2001:db8:3::/48",
}

# Name and password of AUTH PLAIN.
SIGN_INS = {
    "user": ("suzuki@example.com", PASSWORD),
    "user of the other domain": ("sato@listed.example", PASSWORD),
    "user whose address is blocked": ("ito@example.com", PASSWORD),
    "user in capitals": ("Suzuki@EXAMPLE.com", PASSWORD),
    "disabled user": ("retired@example.com", PASSWORD),
    "user without a password": ("silent@example.com", PASSWORD),
    "wrong password": ("suzuki@example.com", "wrong password"),
    "alias as the name": ("sales@example.com", PASSWORD),
    "nobody": ("nobody@example.com", PASSWORD),
    "name without a domain": ("suzuki", PASSWORD),
    "name of a foreign domain": ("suzuki@elsewhere.example", PASSWORD),
}

# No two cases share a client address, so that each is found in the log.
_used = defaultdict(lambda: itertools.count(1))


def _next_address(client):
    return str(ipaddress.ip_network(NETWORKS[client])[next(_used[client])])


@dataclass(frozen=True)
class Logged:
    """What the message log says of the only message of a case. `reason` is part of the message's or of a recipient's reason."""

    direction: str
    result: str
    reason: str
    recipients: tuple = None
    user: str = ""


@dataclass(frozen=True)
class Case:
    """`expected` is the step that decides, its code and its enhanced code: `RCPT 550 5.1.1`."""

    expected: str
    title: str = ""
    listener: str = "smtp"
    client: str = "outside"
    sign_in: str = None
    # A refused sign-in does not keep the client from going on.
    goes_on: bool = False
    # On the SMTP and submission listeners: STARTTLS before anything else. None: as clients do there.
    tls: bool = None
    sender: str = "stranger@elsewhere.example"
    parameters: str = ""
    recipients: tuple = ("someone@example.com",)
    # Sent when all recipients were accepted; else the last RCPT decides.
    content: bytes = None
    log: Logged = None
    address: str = field(default=None, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "address", _next_address(self.client))

    def __str__(self):
        if self.title:
            return f"{self.title}: {self.expected}"
        who = f"a client {self.client}" if self.client != "trusted" else "a trusted client"
        sign_in = f" signs in as {self.sign_in}{' and goes on' if self.goes_on else ''} and" if self.sign_in else ""
        return f"{who}{sign_in} writes by {self.listener} from <{self.sender}> to {' '.join(self.recipients)}: {self.expected}"

    @property
    def proxy_header(self):
        version, own = ("TCP6", "::1") if ":" in self.address else ("TCP4", "127.0.0.1")
        return f"PROXY {version} {self.address} {own} 40000 25\r\n".encode()


def play(node, case):
    """Step, code and enhanced code of what decided, as `Case.expected` has it."""
    with ProxiedClient(getattr(node, f"{case.listener}_port"), case.proxy_header, tls=case.listener == "smtps") as client:
        if client.greeting.code != 220:
            return _told("greeting", client.greeting)
        step, reply = _dialog(client, case)
        # What a session leaves behind is logged at its end.
        client.quit()
        return _told(step, reply)


def _dialog(client, case):
    client.hello()
    if case.tls if case.tls is not None else case.listener == "submission" or case.listener == "smtp" and case.sign_in:
        assert client.start_tls().code == 220
        client.hello()
    if case.sign_in:
        name, password = SIGN_INS[case.sign_in]
        reply = client.command("AUTH PLAIN " + base64.b64encode(f"\0{name}\0{password}".encode()).decode())
        if not reply.is_positive and not case.goes_on:
            return "AUTH", reply
    reply = client.command(f"MAIL FROM:<{case.sender}>{case.parameters}")
    if not reply.is_positive:
        return "MAIL", reply
    for recipient in case.recipients:
        reply = client.command(f"RCPT TO:<{recipient}>")
        if not reply.is_positive:
            return "RCPT", reply
    if case.content is None:
        return "RCPT", reply
    reply = client.command("DATA")
    if reply.code == 354:
        client.send(framed(case.content))
        reply = client.read_reply()
    return "DATA", reply


def _told(step, reply):
    return f"{step} {reply.code} {reply.text.split(' ')[0]}"
