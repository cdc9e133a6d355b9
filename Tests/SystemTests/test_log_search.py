"""The message log is searched by what an administrator knows of a mail."""

import pytest

from kit.load import message
from kit.processes import wait_until
from kit.smtp import SMTPClient


@pytest.fixture(scope="module")
def node(shared_workplace):
    node = shared_workplace.node(domain="example.com", next_hop=shared_workplace.next_hop())
    for number, (sender, recipient, subject) in enumerate(mails):
        with SMTPClient(node.smtp_port) as client:
            client.hello()
            content = message(f"<search-{number}@load.example>", recipient=recipient, subject=subject)
            reply, _ = client.send_message(sender, [recipient], content)
            assert reply.is_positive, str(reply)
            client.quit()
    return node


mails = [("Anna@One.example", "you@example.com", "an offer"), ("ben@one.example", "they@example.com", "an invoice"),
         ("anna@two.example", "You@example.com", "another offer")]

searches = {
    ("--sender", "anna@one.example"): {0}, ("--sender", "one.example"): {0, 1}, ("--sender", "<>"): set(),
    ("--recipient", "you@EXAMPLE.com"): {0, 2}, ("--recipient", "@example.com"): {0, 1, 2},
    ("--recipient", "you@example.com", "--subject", "another"): {2}, ("--message-id", "<search-1@load.example>"): {1},
    ("--client", "127.0.0.1"): {0, 1, 2}, ("--client", "127.0.0.2"): set(), ("--subject", "OFFER"): {0, 2},
    ("--text", "two.example"): {2}, ("--minimum-bytes", "10000000"): set(), ("--maximum-bytes", "10000000"): {0, 1, 2},
}


@pytest.mark.parametrize("options,expected", searches.items(), ids=[" ".join(options) for options in searches])
def test_a_search_finds_exactly_what_it_names(node, options, expected):
    wait_until(lambda: len([item for item in node.messages() if item["messageID"]]) >= len(mails), 20, "all mails in the log")
    found = {int(item["messageID"].split("@")[0].lstrip("<").removeprefix("search-")) for item in node.messages(*options)
             # Sessions that gave up before the data are in the log too.
             if item["messageID"]}
    assert found == expected
