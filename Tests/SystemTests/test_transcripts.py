"""SMTP dialogues as files: kept, found, shown, without passwords; and mail that does not wait for them."""

import os
import shutil
import socket
import subprocess

import pytest

from kit.load import message
from kit.node import CommandFailed
from kit.processes import free_port, wait_until
from kit.smtp import SMTPClient
from test_authentication import PASSWORD, encoded, encrypted, login, plain, scram


@pytest.fixture
def gateway(workplace):
    next_hop = workplace.next_hop()
    return workplace.node(domain="example.com", next_hop=next_hop), next_hop


def send(node, subject, recipient="you@example.com", source="127.0.0.1"):
    """The message's identifier, and the dialogue is over."""
    with SMTPClient(node.smtp_port, source=source) as client:
        client.hello()
        content = message(f"<{subject}@load.example>", recipient=recipient, subject=subject)
        reply, _ = client.send_message("sender@example.net", [recipient], content)
        assert reply.code == 250, str(reply)
        client.quit()
    return reply.text.split()[-1]


def transcripts(node, *options):
    return node.run_command("transcript", "list", *options)["items"]


def text(node, name):
    return node.run_command("transcript", "show", name)["text"]


def text_when_there(node, name):
    """A dialogue is written soon after it has ended."""
    wait_until(lambda: any(entry["transcript"] == name for entry in transcripts(node, "--limit", "500")), 30, f"transcript {name}")
    return text(node, name)


def files(node, folder=None):
    return [file for file in (folder or node.home / "transcripts").rglob("*") if file.is_file() and file.suffix == ".txt"]


def everything(node):
    return b"".join(file.read_bytes() for file in files(node))


def test_the_log_leads_to_the_dialogues_of_a_message(gateway):
    node, next_hop = gateway
    identifier = send(node, "kept")
    next_hop.wait_for(1)
    wait_until(lambda: node.message(identifier)["events"], 30, "the delivery in the log")
    details = node.message(identifier)
    dialogue = text_when_there(node, details["transcript"])
    lines = [line[13:] for line in dialogue.splitlines() if len(line) > 13]
    for expected in ["C: MAIL FROM:<sender@example.net>", "C: RCPT TO:<you@example.com>", "C: DATA", "C: QUIT"]:
        assert any(line.startswith(expected) for line in lines), dialogue
    assert f"Queued as {identifier}" in dialogue and "S: 221 " in dialogue
    assert "Subject" not in dialogue and "a message of" not in dialogue, "never the content"
    delivery = details["events"][-1]["transcript"]
    assert delivery and delivery != details["transcript"]
    assert node.stop() == 0, "a kept connection ends with the node, and what was said is written"
    node.start()
    outbound = text(node, delivery)
    assert "outbound" in outbound and "C: RCPT TO:<you@example.com>" in outbound and "octets" in outbound
    shown = node.run_command("transcript", "message", identifier, json_output=False)
    assert dialogue in shown and outbound in shown


def test_sessions_without_a_message_are_found_by_address_and_trouble(gateway):
    node, _ = gateway
    with SMTPClient(node.smtp_port, source="127.0.0.7") as client:
        client.hello()
        client.command("MAIL FROM:<a@example.net>")
        assert client.command("RCPT TO:<friend@elsewhere.example>").code >= 500
        client.quit()
    with SMTPClient(node.smtp_port, source="127.0.0.8") as client:
        client.hello()
        client.quit()
    wait_until(lambda: transcripts(node, "--address", "127.0.0.7") and transcripts(node, "--address", "127.0.0.8"), 30, "both")
    refused, = transcripts(node, "--address", "127.0.0.7")
    assert refused["isTroubled"] and "RCPT TO:<friend@elsewhere.example>" in text(node, refused["transcript"])
    assert not transcripts(node, "--address", "127.0.0.8", "--troubled")
    wait_until(lambda: node.messages("--result", "refused"), 30, "the refused message in the log")
    row = node.messages("--result", "refused")[0]
    assert node.message(row["message"])["transcript"] == refused["transcript"]


def test_who_speaks_before_the_greeting_is_found(gateway):
    node, _ = gateway
    node.set("reception.greeting-delay", "2000")
    with socket.create_connection(("127.0.0.1", node.smtp_port), source_address=("127.0.0.9", 0)) as early:
        early.sendall(b"EHLO early\r\n")
        assert early.recv(100).startswith(b"554 ")
    wait_until(lambda: transcripts(node, "--address", "127.0.0.9"), 30, "the early one")
    entry, = transcripts(node, "--address", "127.0.0.9")
    assert entry["isTroubled"] and "before the greeting" in text(node, entry["transcript"])


def test_no_password_is_ever_in_a_transcript(gateway):
    node, _ = gateway
    node.set("reception.maximum-errors", 1000)
    node.set("authentication.maximum-failures-per-session", 100)
    node.set("authentication.maximum-failures-per-address", 1000)
    password = node.folder / "user-password"
    password.write_text(PASSWORD + "\n")
    node.run_command("user", "add", "suzuki@example.com", "--password-file", password)
    name = "suzuki@example.com"
    for mechanism in (plain, login, scram):
        for secret in (PASSWORD, "a wrong secret"):
            with encrypted(node) as client:
                mechanism(client, name, secret)
                client.quit()
    with encrypted(node) as client:
        assert client.command("AUTH PLAIN").code == 334
        client.command(encoded(f"\0{name}\0{PASSWORD}"))
        client.quit()
    with SMTPClient(node.submission_port) as client:
        client.hello()
        # In the clear, refused; and the password follows without waiting.
        client.command("AUTH LOGIN " + encoded(name))
        client.command(encoded(PASSWORD))
        client.command(f"AUTH {PASSWORD}")
        client.command("PASS " + encoded(PASSWORD))
        client.quit()
    with SMTPClient(node.smtp_port, source="127.0.0.77") as client:
        client.hello()
        client.quit()
    wait_until(lambda: transcripts(node, "--address", "127.0.0.77"), 30, "the last dialogue")
    kept = everything(node)
    assert kept.count(b"C: AUTH PLAIN ***") >= 2 and b"C: AUTH SCRAM-SHA-256 ***" in kept and b"S: 235 " in kept
    for secret in (PASSWORD, "a wrong secret"):
        hidden = [secret.encode(), *(encoded(text).encode() for text in (secret, name, f"\0{name}\0{secret}"))]
        for word in hidden:
            assert word not in kept, word
    assert b"PASS " + encoded(PASSWORD).encode() not in kept


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_our_own_password_for_a_mail_server_is_in_no_transcript(workplace, mechanism):
    node = workplace.node()
    certificate = (node.home / "certificates" / "certificate.pem", node.home / "certificates" / "private-key.pem")
    next_hop = workplace.next_hop(certificate=certificate, credentials=("gateway-name", "next hop secret"))
    next_hop.mechanism = mechanism
    file = node.folder / "server-password"
    file.write_text("next hop secret\n")
    node.run_command(
        "domain", "add", "example.com", "--mail-server", f"{next_hop.address},user=gateway-name,password-file={file}", json_output=False)
    node.wait_until_accepted("example.com")
    send(node, "protected")
    next_hop.wait_for(1)
    assert node.stop() == 0
    kept = everything(node)
    assert f"C: AUTH {mechanism}".encode() in kept and b"S: 235 2.7.0 welcome" in kept and b"-- TLS: TLSv1" in kept
    hidden = ["next hop secret", "gateway-name", "\0gateway-name\0next hop secret"]
    assert not any(word.encode() in kept or encoded(word).encode() in kept for word in hidden)


def test_mail_goes_on_when_the_folder_is_away_and_health_says_so(gateway):
    node, next_hop = gateway
    folder = node.home / "transcripts"
    send(node, "before")
    wait_until(lambda: files(node), 30, "a transcript")
    shutil.move(folder, node.folder / "away")
    for number in range(5):
        send(node, f"without-{number}")
    next_hop.wait_for(6)
    wait_until(lambda: "transcripts" in node.broken_parts(), 30, "health names the transcripts")
    status, body = node.web("/health")[:2]
    assert status == 200, "a node without transcripts is in service"
    assert not folder.exists()
    part = next(part for part in node.status()["health"]["parts"] if part["name"] == "transcripts")
    assert "dropped" in part["detail"]["en"]
    shutil.move(node.folder / "away", folder)
    send(node, "after", source="127.0.0.21")
    wait_until(lambda: transcripts(node, "--address", "127.0.0.21"), 30, "transcripts are kept again")
    wait_until(lambda: "transcripts" not in node.broken_parts(), 30, "health is good again")


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_mail_goes_on_when_the_folder_cannot_be_written(workplace, gateway):
    node, next_hop = gateway
    folder = node.home / "transcripts"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder], check=True, timeout=10)
    workplace.at_end(lambda: subprocess.run(["umount", "-l", folder], check=False, timeout=10, stderr=subprocess.DEVNULL))
    for number in range(3):
        send(node, f"read-only-{number}")
    next_hop.wait_for(3)
    wait_until(lambda: "transcripts" in node.broken_parts(), 30, "health names the transcripts")
    assert node.web("/health")[0] == 200
    shown = directories(node)["transcripts"]
    assert not shown["isWorking"] and "Read-only" in shown["problem"] and shown["fileSystem"] == "tmpfs"
    subprocess.run(["umount", folder], check=True, timeout=10)
    send(node, "again", source="127.0.0.22")
    wait_until(lambda: transcripts(node, "--address", "127.0.0.22"), 30, "transcripts are kept again")


def test_which_are_kept_is_a_setting(gateway):
    node, _ = gateway
    node.set("transcripts.keep", "off")
    send(node, "off", source="127.0.0.31")
    node.set("transcripts.keep", "troubled")
    send(node, "good", source="127.0.0.32")
    with SMTPClient(node.smtp_port, source="127.0.0.33") as client:
        client.hello()
        client.command("RCPT TO:<a@example.com>")
        client.quit()
    wait_until(lambda: transcripts(node, "--address", "127.0.0.33"), 30, "the troubled one")
    assert not transcripts(node, "--address", "127.0.0.31") and not transcripts(node, "--address", "127.0.0.32")


def test_old_segments_are_removed_with_maintenance(gateway):
    node, _ = gateway
    send(node, "kept", source="127.0.0.41")
    wait_until(lambda: transcripts(node, "--address", "127.0.0.41"), 30, "a transcript")
    folder = node.home / "transcripts"
    source = next(folder.glob("2*"))
    shutil.copytree(source, folder / "20200101")
    node.run_command("maintenance", "run", json_output=False)
    wait_until(lambda: not (folder / "20200101").exists(), 30, "old segments are gone")
    assert transcripts(node, "--address", "127.0.0.41")


def test_a_long_session_is_kept_in_parts_each_message_whole_in_one(gateway):
    node, _ = gateway
    identifiers = []
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        for number in range(60):
            content = message(f"<part-{number}@load.example>", recipient="you@example.com")
            reply, _ = client.send_message("sender@example.net", ["you@example.com"], content)
            identifiers.append(reply.text.split()[-1])
        first = node.message(identifiers[0])["transcript"]
        wait_until(lambda: any(entry["transcript"] == first for entry in transcripts(node)), 30, "the first part, while it goes on")
        client.quit()
    names = {identifier: node.message(identifier)["transcript"] for identifier in identifiers}
    assert len(set(names.values())) > 1
    for identifier in (identifiers[0], identifiers[30], identifiers[-1]):
        assert f"Queued as {identifier}" in text_when_there(node, names[identifier])


def test_a_delivery_that_finds_nobody_has_a_transcript(workplace):
    node = workplace.node()
    node.add_domain("example.com", f"127.0.0.1:{free_port()}")
    identifier = send(node, "nobody")
    wait_until(lambda: node.message(identifier)["events"], 60, "the failed attempt in the log")
    name = node.message(identifier)["events"][-1]["transcript"]
    assert "no connection to" in text_when_there(node, name)


# Directories


def directories(node):
    return {item["name"]: item for item in node.run_command("directory", "list")["items"]}


def test_folders_are_shown_as_they_are(gateway):
    node, _ = gateway
    found = directories(node)
    shared = {"message-data", "transcripts", "attachments", "bayes-ham", "bayes-spam", "bayes-replication"}
    assert set(found) == shared | {"database", "certificates"}
    assert all(item["isWorking"] and item["totalBytes"] > 0 and item["fileSystem"] for item in found.values())
    assert found["message-data"]["marker"] == "present" and found["message-data"]["origin"] == "default"
    assert found["database"]["origin"] == "node.conf"
    shutil.move(node.home / "transcripts", node.folder / "away")
    gone = directories(node)["transcripts"]
    assert not gone["isWorking"] and "does not exist" in gone["problem"]
    shutil.move(node.folder / "away", node.home / "transcripts")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(gateway):
    node, _ = gateway
    folder = node.home / "transcripts"
    folder.chmod(0o500)
    try:
        assert not directories(node)["transcripts"]["isWorking"]
    finally:
        folder.chmod(0o700)


def test_a_path_is_changed_checked_and_in_use_after_a_restart(gateway):
    node, _ = gateway
    place = node.folder / "share"
    place.mkdir()
    (node.folder / "link").symlink_to(node.home / "message-data")
    for wrong in ("relative", node.home / "message-data" / "x", node.folder / "link" / "x", node.home, node.folder / "absent" / "x",
                  node.home / "certificates"):
        with pytest.raises(CommandFailed):
            node.run_command("directory", "change", "transcripts", wrong, json_output=False)
    node.run_command("directory", "change", "transcripts", place / "transcripts", json_output=False)
    assert directories(node)["transcripts"]["nextPath"] == str(place / "transcripts")
    audit = node.run_command("audit", "list", "--text", "directories")["items"]
    assert any(entry["action"] == "settings.change" and str(place) in entry["detail"] for entry in audit)
    assert node.stop() == 0
    node.start()
    found = directories(node)["transcripts"]
    assert found["path"] == str(place / "transcripts") and found["origin"] == "setting" and found["marker"] == "present"
    send(node, "elsewhere", source="127.0.0.51")
    wait_until(lambda: files(node, place / "transcripts"), 30, "transcripts in the new folder")


def test_queued_mail_is_delivered_from_the_new_folder_when_its_files_were_copied(workplace):
    next_hop = workplace.next_hop()
    node = workplace.node(domain="example.com", next_hop=next_hop)
    next_hop.mail_reply = "451 4.3.0 later"
    identifier = send(node, "moved")
    wait_until(lambda: node.message(identifier)["events"], 30, "the first attempt")
    place = node.folder / "share"
    node.run_command("directory", "change", "message-data", place, json_output=False)
    assert node.stop() == 0
    shutil.copytree(node.message_data, place, dirs_exist_ok=True)
    shutil.rmtree(node.message_data)
    next_hop.mail_reply = None
    node.start()
    node.run_command("queue", "retry", "--all", "--yes", json_output=False)
    next_hop.wait_for(1)
    assert not node.message_data.exists()


def test_a_mount_point_without_its_marker_is_not_written_to(gateway):
    node, next_hop = gateway
    place = node.folder / "share"
    node.run_command("directory", "change", "message-data", place, json_output=False)
    assert node.stop() == 0
    shutil.rmtree(place)
    place.mkdir()
    node.start(waits=False)
    wait_until(lambda: not node.process.is_running, 60, "the node refuses to start")
    assert "mounted" in node.log_tail()
    assert not list(place.iterdir())
