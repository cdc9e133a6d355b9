"""Mail of a protected domain is signed with the domain's active keys."""

from kit.processes import wait_until
from kit.smtp import SMTPClient


def send(node, sender="someone@example.com", recipient="you@elsewhere.example"):
    text = f"From: {sender}\r\nTo: {recipient}\r\nSubject: hello\r\n\r\nhello\r\n"
    with SMTPClient(node.smtp_port, hello="client.example.net") as client:
        client.hello()
        reply, _ = client.send_message(sender, [recipient], text.encode())
        assert reply.code == 250


def test_a_domains_mail_is_signed_once_a_key_is_active(workplace):
    next_hop = workplace.next_hop()
    node = workplace.node(next_hop=next_hop)
    node.set("relay.trusted-networks", "127.0.0.0/8")
    node.set("delivery.smart-host", next_hop.address)
    created = node.run_command("dkim", "key", "create", "example.com", "--selector", "first")
    assert created["recordName"] == "first._domainkey.example.com" and created["recordText"].startswith("v=DKIM1; k=rsa; p=")
    assert not created["isActive"]
    send(node)
    assert b"DKIM-Signature" not in next_hop.wait_for(1)[0].content
    node.run_command("dkim", "key", "create", "example.com", "--selector", "second", "--kind", "ed25519")
    for selector in ("first", "second"):
        assert node.run_command("dkim", "key", "activate", "example.com", selector)["isActive"]
    send(node)
    content = next_hop.wait_for(2)[1].content.decode()
    assert content.count("DKIM-Signature:") == 2 and "d=example.com" in content
    assert "a=rsa-sha256" in content and "a=ed25519-sha256" in content
    # Another domain's mail is not signed, and neither is mail without a key.
    send(node, sender="someone@elsewhere.example")
    assert b"DKIM-Signature" not in next_hop.wait_for(3)[2].content
    for selector in ("first", "second"):
        node.run_command("dkim", "key", "remove", "example.com", selector)
    assert node.run_command("dkim", "key", "list", "example.com")["items"] == []
    send(node)
    assert b"DKIM-Signature" not in next_hop.wait_for(4)[3].content
    wait_until(lambda: len([row for row in node.run_command("audit", "list")["items"] if row["action"].startswith("signing-key.")]) == 6,
               10, "six rows of the audit log")
