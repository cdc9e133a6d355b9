"""`kill -9` and SIGTERM under load: what was answered 250 is never lost."""

import os
import random
import threading

from kit.load import Ledger, Load, settle
from kit.processes import wait_until


def test_kill_at_random_moments_loses_nothing(workplace, figure):
    rounds = int(os.environ.get("ROUNDS", "10"))
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1_000_000)))
    randomness = random.Random(seed)
    print(f"SEED={seed} ROUNDS={rounds}")
    next_hop = workplace.next_hop(keeps_messages=False)
    node = workplace.node(next_hop=next_hop)
    ledger = Ledger()
    for number in range(rounds):
        enough = len(ledger.accepted) + randomness.randrange(1, 60)
        with Load(node.smtp_port, ledger, sessions=6, name=f"round{number}", size=randomness.choice([600, 3000, 40_000])) as load:
            load.wait_for(enough)
            node.kill()
            node.start()
            # The same sessions find the new process; some of their mail goes through before the next round.
            load.wait_for(len(ledger.accepted) + 5)
    lost, doubled = settle(node, next_hop, ledger)
    figure(
        f"kill -9: {rounds} rounds, seed {seed}: answered 250: {len(ledger.accepted)}, without an answer: {len(ledger.unknown)}, "
        f"lost: {len(lost)}, doubled: {len(doubled)}, of these more than twice: {sum(count > 2 for count in doubled.values())} "
        "(killed between the next hop's 250 and the commit that records it)")
    assert not lost, f"seed {seed}: lost {sorted(lost)[:10]}"
    # A kill can only double what was on its way at that moment: at most one message per delivery connection, and what is still in
    # the commit behind it. Whatever is killed in this window twice arrives three times.
    copies = sum(count - 1 for count in doubled.values())
    assert copies <= rounds * 40, f"seed {seed}: {copies} copies too many: {doubled}"
    wait_until(lambda: not node.queue(), 60, "an empty queue")
    wait_until_only_orphans_are_left(node)


def wait_until_only_orphans_are_left(node):
    """A crash between the sync of a content and the commit of its rows may leave a file; deliveries must not."""
    temporary = [path for path in node.stored_files() if "tmp" in path.name or "temporary" in path.name]
    assert len(temporary) < 200, f"temporary files pile up: {len(temporary)}"


def test_sigterm_under_load_loses_and_doubles_nothing(workplace, figure):
    next_hop = workplace.next_hop(keeps_messages=False)
    node = workplace.node(next_hop=next_hop)
    ledger = Ledger()
    for number in range(3):
        with Load(node.smtp_port, ledger, sessions=6, name=f"round{number}") as load:
            load.wait_for(len(ledger.accepted) + 40)
            code = node.stop(grace=40)
            assert code == 0, f"SIGTERM ended the node with {code}"
            node.start()
            load.wait_for(len(ledger.accepted) + 5)
    lost, doubled = settle(node, next_hop, ledger)
    figure(f"SIGTERM: 3 rounds: answered 250: {len(ledger.accepted)}, lost: {len(lost)}, doubled: {len(doubled)}")
    assert not lost and not doubled
    assert not ledger.unknown, f"sessions were cut in the middle of a transaction: {len(ledger.unknown)}"


def test_sigterm_while_the_next_hop_is_slow_keeps_its_grace(workplace):
    next_hop = workplace.next_hop(keeps_messages=False)
    slow = []
    next_hop.before_content_reply = lambda _: slow[0].wait() if slow else None
    node = workplace.node(next_hop=next_hop)
    node.set("reception.shutdown-grace", 2)
    ledger = Ledger()
    gate = threading.Event()
    slow.append(gate)
    workplace.at_end(gate.set)
    with Load(node.smtp_port, ledger, sessions=4, name="slow") as load:
        load.wait_for(40)
        assert node.stop(grace=30) == 0
    gate.set()
    slow.clear()
    node.start()
    lost, doubled = settle(node, next_hop, ledger)
    assert not lost
    # Those the next hop had in hand when the node ended: it took them after nobody listened any more.
    assert len(doubled) <= 20, doubled
