"""The message folder, the disk or the database goes away under load: 4xx in time, no crash, and recovery by itself."""

import os
import subprocess

import pytest

from kit import firebird_server
from kit.load import Ledger, Load, message, settle
from kit.processes import wait_until
from kit.smtp import SMTPClient

# The commit timeout that the tests set, and what a busy machine may add to it.
commit_seconds = 3
slack_seconds = 12


@pytest.fixture
def next_hop(workplace):
    return workplace.next_hop(keeps_messages=False)


def is_refused_for_now(reply):
    return reply.code in (421, 451, 452)


def wait_for_refusals(ledger, count, before):
    """Waits for so many new 4xx replies."""
    wait_until(lambda: len(ledger.refused) >= before + count, 60, lambda: f"{count} refusals; {ledger.codes()}")


def wait_for_recovery(node, load, ledger):
    """Mail is accepted again without anybody doing anything to the node."""
    assert node.process.is_running, "the node ended"
    load.wait_for(len(ledger.accepted) + 20, seconds=90)
    wait_until(lambda: not node.broken_parts(), 60, lambda: f"good health; broken: {node.broken_parts()}")


def finish(node, next_hop, ledger, figure, what):
    lost, doubled = settle(node, next_hop, ledger)
    figure(
        f"{what}: answered 250: {len(ledger.accepted)}, refused: {ledger.codes()}, longest wait for an answer: "
        f"{ledger.longest_reply_seconds:.1f} s, lost: {len(lost)}, doubled: {len(doubled)}")
    assert not lost, f"lost {sorted(lost)[:10]}"
    assert not doubled, f"doubled {doubled}"
    wrong = [f"{identifier}: {reply}" for identifier, reply in ledger.refused.items() if not is_refused_for_now(reply)]
    assert not wrong, f"refused otherwise than for now: {wrong[:5]}"
    assert ledger.longest_reply_seconds < commit_seconds + slack_seconds, f"an answer took {ledger.longest_reply_seconds:.1f} s"
    both = [found for found in ledger.refused if next_hop.delivered(found)]
    assert not both, f"answered 4xx and delivered all the same: {both[:5]}"


def test_the_message_folder_goes_and_comes_back(workplace, next_hop, figure):
    node = workplace.node(next_hop=next_hop)
    node.set("reception.commit-timeout", commit_seconds)
    ledger = Ledger()
    away = node.message_data.with_name("message-data-away")
    with Load(node.smtp_port, ledger, sessions=4) as load:
        load.wait_for(40)
        node.message_data.rename(away)
        wait_for_refusals(ledger, 10, len(ledger.refused))
        wait_until(lambda: "message-data" in node.broken_parts(), 60, lambda: f"health to tell of it; broken: {node.broken_parts()}")
        assert node.process.is_running
        if node.message_data.exists():
            # The node may have made a new empty folder; that is not the one that was taken away.
            pytest.fail(f"the node made a new {node.message_data} instead of reporting that it is gone")
        away.rename(node.message_data)
        wait_for_recovery(node, load, ledger)
    finish(node, next_hop, ledger, figure, "message folder away")


def fill(folder):
    """Takes all the room there is, again and again while deliveries make some, until three tries found none."""
    filler = folder / "filler"
    found_none = 0
    with open(filler, "wb", buffering=0) as file:
        while found_none < 3:
            try:
                file.write(b"x" * 4096)
                found_none = 0
            except OSError:
                found_none += 1
    return filler


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk(workplace, next_hop, figure):
    node = workplace.node(next_hop=next_hop, start=False)
    node.message_data.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", node.message_data], check=True, timeout=10)
    workplace.at_end(lambda: subprocess.run(["umount", "-l", node.message_data], check=False, timeout=10))
    node.start()
    node.add_domain("example.com", next_hop.address)
    node.set("reception.commit-timeout", commit_seconds)
    ledger = Ledger()
    with Load(node.smtp_port, ledger, sessions=4, size=20_000) as load:
        load.wait_for(20)
        filler = fill(node.message_data)
        wait_for_refusals(ledger, 10, len(ledger.refused))
        assert node.process.is_running
        filler.unlink()
        wait_for_recovery(node, load, ledger)
    finish(node, next_hop, ledger, figure, "full disk")


def test_a_message_larger_than_the_disk_is_refused_for_now(workplace, next_hop):
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    node = workplace.node(next_hop=next_hop, start=False)
    node.message_data.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", node.message_data], check=True, timeout=10)
    workplace.at_end(lambda: subprocess.run(["umount", "-l", node.message_data], check=False, timeout=10))
    node.start()
    node.add_domain("example.com", next_hop.address)
    with SMTPClient(node.smtp_port) as client:
        client.hello()
        reply, _ = client.send_message("someone@example.net", ["user@example.com"], message("<large@load.example>", size=8_000_000))
        assert reply.code in (451, 452), str(reply)
        reply, _ = client.send_message("someone@example.net", ["user@example.com"], message("<small@load.example>"))
        assert reply.is_positive, f"after it: {reply}"
    wait_until(lambda: next_hop.delivered("<small@load.example>"), 30, "the small message at the next hop")
    wait_until(lambda: not node.stored_files(), 20, lambda: f"an empty Message Data; {node.stored_files()}")


@pytest.fixture
def server_node(workplace, next_hop):
    """A node on a Firebird server of this test's own."""
    if not firebird_server.is_installed():
        pytest.skip("the Firebird server is not installed")
    server = workplace.firebird_server()
    server.create_database()
    node = workplace.node(*server.node_options(), next_hop=next_hop)
    node.set("reception.commit-timeout", commit_seconds)
    return node, server


@pytest.mark.parametrize("way", ["paused", "killed"])
def test_the_database_goes_and_comes_back(server_node, next_hop, figure, way):
    node, server = server_node
    ledger = Ledger()
    with Load(node.smtp_port, ledger, sessions=4) as load:
        load.wait_for(40)
        server.pause() if way == "paused" else server.kill()
        wait_for_refusals(ledger, 8, len(ledger.refused))
        wait_until(lambda: "database" in node.broken_parts(), 60, lambda: f"health to tell of it; broken: {node.broken_parts()}")
        assert node.process.is_running
        server.resume() if way == "paused" else server.start()
        wait_for_recovery(node, load, ledger)
    finish(node, next_hop, ledger, figure, f"database {way}")
    # Asked several times a second, told once.
    assert node.log.read_text(errors="replace").count("settings could not be read") <= 1


def test_a_node_starts_by_itself_once_its_database_is_there(server_node):
    """A machine that boots before its database server must not need a hand, or must say clearly that it ended."""
    node, server = server_node
    assert node.stop() == 0
    server.kill()
    node.start(waits=False)
    wait_until(lambda: not node.process.is_running or "database" in node.log_tail(), 60, "a word about the database")
    server.start()
    if node.process.is_running:
        node.wait_until_ready()
    else:
        assert node.process.exit_code not in (0, None) and node.process.exit_code > 0, f"ended with {node.process.exit_code}"
        node.start()


def test_a_node_that_was_paused_goes_on(workplace, next_hop, figure):
    """SIGSTOP for longer than a heartbeat: alone in its cluster, nobody has declared it dead."""
    node = workplace.node(next_hop=next_hop)
    ledger = Ledger()
    with Load(node.smtp_port, ledger, sessions=4) as load:
        load.wait_for(40)
        node.pause()
        before = len(ledger.accepted)
        # Nothing to wait for but time itself: the pause is the thing tested.
        with pytest.raises(AssertionError):
            wait_until(lambda: len(ledger.accepted) > before + 50, 3, "nothing")
        node.resume()
        load.wait_for(len(ledger.accepted) + 20)
    lost, doubled = settle(node, next_hop, ledger)
    figure(f"paused: answered 250: {len(ledger.accepted)}, lost: {len(lost)}, doubled: {len(doubled)}")
    assert not lost and not doubled
