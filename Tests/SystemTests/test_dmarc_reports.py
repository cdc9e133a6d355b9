"""Domains that ask for DMARC reports get one for each day, once."""

import email
import gzip
import subprocess
import time
from datetime import datetime, timezone
from xml.etree import ElementTree

import dkim
import pytest

from kit import clocks
from kit.name_server import TXT, NameServer
from kit.node import CommandFailed
from kit.processes import wait_until
from kit.smtp import SMTPClient

pytestmark = pytest.mark.skipif(not clocks.can_be_shifted(), reason="no C compiler is installed")

# Appendix C of RFC 7489 as far as a report of ours goes, in our own words: elements, their order where there is one, and their values.
SCHEMA = """<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xs:simpleType name="policy"><xs:restriction base="xs:string"><xs:enumeration value="none"/><xs:enumeration value="quarantine"/>
<xs:enumeration value="reject"/></xs:restriction></xs:simpleType>
<xs:simpleType name="alignment"><xs:restriction base="xs:string"><xs:enumeration value="r"/><xs:enumeration value="s"/></xs:restriction></xs:simpleType>
<xs:simpleType name="verdict"><xs:restriction base="xs:string"><xs:enumeration value="pass"/><xs:enumeration value="fail"/></xs:restriction></xs:simpleType>
<xs:element name="feedback"><xs:complexType><xs:sequence>
<xs:element name="version" type="xs:decimal"/>
<xs:element name="report_metadata"><xs:complexType><xs:sequence>
<xs:element name="org_name" type="xs:string"/><xs:element name="email" type="xs:string"/><xs:element name="report_id" type="xs:string"/>
<xs:element name="date_range"><xs:complexType><xs:all><xs:element name="begin" type="xs:integer"/><xs:element name="end" type="xs:integer"/>
</xs:all></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>
<xs:element name="policy_published"><xs:complexType><xs:all>
<xs:element name="domain" type="xs:string"/><xs:element name="adkim" type="alignment"/><xs:element name="aspf" type="alignment"/>
<xs:element name="p" type="policy"/><xs:element name="sp" type="policy"/><xs:element name="pct" type="xs:integer"/>
<xs:element name="fo" type="xs:string"/></xs:all></xs:complexType></xs:element>
<xs:element name="record" maxOccurs="unbounded"><xs:complexType><xs:sequence>
<xs:element name="row"><xs:complexType><xs:all>
<xs:element name="source_ip" type="xs:string"/><xs:element name="count" type="xs:integer"/>
<xs:element name="policy_evaluated"><xs:complexType><xs:sequence>
<xs:element name="disposition" type="policy"/><xs:element name="dkim" type="verdict"/><xs:element name="spf" type="verdict"/>
<xs:element name="reason" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:all><xs:element name="type"><xs:simpleType>
<xs:restriction base="xs:string"><xs:enumeration value="forwarded"/><xs:enumeration value="sampled_out"/>
<xs:enumeration value="trusted_forwarder"/><xs:enumeration value="mailing_list"/><xs:enumeration value="local_policy"/>
<xs:enumeration value="other"/></xs:restriction></xs:simpleType></xs:element></xs:all></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element></xs:all></xs:complexType></xs:element>
<xs:element name="identifiers"><xs:complexType><xs:all><xs:element name="envelope_from" type="xs:string"/>
<xs:element name="header_from" type="xs:string"/></xs:all></xs:complexType></xs:element>
<xs:element name="auth_results"><xs:complexType><xs:sequence>
<xs:element name="dkim" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:all><xs:element name="domain" type="xs:string"/>
<xs:element name="selector" type="xs:string"/><xs:element name="result" type="xs:string"/></xs:all></xs:complexType></xs:element>
<xs:element name="spf" maxOccurs="unbounded"><xs:complexType><xs:all><xs:element name="domain" type="xs:string"/>
<xs:element name="scope"><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="mfrom"/><xs:enumeration value="helo"/>
</xs:restriction></xs:simpleType></xs:element><xs:element name="result" type="xs:string"/></xs:all></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""
DAY = 86_400


@pytest.fixture
def place(workplace):
    """A node whose reports go to a next hop of their own, with a clock that can be set ahead."""
    inside, outside = workplace.next_hop(), workplace.next_hop()
    names = NameServer().start()
    workplace.at_end(names.stop)
    clock = clocks.ShiftedClock(workplace.folder, "node")
    node = workplace.node(start=False)
    node.environment = clock.environment
    node.start()
    node.add_domain("example.com", inside.address)
    for setting, value in {
        "dns.servers": names.address, "filtering.check-private-addresses": "true", "delivery.smart-host": outside.address,
        "dmarc-reports.sender": "dmarc@example.com", "dmarc-reports.organization": "Example & Sons", "dmarc-reports.enabled": "true",
    }.items():
        node.set(setting, value)
    record = node.run_command("dkim", "key", "create", "example.com", "--selector", "s")
    names.add(record["recordName"], TXT, record["recordText"])
    node.run_command("dkim", "key", "activate", "example.com", "s")
    node.clock, node.names, node.outside = clock, names, outside
    return node


def publishes(node, domain, rua, policy="none"):
    node.names.add(domain, TXT, "v=spf1 -all")
    node.names.add(f"_dmarc.{domain}", TXT, f"v=DMARC1; p={policy}; rua={rua}")


def send(node, domain, code=250):
    with SMTPClient(node.smtp_port, hello="client.example.net") as client:
        client.hello()
        text = f"From: someone@{domain}\r\nTo: you@example.com\r\nSubject: hello\r\n\r\nhello\r\n"
        reply, _ = client.send_message(f"bounce@{domain}", ["you@example.com"], text.encode())
        assert reply.code == code, reply


def gathered(node, messages):
    wait_until(lambda: sum(item["messages"] for item in node.run_command("dmarc-report", "pending")["items"]) == messages, 60,
               f"{messages} messages gathered")


def today():
    return f"{datetime.now(timezone.utc):%Y-%m-%d}"


def report_of(message, folder):
    """The parts of a delivered report; the XML has passed the schema."""
    mail = email.message_from_bytes(message.content)
    part = next(part for part in mail.walk() if part.get_content_type() == "application/gzip")
    xml = gzip.decompress(part.get_payload(decode=True))
    (folder / "report.xsd").write_text(SCHEMA)
    (folder / "report.xml").write_bytes(xml)
    checked = subprocess.run(["xmllint", "--noout", "--schema", folder / "report.xsd", folder / "report.xml"], capture_output=True, timeout=60)
    assert checked.returncode == 0, checked.stderr.decode()
    return mail, part.get_filename(), ElementTree.fromstring(xml)


def test_a_domain_gets_the_report_of_a_day_once(place, tmp_path, monkeypatch):
    publishes(place, "example.net", "mailto:reports@example.net!10m", "reject")
    publishes(place, "silent.example", "mailto:reports@silent.example!1")
    for _ in range(3):
        send(place, "example.net", 550)
    send(place, "silent.example")
    gathered(place, 4)
    day = today()
    # Not before the day is over.
    with pytest.raises(CommandFailed, match="over"):
        place.run_command("dmarc-report", "send", "example.net", day)
    preview = place.run_command("dmarc-report", "show", "example.net", day)
    assert preview["targets"] == ["reports@example.net"] and "<count>3</count>" in preview["xml"]
    place.clock.shift(DAY)
    sent = wait_until(lambda: len(place.run_command("dmarc-report", "list")["items"]) == 2
                      and {item["domain"]: item for item in place.run_command("dmarc-report", "list")["items"]}, 120, "two reports")
    assert sent["example.net"]["state"] == "sent" and sent["example.net"]["messages"] == 3
    assert sent["silent.example"]["state"] == "skipped" and "no more than 1 bytes" in sent["silent.example"]["reason"]
    message = place.outside.wait_for(1)[0]
    assert message.recipients == ("reports@example.net",) and message.reverse_path == "dmarc@example.com"
    mail, name, report = report_of(message, tmp_path)
    begin = int(datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp())
    assert name == f"example.com!example.net!{begin}!{begin + DAY - 1}.xml.gz"
    assert " ".join(mail["Subject"].split()).startswith("Report Domain: example.net Submitter: example.com Report-ID: <")
    assert report.findtext("report_metadata/org_name") == "Example & Sons" and report.findtext("policy_published/p") == "reject"
    row = report.find("record/row")
    assert row.findtext("count") == "3" and row.findtext("source_ip") == "127.0.0.1"
    assert row.findtext("policy_evaluated/disposition") == "reject" and row.findtext("policy_evaluated/spf") == "fail"
    assert report.findtext("record/identifiers/envelope_from") == "example.net"
    # Signed, as the receiver sees it.
    texts = lambda query, timeout=5: "".join(  # noqa: E731
        place.names.records.get((query.decode().rstrip(".").lower() if isinstance(query, bytes) else query.rstrip(".").lower(), TXT), [])).encode()
    # The signature is of the node's time, a day ahead of ours.
    monkeypatch.setattr(time, "time", lambda: begin + 2.0 * DAY)
    assert dkim.verify(message.content, dnsfunc=texts)
    monkeypatch.undo()
    # Once, also when asked for by hand and after a restart.
    assert place.run_command("dmarc-report", "send", "example.net", day)["result"] == "already-done"
    place.stop()
    place.start()
    place.set("dmarc-reports.retention-days", "20")
    assert len(place.run_command("dmarc-report", "list")["items"]) == 2
    assert len(place.outside.messages) == 1


def test_strangers_are_asked_whether_they_take_reports(place, tmp_path):
    publishes(place, "example.net", "mailto:in@collector.example,mailto:in@victim.example,https://web.example/")
    place.names.add("example.net._report._dmarc.collector.example", TXT, "v=DMARC1")
    send(place, "example.net")
    # Excluded and without a wish for reports: not gathered.
    publishes(place, "excluded.example", "mailto:r@excluded.example")
    place.set("dmarc-reports.excluded-domains", "excluded.example")
    place.names.add("_dmarc.quiet.example", TXT, "v=DMARC1; p=none")
    send(place, "excluded.example")
    send(place, "quiet.example")
    gathered(place, 1)
    place.clock.shift(DAY)
    message = place.outside.wait_for(1, 120)[0]
    assert message.recipients == ("in@collector.example",)
    _, _, report = report_of(message, tmp_path)
    assert report.findtext("record/row/policy_evaluated/disposition") == "none"
    listed = place.run_command("dmarc-report", "list", "--domain", "example.net")["items"]
    assert "in@victim.example does not say" in listed[0]["reason"]


def test_nothing_is_gathered_while_it_is_off(place):
    place.set("dmarc-reports.enabled", "false")
    publishes(place, "example.net", "mailto:reports@example.net")
    send(place, "example.net")
    place.set("dmarc-reports.enabled", "true")
    publishes(place, "second.example", "mailto:reports@second.example")
    send(place, "second.example")
    gathered(place, 1)
    assert [item["domain"] for item in place.run_command("dmarc-report", "pending")["items"]] == ["second.example"]
