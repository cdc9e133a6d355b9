"""Mail is held against what the domains it names publish: SPF, DKIM, DMARC; the results are told to the servers behind."""

import re

import pytest

from kit.name_server import TXT, NameServer
from kit.processes import wait_until
from kit.smtp import SMTPClient

# The example of RFC 8463, appendix A, with both of its signatures.
SIGNED = """\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace("\n", "\r\n")
KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


@pytest.fixture
def place(workplace):
    """A node with a next hop and a name server; the address the tests send from is treated like any other."""
    next_hop = workplace.next_hop()
    name_server = NameServer().start()
    workplace.at_end(name_server.stop)
    node = workplace.node(next_hop=next_hop)
    node.set("dns.servers", name_server.address)
    node.set("filtering.check-private-addresses", "true")
    node.next_hop_server, node.name_server = next_hop, name_server
    return node


def send(node, text, sender):
    with SMTPClient(node.smtp_port, hello="client.example.net") as client:
        client.hello()
        reply, _ = client.send_message(sender, ["you@example.com"], text.encode())
        return reply


def finding(node, check):
    """What the newest message's check found."""
    wait_until(lambda: node.messages() and node.message(node.messages()[0]["message"]).get("judgement"), 20, "a judged message")
    findings = node.message(node.messages()[0]["message"])["judgement"]["findings"]
    return next(finding for finding in findings if finding["check"] == check)


def delivered(node, count):
    node.next_hop_server.wait_for(count)
    return node.next_hop_server.messages[-1].content.decode()


def results_of(text):
    """The first Authentication-Results of a message, unfolded."""
    return re.search(r"^Authentication-Results: (.*?)\r\n(?! )", text.replace("\r\n ", " "), re.M | re.S).group(1)


def test_a_domain_decides_what_happens_to_mail_in_its_name(place):
    forged = "From: boss@example.net\r\nTo: you@example.com\r\nSubject: pay\r\n\r\nnow\r\n"
    names = place.name_server
    names.add("example.net", TXT, "v=spf1 -all")
    names.add("_dmarc.example.net", TXT, "v=DMARC1; p=reject")
    reply = send(place, forged, "boss@example.net")
    assert reply.code == 550 and "example.net" in reply.text
    assert finding(place, "dmarc")["weight"] == "reject" and finding(place, "spf")["score"] == "3.0"
    place.set("sender-authentication.dmarc-reject", "quarantine")
    assert send(place, forged, "boss@example.net").code == 250
    wait_until(lambda: place.messages()[0]["result"] == "quarantine", 20, "a message in quarantine")
    place.set("sender-authentication.dmarc", "false")
    place.set("sender-authentication.spf", "false")
    assert send(place, forged, "boss@example.net").code == 250
    place.next_hop_server.wait_for(1)


def test_a_signed_message_passes_and_the_servers_behind_are_told(place):
    names = place.name_server
    names.add("brisbane._domainkey.football.example.com", TXT, KEY)
    names.add("_dmarc.example.com", TXT, "v=DMARC1; p=none; sp=reject")
    names.add("football.example.com", TXT, "v=spf1 -all")
    assert send(place, SIGNED, "joe@football.example.com").code == 250
    assert "football.example.com" in finding(place, "dkim")["text"]["en"]
    results = results_of(delivered(place, 1))
    assert "dkim=pass" in results and "header.d=football.example.com" in results
    assert "dmarc=pass" in results and "spf=fail" in results and "smtp.mailfrom=joe@football.example.com" in results
    # Forged results that bear the gateway's name lose theirs; others' stay.
    name = results.split(";")[0].strip()
    forged = f"Authentication-Results: (hidden)\r\n {name}; dkim=pass header.d=bank.example\r\n"
    foreign = "Authentication-Results: other.example; dkim=fail\r\n"
    assert send(place, forged + foreign + SIGNED, "joe@football.example.com").code == 250
    text = delivered(place, 2)
    assert "bank.example" not in results_of(text)
    assert "X-Untrusted-Auth-Field: (hidden)" in text and foreign in text
    # What was changed on the way is refused, as the organization wants it for its subdomains.
    assert send(place, SIGNED.replace("hungry", "thirsty"), "joe@football.example.com").code == 550
    assert "body hash" in finding(place, "dkim")["text"]["en"]
