"""Who may send what to whom: each row is one session against one node, with the reply where it is decided.

Expectations of the products come from the small oracles beside them, which know the rules and not the product.
"""

import itertools

import pytest

from kit.acceptance import NETWORKS, PASSWORD, SIGN_INS, Case, Logged, play
from kit.name_server import NameServer
from kit.processes import wait_until

LARGEST = 100_000
LARGEST_LISTED = 20_000
SMALL = b"From: stranger@elsewhere.example\r\nSubject: acceptance\r\n\r\nhello\r\n"
TOO_BIG_FOR_LISTED = SMALL + (b"x" * 70 + b"\r\n") * (LARGEST_LISTED // 72 + 1)
TOO_BIG = SMALL + (b"x" * 70 + b"\r\n") * (LARGEST // 72 + 1)

ACCESS_LISTS = [
    ("block", "sender", "spammer@bad.example"),
    ("block", "sender", "ito@example.com"),
    ("block", "sender-domain", "junk.example"),
    ("allow", "sender", "friend@junk.example"),
    ("allow", "sender", "wanted@junk.example", "--domain", "listed.example"),
    ("block", "sender", "partner@partner.example", "--domain", "listed.example"),
    ("block", "sender-domain", "mixed.example"),
    ("allow", "sender-domain", "good.mixed.example"),
    ("allow", "sender", "chief@allowed.example"),
    ("block", "sender-domain", "allowed.example", "--domain", "listed.example"),
    ("block", "network", "198.51.100.0/24"),
    ("allow", "network", NETWORKS["blocked, allowed by one domain"], "--domain", "listed.example"),
    ("allow", "network", NETWORKS["blocked and allowed"]),
    ("block", "network", NETWORKS["blocked and trusted"]),
    ("block", "network", NETWORKS["blocked by IPv6"]),
]


@pytest.fixture(scope="module")
def node(shared_workplace):
    names = NameServer().start()
    shared_workplace.at_end(names.stop)
    next_hop = shared_workplace.next_hop()
    next_hop.recipient_reply = said_by_the_mail_server
    node = shared_workplace.node(domain="example.com", next_hop=next_hop)
    for domain in ("listed.example", "plain.example", "aliases.example", "asked.example"):
        node.add_domain(domain, next_hop.address)
    configure(node, names)
    add_people(node)
    for words in ACCESS_LISTS:
        node.run_command("list", "add", *words)
    # Last: from here on a connection from this machine needs the header that names its client.
    node.set("reception.proxy-networks", "127.0.0.1")
    return node


def said_by_the_mail_server(address):
    """Of the domain that is verified by call-forward; everyone else's recipients are taken."""
    local_part, _, domain = address.lower().partition("@")
    if domain != "asked.example" or local_part == "colleague":
        return None
    return "450 4.2.0 busy" if local_part == "busy" else "550 5.1.1 nobody here"


def configure(node, names):
    node.set("dns.servers", names.address)
    # Neither names of clients nor points for them are looked at here.
    node.set("sender-checks.reverse-lookup", "false")
    node.set("sender-checks.hello", "false")
    node.set("node.helo-name", "gateway.plain.example")
    node.set("reception.maximum-message-bytes", LARGEST)
    node.set("relay.trusted-networks", ",".join(NETWORKS[name] for name in ("trusted", "trusted by IPv6", "blocked and trusted")))
    for name, value in (("recipients", "listed"), ("maximum-message-bytes", LARGEST_LISTED)):
        node.run_command("settings", "set", "--domain", "listed.example", f"domain.{name}", value)
    node.run_command("settings", "set", "--domain", "asked.example", "domain.recipients", "call-forward")
    # Nobody guesses here, but many ask in a short time.
    node.set("user-verification.questions-per-minute", 60_000)


def add_people(node):
    password = node.folder / "user-password"
    password.write_text(PASSWORD + "\n")
    signs_in = ("--password-file", password)
    node.run_command("user", "add", "suzuki@example.com", "--alias", "sales@example.com", "--alias", "info@aliases.example", *signs_in)
    node.run_command("user", "add", "ito@example.com", *signs_in)
    node.run_command("user", "add", "silent@example.com")
    node.run_command("user", "add", "retired@example.com", "--alias", "old@example.com", "--disabled", *signs_in)
    node.run_command("user", "add", "sato@listed.example", "--alias", "help@listed.example", *signs_in)
    node.run_command("user", "add", "retired@listed.example", "--alias", "old@listed.example", "--disabled", *signs_in)
    node.run_command("user", "add", "mori@asked.example", "--alias", "desk@asked.example", *signs_in)
    node.run_command("user", "add", "retired@asked.example", "--alias", "old@asked.example", "--disabled", *signs_in)
    node.run_command("domain", "recipient", "add", "listed.example", "tanaka@listed.example")
    node.run_command("domain", "recipient", "add", "asked.example", "tanaka@asked.example")


# Relaying: listener, network, sign-in, recipient


def relaying():
    for listener, client, sign_in, recipient in itertools.product(
        ["smtp", "smtps", "submission"], ["outside", "trusted"], [None, "user", "disabled user", "wrong password"],
        ["someone@example.com", "friend@elsewhere.example"]):
        for goes_on in [False, True] if sign_in else [False]:
            for sender in ["suzuki@example.com", "boss@example.com"]:
                expected = relaying_expected(listener, client, sign_in, goes_on, sender, recipient)
                yield Case(expected, listener=listener, client=client, sign_in=sign_in, goes_on=goes_on, sender=sender, recipients=(recipient,))


def relaying_expected(listener, client, sign_in, goes_on, sender, recipient):
    offered = listener != "smtp"
    if sign_in and not goes_on and not offered:
        return "AUTH 502 5.5.1"
    if sign_in and not goes_on and sign_in != "user":
        return "AUTH 535 5.7.8"
    is_user = sign_in == "user" and offered
    if is_user and sender != "suzuki@example.com":
        return "MAIL 553 5.7.1"
    if recipient.endswith("@example.com") or is_user or client == "trusted" and listener != "submission":
        return "RCPT 250 2.1.5"
    return "RCPT 530 5.7.0" if listener == "submission" else "RCPT 550 5.7.1"


# Recipients: what is known of the address, and whether the domain wants to know


# A colleague is known to the mail server alone.
KNOWN = {"user": True, "alias": True, "listed": True, "postmaster": True, "retired": False, "old": False, "unknown": False, "colleague": False}
LOCAL_PARTS = {
    "example.com": {"user": "suzuki", "alias": "sales", "listed": "tanaka"},
    "listed.example": {"user": "sato", "alias": "help", "listed": "tanaka"},
    "asked.example": {"user": "mori", "alias": "desk", "listed": "tanaka"},
}


def recipients():
    ways = [{"client": "outside"}, {"client": "trusted"}, {"listener": "submission", "sign_in": "user", "sender": "suzuki@example.com"}]
    for domain, (kind, is_known), way in itertools.product(LOCAL_PARTS, KNOWN.items(), ways):
        accepts = is_known or domain == "example.com" or domain == "asked.example" and kind == "colleague"
        expected = "RCPT 250 2.1.5" if accepts else "RCPT 550 5.1.1"
        yield Case(expected, recipients=(f"{LOCAL_PARTS[domain].get(kind, kind)}@{domain}",), **way)


# Access lists: the sender, by the step that turns him away for each of the two domains


ACCEPTED, AT_MAIL, AT_RCPT = "RCPT 250 2.1.5", "MAIL 550 5.7.1", "RCPT 550 5.7.1"
SENDERS = [
    # sender, to example.com, to listed.example
    ("stranger@elsewhere.example", ACCEPTED, ACCEPTED),
    ("", ACCEPTED, ACCEPTED),
    ("spammer@bad.example", AT_MAIL, AT_MAIL),
    ("Spammer@BAD.example", AT_MAIL, AT_MAIL),
    ("other@bad.example", ACCEPTED, ACCEPTED),
    ("anyone@junk.example", AT_MAIL, AT_MAIL),
    ("anyone@sub.junk.example", AT_MAIL, AT_MAIL),
    ("anyone@notjunk.example", ACCEPTED, ACCEPTED),
    ("anyone@junk.example.net", ACCEPTED, ACCEPTED),
    ("friend@junk.example", ACCEPTED, ACCEPTED),
    ("wanted@junk.example", AT_RCPT, ACCEPTED),
    ("partner@partner.example", ACCEPTED, AT_RCPT),
    ("anyone@good.mixed.example", ACCEPTED, ACCEPTED),
    ("anyone@bad.mixed.example", AT_MAIL, AT_MAIL),
    ("chief@allowed.example", ACCEPTED, AT_RCPT),
    ("other@allowed.example", ACCEPTED, AT_RCPT),
]


def access_lists():
    for sender, *expectations in SENDERS:
        for recipient, expected in zip(["someone@example.com", "tanaka@listed.example"], expectations):
            yield Case(expected, sender=sender, recipients=(recipient,))
            # The company's own mail is not judged.
            yield Case(ACCEPTED, client="trusted", sender=sender, recipients=(recipient,))


# What no product holds


SUZUKI = {"listener": "submission", "sign_in": "user", "sender": "suzuki@example.com"}
TRUSTED = {"client": "trusted"}


def to(*addresses):
    return {"recipients": addresses}


single = [
    # The null sender
    Case("RCPT 250 2.1.5", "a user sends a receipt with the null sender", **{**SUZUKI, "sender": ""}, **to("friend@elsewhere.example")),
    Case("RCPT 250 2.1.5", "a trusted network sends a report with the null sender", sender="", **TRUSTED, **to("friend@elsewhere.example")),
    Case("RCPT 550 5.7.1", "the null sender opens nothing", sender="", **to("friend@elsewhere.example")),
    Case("RCPT 550 5.1.1", "a report to an unlisted recipient", sender="", **to("unknown@listed.example")),
    # What the mail server says of the recipient
    *(Case(expected, f"{name} to {kind} of a domain that is asked about", **to(f"{kind}@asked.example"), **way)
      for name, way in (("the null sender", {"sender": ""}), ("a user of another domain", SUZUKI), ("a stranger by smtps", {"listener": "smtps"}))
      for kind, expected in (("colleague", "RCPT 250 2.1.5"), ("unknown", "RCPT 550 5.1.1"), ("busy", "RCPT 451 4.3.0"))),
    Case("RCPT 250 2.1.5", "the mail server's own in capitals", **to("COLLEAGUE@Asked.Example")),
    Case("MAIL 550 5.7.1", "a blocked sender to somebody the mail server knows", sender="spammer@bad.example", **to("colleague@asked.example")),
    Case("MAIL 550 5.7.1", "a blocked network to nobody the mail server knows", client="blocked", **to("unknown@asked.example")),
    Case("RCPT 550 5.1.1", "an allowed sender to nobody the mail server knows", sender="friend@junk.example", **to("unknown@asked.example")),
    Case("RCPT 550 5.7.1", "a sender allowed elsewhere to somebody the mail server knows",
         sender="wanted@junk.example", **to("colleague@asked.example")),
    Case("RCPT 552 5.3.4", "somebody the mail server knows, and one with too much", parameters=f" SIZE={LARGEST_LISTED + 1}",
         **to("colleague@asked.example", "tanaka@listed.example")),
    Case("RCPT 550 5.1.1", "somebody the mail server knows, and nobody", **to("colleague@asked.example", "unknown@asked.example")),
    # Senders of users
    Case("RCPT 250 2.1.5", "a user writes from his alias", **{**SUZUKI, "sender": "sales@example.com"}),
    Case("RCPT 250 2.1.5", "a user writes from his alias in another domain", **{**SUZUKI, "sender": "info@aliases.example"}),
    Case("RCPT 250 2.1.5", "a user writes his address in capitals", **{**SUZUKI, "sender": "SUZUKI@Example.COM"}),
    Case("RCPT 250 2.1.5", "a user signs in in capitals", **{**SUZUKI, "sign_in": "user in capitals"}),
    Case("RCPT 250 2.1.5", "a user of another domain signs in", listener="smtps", sign_in="user of the other domain", sender="sato@listed.example"),
    Case("MAIL 553 5.7.1", "a user writes from another's address", **{**SUZUKI, "sender": "ito@example.com"}),
    Case("MAIL 553 5.7.1", "a user writes from another's alias", **{**SUZUKI, "sender": "help@listed.example"}),
    Case("MAIL 553 5.7.1", "a user writes from a disabled user's address", **{**SUZUKI, "sender": "retired@example.com"}),
    Case("MAIL 553 5.7.1", "a user writes from a foreign domain by smtps",
         listener="smtps", sign_in="user", sender="suzuki@elsewhere.example"),
    Case("MAIL 553 5.7.1", "a user in a trusted network writes from a foreign domain",
         **{**SUZUKI, "sender": "suzuki@elsewhere.example"}, **TRUSTED),
    # Who cannot sign in
    *(Case("AUTH 535 5.7.8", f"a sign-in by {name} on {listener}", listener=listener, sign_in=name)
      for listener in ("smtps", "submission")
      for name in ("user without a password", "alias as the name", "nobody", "name without a domain", "name of a foreign domain")),
    Case("AUTH 538 5.7.11", "a password in the clear on submission", listener="submission", sign_in="user", tls=False),
    Case("AUTH 502 5.5.1", "a password in the clear on port 25", sign_in="user", tls=False),
    Case("MAIL 530 5.7.0", "submission in the clear", listener="submission", tls=False),
    # Postmasters
    Case("RCPT 250 2.1.5", "postmaster without a domain", **to("Postmaster")),
    Case("RCPT 250 2.1.5", "postmaster at the gateway's own name", **to("postmaster@gateway.plain.example")),
    Case("RCPT 250 2.1.5", "postmaster in capitals in a listed domain", **to("POSTMASTER@LISTED.example")),
    Case("RCPT 550 5.7.1", "someone else at the gateway's own name", **to("someone@gateway.plain.example")),
    Case("RCPT 550 5.7.1", "postmaster of a foreign domain", **to("postmaster@elsewhere.example")),
    Case("MAIL 550 5.7.1", "a blocked sender to postmaster", sender="spammer@bad.example", **to("postmaster@example.com")),
    # Address literals
    *(Case("RCPT 550 5.1.2", f"an address literal {literal} by {name}", **to(f"someone@{literal}"), **way)
      for literal in ("[127.0.0.1]", "[192.0.2.25]", "[IPv6:2001:db8::25]")
      for name, way in (("a stranger", {}), ("a trusted client", TRUSTED), ("a user", SUZUKI))),
    Case("RCPT 550 5.1.2", "postmaster at an address literal", **to("postmaster@[127.0.0.1]")),
    # Sizes
    *(Case(expected, f"{name} declares {size} bytes", parameters=f" SIZE={size}", **way)
      for name, way in (("a stranger", {}), ("a trusted client", TRUSTED), ("a user", SUZUKI))
      for size, expected in ((LARGEST, "RCPT 250 2.1.5"), (LARGEST + 1, "MAIL 552 5.3.4"))),
    *(Case(expected, f"{name} declares {size} bytes to a domain that takes less", parameters=f" SIZE={size}", **to("tanaka@listed.example"), **way)
      for name, way in (("a stranger", {}), ("a trusted client", TRUSTED), ("a user", SUZUKI))
      for size, expected in ((LARGEST_LISTED, "RCPT 250 2.1.5"), (LARGEST_LISTED + 1, "RCPT 552 5.3.4"))),
    Case("MAIL 552 5.3.4", "a size of twenty nines", parameters=" SIZE=" + "9" * 20),
    Case("MAIL 501 5.5.4", "a size that is no number", parameters=" SIZE=large"),
    Case("RCPT 250 2.1.5", "a size of nought", parameters=" SIZE=0"),
    Case("DATA 552 5.3.4", "more than anybody takes, undeclared", content=TOO_BIG),
    Case("DATA 552 5.3.4", "more than was declared", parameters=" SIZE=100", content=TOO_BIG),
    # Domains that are nearly ours
    *(Case("RCPT 550 5.7.1", f"the domain {name}", **to(f"someone@{name}"))
      for name in ("sub.example.com", "notexample.com", "com", "example.com.elsewhere.example", "nosuch.invalid")),
    Case("RCPT 250 2.1.5", "our domain in capitals", **to("someone@EXAMPLE.COM")),
    Case("RCPT 250 2.1.5", "a domain without users", **to("someone@plain.example")),
    Case("RCPT 250 2.1.5", "a trusted client to a domain below ours", **TRUSTED, **to("someone@sub.example.com")),
    Case("RCPT 250 2.1.5", "a user to an unknown domain", **SUZUKI, **to("someone@nosuch.invalid")),
    # What is no address
    Case("MAIL 501 5.1.7", "a sender without a domain", sender="someone"),
    Case("RCPT 501 5.1.3", "a recipient without a domain", **to("someone")),
    Case("MAIL 553 5.6.7", "an international sender without SMTPUTF8", sender="鈴木@elsewhere.example"),
    Case("RCPT 553 5.6.7", "an international recipient without SMTPUTF8", **to("鈴木@example.com")),
    # Blocked and allowed networks; there are allowed senders, so that a blocked network is heard as far as MAIL
    *(Case("MAIL 550 5.7.1", f"a client of a network {client} on {listener}", listener=listener, client=client)
      for listener in ("smtp", "smtps", "submission") for client in ("blocked", "blocked by IPv6")),
    Case("RCPT 250 2.1.5", "an address allowed in a blocked network", client="blocked and allowed"),
    Case("RCPT 250 2.1.5", "an allowed address with a sender who is blocked", client="blocked and allowed", sender="spammer@bad.example"),
    Case("RCPT 550 5.7.1", "an allowed address may not relay", client="blocked and allowed", **to("friend@elsewhere.example")),
    Case("RCPT 550 5.7.1", "a network that another domain allows", client="blocked, allowed by one domain"),
    Case("RCPT 250 2.1.5", "a network that this domain allows", client="blocked, allowed by one domain", **to("tanaka@listed.example")),
    Case("RCPT 550 5.1.1", "an allowed network to nobody", client="blocked, allowed by one domain", **to("unknown@listed.example")),
    Case("RCPT 250 2.1.5", "a network that is blocked and trusted", client="blocked and trusted", **to("friend@elsewhere.example")),
    Case("RCPT 250 2.1.5", "a trusted client by IPv6", client="trusted by IPv6", **to("friend@elsewhere.example")),
    Case("RCPT 550 5.7.1", "a client from outside by IPv6", client="outside by IPv6", **to("friend@elsewhere.example")),
    Case("RCPT 530 5.7.0", "a trusted client by IPv6 on submission",
         client="trusted by IPv6", listener="submission", **to("friend@elsewhere.example")),
    # Lists and other rules together
    Case("RCPT 550 5.7.1", "an allowed sender may not relay", sender="friend@junk.example", **to("friend@elsewhere.example")),
    Case("RCPT 550 5.1.1", "an allowed sender to nobody", sender="friend@junk.example", **to("unknown@listed.example")),
    Case("RCPT 552 5.3.4", "an allowed sender with too much",
         sender="friend@junk.example", parameters=f" SIZE={LARGEST_LISTED + 1}", **to("tanaka@listed.example")),
    Case("MAIL 550 5.7.1", "a stranger in the name of a user who is blocked", sender="ito@example.com"),
    Case("RCPT 250 2.1.5", "the user himself, whose address is blocked",
         listener="submission", sign_in="user whose address is blocked", sender="ito@example.com", **to("friend@elsewhere.example")),
    Case("RCPT 550 5.7.1", "the domain of the second recipient blocks", sender="partner@partner.example",
         **to("someone@example.com", "tanaka@listed.example")),
]


# What the message log says


logged = [
    Case("DATA 250 2.0.0", "a stranger to an own address", content=SMALL, log=Logged("inbound", "accepted", "queued", ("someone@example.com",))),
    Case("DATA 250 2.0.0", "a stranger by smtps", listener="smtps", content=SMALL, log=Logged("inbound", "accepted", "queued")),
    Case("DATA 250 2.0.0", "a stranger on submission", listener="submission", content=SMALL, log=Logged("inbound", "accepted", "queued")),
    Case("DATA 250 2.0.0", "a trusted client on submission", listener="submission", content=SMALL, **TRUSTED,
         log=Logged("inbound", "accepted", "queued")),
    Case("DATA 250 2.0.0", "a trusted client to an own address", content=SMALL, **TRUSTED, log=Logged("internal", "accepted", "queued")),
    Case("DATA 250 2.0.0", "a trusted client to a foreign address", content=SMALL, **TRUSTED, **to("friend@elsewhere.example"),
         log=Logged("outbound", "accepted", "queued", ("friend@elsewhere.example",))),
    Case("DATA 250 2.0.0", "a user to an own address", content=SMALL, **SUZUKI,
         log=Logged("internal", "accepted", "queued", user="suzuki@example.com")),
    Case("DATA 250 2.0.0", "a user to a foreign address", content=SMALL, **SUZUKI, **to("friend@elsewhere.example"),
         log=Logged("outbound", "accepted", "queued", user="suzuki@example.com")),
    Case("DATA 250 2.0.0", "a user to an own and a foreign address", content=SMALL, **SUZUKI,
         **to("someone@example.com", "friend@elsewhere.example"),
         log=Logged("outbound", "accepted", "queued", ("someone@example.com", "friend@elsewhere.example"), "suzuki@example.com")),
    Case("DATA 250 2.0.0", "a report to an alias", sender="", content=SMALL, **to("sales@example.com"),
         log=Logged("inbound", "accepted", "queued", ("suzuki@example.com",))),
    Case("DATA 250 2.0.0", "an alias in a domain of aliases only", content=SMALL, **to("info@aliases.example"),
         log=Logged("inbound", "accepted", "queued", ("suzuki@example.com",))),
    Case("DATA 250 2.0.0", "postmaster of the gateway", content=SMALL, **to("postmaster@gateway.plain.example"),
         log=Logged("inbound", "accepted", "queued")),
    Case("DATA 250 2.0.0", "a wanted sender to who wants him", sender="wanted@junk.example", content=SMALL, **to("tanaka@listed.example"),
         log=Logged("inbound", "accepted", "queued")),
    Case("RCPT 550 5.7.1", "a stranger to a foreign address", **to("friend@elsewhere.example"),
         log=Logged("inbound", "refused", "550 5.7.1 Relaying denied", ("friend@elsewhere.example",))),
    Case("RCPT 530 5.7.0", "a stranger to a foreign address on submission", listener="submission", **to("friend@elsewhere.example"),
         log=Logged("inbound", "refused", "530 5.7.0")),
    Case("RCPT 550 5.1.1", "a stranger to nobody", **to("unknown@listed.example"), log=Logged("inbound", "refused", "550 5.1.1")),
    Case("RCPT 550 5.1.1", "a user to nobody", **SUZUKI, **to("unknown@listed.example"),
         log=Logged("internal", "refused", "550 5.1.1", user="suzuki@example.com")),
    Case("RCPT 550 5.1.1", "a trusted client to nobody", **TRUSTED, **to("retired@listed.example"),
         log=Logged("internal", "refused", "550 5.1.1")),
    Case("RCPT 550 5.1.1", "a stranger to nobody the mail server knows", **to("unknown@asked.example"),
         log=Logged("inbound", "refused", "550 5.1.1 nobody here", ("unknown@asked.example",))),
    Case("RCPT 451 4.3.0", "a stranger to somebody the mail server says nothing of", **to("busy@asked.example"),
         log=Logged("inbound", "postponed", "450 4.2.0 busy", ("busy@asked.example",))),
    Case("DATA 250 2.0.0", "a stranger to somebody the mail server knows", content=SMALL, **to("colleague@asked.example"),
         log=Logged("inbound", "accepted", "colleague@asked.example accepted by mail server", ("colleague@asked.example",))),
    Case("DATA 250 2.0.0", "a user to somebody the mail server knows", content=SMALL, **SUZUKI, **to("colleague@asked.example"),
         log=Logged("internal", "accepted", "accepted by mail server", user="suzuki@example.com")),
    Case("RCPT 550 5.1.2", "a user to an address literal", **SUZUKI, **to("someone@[192.0.2.25]"),
         log=Logged("outbound", "refused", "550 5.1.2", user="suzuki@example.com")),
    Case("MAIL 553 5.7.1", "a user in another's name", **{**SUZUKI, "sender": "boss@example.com"},
         log=Logged("outbound", "refused", "553 5.7.1", user="suzuki@example.com")),
    Case("RCPT 552 5.3.4", "a trusted client with too much for a domain", **TRUSTED, parameters=f" SIZE={LARGEST_LISTED + 1}",
         **to("tanaka@listed.example"), log=Logged("internal", "refused", "552 5.3.4")),
    Case("DATA 552 5.3.4", "too much for a domain, undeclared", content=TOO_BIG_FOR_LISTED, **to("tanaka@listed.example"),
         log=Logged("inbound", "refused", "552 5.3.4")),
    Case("MAIL 550 5.7.1", "a blocked sender", sender="anyone@junk.example", log=Logged("inbound", "refused", "junk.example is on the block list")),
    Case("RCPT 550 5.7.1", "a sender whom the domain blocks", sender="partner@partner.example", **to("tanaka@listed.example"),
         log=Logged("inbound", "refused", "partner@partner.example is on the block list")),
    Case("MAIL 550 5.7.1", "a blocked network", client="blocked", log=Logged("inbound", "refused", "198.51.100.0/24 is on the block list")),
    Case("RCPT 250 2.1.5", "a client that leaves before its message", log=Logged("inbound", "postponed", "QUIT", ("someone@example.com",))),
]


@pytest.mark.parametrize("case", [*relaying(), *recipients(), *access_lists(), *single], ids=str)
def test_it_is_decided(node, case):
    assert play(node, case) == case.expected


@pytest.mark.parametrize("case", logged, ids=str)
def test_it_is_decided_and_logged(node, case):
    assert play(node, case) == case.expected
    wait_until(lambda: node.messages("--client", case.address), 30, "a row in the log")
    [item] = node.messages("--client", case.address)
    details = node.message(item["message"])
    assert (details["direction"], details["result"], details["user"]) == (case.log.direction, case.log.result, case.log.user)
    assert case.log.reason in " / ".join([details["reason"], *(recipient["reason"] for recipient in details["recipients"])])
    if case.log.recipients:
        assert tuple(recipient["address"] for recipient in details["recipients"]) == case.log.recipients


def test_every_sign_in_of_the_table_is_tried():
    """A name in the table that no row uses would be a row forgotten."""
    assert set(SIGN_INS) == {case.sign_in for case in [*relaying(), *recipients(), *single] if case.sign_in}
