"""Never an open relay, whatever form the recipient takes."""

import pytest

from kit.smtp import SMTPClient


@pytest.fixture(scope="module")
def gateway(shared_workplace):
    next_hop = shared_workplace.next_hop()
    node = shared_workplace.node(domain="example.com", next_hop=next_hop)
    # What is refused is one session's many errors.
    node.set("reception.maximum-errors", 1000)
    return node, next_hop


forms = [
    "victim@elsewhere.example",
    "victim@ELSEWHERE.EXAMPLE",
    "victim%elsewhere.example@relay.example",
    "victim@elsewhere.example@relay.example",
    "elsewhere.example!victim",
    "elsewhere.example!victim@relay.example",
    "@example.com:victim@elsewhere.example",
    "@example.com,@relay.example:victim@elsewhere.example",
    "@elsewhere.example:victim@elsewhere.example",
    '"victim@elsewhere.example"',
    '"victim@example.com"@elsewhere.example',
    '"a b"@elsewhere.example',
    '"@example.com:victim"@elsewhere.example',
    "victim@[127.0.0.1]",
    "victim@[192.0.2.25]",
    "victim@[IPv6:::1]",
    "victim@[IPv6:2001:db8::25]",
    "victim@127.0.0.1",
    "victim@localhost",
    "victim",
    "victim@",
    "@example.com",
    "@",
    "victim@example.com.elsewhere.example",
    "victim@notexample.com",
    "victim@sub.example.com",
    "victim@com",
    "victim@.example.com",
    "victim@example..com",
    "victim@example.com..",
    "victim@-example.com",
    "victim@example.com:25",
    "victim@example.com, victim@elsewhere.example",
    "victim@example.com;elsewhere.example",
    "victim@example.com\\@elsewhere.example",
    "victim@elsewhere.example\t",
    "victim@elsewhere.example (example.com)",
    "victim(@example.com)@elsewhere.example",
    "<victim@elsewhere.example>",
    "victim@xn--exmple-cua.com",
    "victim@elsewhere.example NOTIFY=NEVER",
    "postmaster@elsewhere.example",
    "victim@elsewhere.example\x00@example.com",
]


def session(node):
    client = SMTPClient(node.smtp_port)
    assert client.hello().code == 250
    return client


@pytest.mark.parametrize("form", forms, ids=repr)
def test_a_foreign_recipient_is_refused(gateway, form):
    node, next_hop = gateway
    with session(node) as client:
        assert client.command("MAIL FROM:<someone@example.net>").is_positive
        reply = client.command(f"RCPT TO:<{form}>")
        assert 500 <= reply.code < 600, f"{form} was answered {reply}"
        assert 500 <= client.command("DATA").code < 600, "DATA without a valid recipient"
    assert not next_hop.messages


@pytest.mark.parametrize("sender", ["someone@example.com", "", "postmaster@example.com", "victim@elsewhere.example"], ids=repr)
def test_the_sender_address_opens_nothing(gateway, sender):
    node, _ = gateway
    with session(node) as client:
        assert client.command(f"MAIL FROM:<{sender}>").is_positive
        reply = client.command("RCPT TO:<victim@elsewhere.example>")
        assert reply.code == 550 and reply.text.startswith("5.7.1"), str(reply)


@pytest.mark.parametrize("port", ["smtp_port", "smtps_port", "submission_port"])
def test_every_port_is_closed_for_foreign_recipients(gateway, port):
    node, _ = gateway
    with SMTPClient(getattr(node, port), tls=port == "smtps_port") as client:
        client.hello()
        if port == "submission_port":
            assert client.start_tls().code == 220
            client.hello()
        # Submission may refuse earlier, for want of authentication.
        replies = [client.command(line) for line in ("MAIL FROM:<someone@example.net>", "RCPT TO:<victim@elsewhere.example>", "DATA")]
        assert all(500 <= reply.code < 600 for reply in replies[1:]), list(map(str, replies))


own_forms = ["victim@example.com", "VICTIM@EXAMPLE.COM", '"a b"@example.com', "victim%elsewhere.example@example.com", "postmaster@example.com"]


@pytest.mark.parametrize("form", own_forms, ids=repr)
def test_an_own_recipient_is_accepted_and_goes_to_the_own_server_only(gateway, form):
    """A percent sign in an own address is that domain's business: the mail goes to its server with the address as it is."""
    node, _ = gateway
    with session(node) as client:
        assert client.command("MAIL FROM:<someone@example.net>").is_positive
        reply = client.command(f"RCPT TO:<{form}>")
        assert reply.is_positive, f"{form} was answered {reply}"


def test_a_trusted_network_may_relay_and_only_while_it_is_trusted(gateway):
    node, _ = gateway
    node.set("relay.trusted-networks", "127.0.0.1")
    with session(node) as client:
        client.command("MAIL FROM:<someone@example.com>")
        assert client.command("RCPT TO:<friend@elsewhere.example>").is_positive
    node.reset("relay.trusted-networks")
    with session(node) as client:
        client.command("MAIL FROM:<someone@example.com>")
        assert client.command("RCPT TO:<friend@elsewhere.example>").code == 550


def test_everybody_cannot_be_trusted(gateway):
    node, _ = gateway
    for everybody in ("0.0.0.0/0", "::/0", "0.0.0.0/1"):
        with pytest.raises(Exception, match="/8"):
            node.set("relay.trusted-networks", everybody)
