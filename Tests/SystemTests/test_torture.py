"""Three nodes behind HAProxy lose nodes, the primary, the database and the way to it, again and again under load; no mail is lost.

`make test` plays a dozen rounds, `make torture` two hundred; ROUNDS and SEED choose others, and a seed repeats a run's choices.
"""

import os
import random
import time
from collections import Counter
from datetime import datetime, timezone

import pytest

from kit import firebird_server, haproxy
from kit.outages import Outages, cause_of_second_delivery, is_death_explained, reigns, two_at_once
from kit.processes import TimedOut, wait_until
from kit.torture import Torture, dead_mail_seconds

@pytest.fixture
def outages():
    """mx1 is out from 1000 to 1040, the server from 2000 to 2035; mx2 from 2030 on."""
    outages = Outages()
    for party, kind, begin, end in (("mx1", "pause", 1000, 1040), (Outages.server, "server away", 2000, 2035), ("mx2", "kill", 2030, 2100)):
        outage = outages.begin(party, kind)
        outage.begin, outage.end = begin, end
    return outages


@pytest.mark.parametrize("node,at,cause", [
    ("mx1", 999, "pause"), ("mx1", 900, None), ("mx1", 1050, None), ("mx2", 999, None),
    # The outcome waits for the server, and its node dies meanwhile.
    ("mx2", 2001, "kill"), ("mx1", 2001, None)])
def test_a_second_delivery_needs_an_outage_of_the_node_of_the_first(outages, node, at, cause):
    assert cause_of_second_delivery(outages, node, at) == cause


@pytest.mark.parametrize("node,at,is_explained", [
    ("mx1", 1032, True), ("mx1", 1010, False), ("mx2", 1032, False), ("mx2", 2050, False), ("mx2", 2070, True)],
    ids=["silent for the term", "too early", "not silent", "server was away within the term", "after a term with the server"])
def test_a_death_needs_a_full_term_of_silence_with_the_database_there(outages, node, at, is_explained):
    assert is_death_explained(outages, node, at) == is_explained


def test_an_epoch_that_returns_or_has_two_processes_is_found():
    assert not two_at_once([(1, 10), (1, 10), (2, 11), (3, 10)])
    assert two_at_once([(1, 10), (2, 11), (1, 10)]) and two_at_once([(1, 10), (1, 11)])


@pytest.mark.skipif(
    not firebird_server.is_installed() or not haproxy.is_installed(), reason="the Firebird server or haproxy is not installed")
def test_no_mail_is_lost_whatever_is_killed_paused_or_cut_off(workplace, figure):
    rounds = int(os.environ.get("ROUNDS", "12"))
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1_000_000)))
    print(f"SEED={seed} ROUNDS={rounds}", flush=True)
    torture = Torture(workplace, seed, say=lambda text: print(text, flush=True)).set_up()
    begun = time.monotonic()
    torture.run(rounds)
    lost = settle(torture)
    causes, unexplained = doubles(torture)
    deaths, unexplained_deaths = declared_dead(torture)
    writes = primary_writes(torture)
    revision = converge(torture)
    late = [found for found in torture.ledger.refusals_now() if found in torture.deliveries]
    figure(
        f"torture: {rounds} rounds, seed {seed}, {time.monotonic() - begun:.0f} s: answered 250: {len(torture.ledger.accepted)}, refused "
        f"{torture.ledger.codes()}, without an answer: {len(torture.ledger.unknown)}; lost {len(lost)}; doubled {causes.total()} "
        f"({', '.join(f'{cause} {count}' for cause, count in sorted(causes.items())) or 'none'}), unexplained {len(unexplained)}; answered "
        f"4xx and delivered all the same {len(late)}; declared dead {len(deaths)}, all of them silent; {len(writes)} writes of "
        f"{len(reigns(writes))} primaries, never two at once; settings revision {revision} on all")
    assert not lost, f"seed {seed}: lost {sorted(lost)[:10]}"
    assert not unexplained, f"seed {seed}: doubled without a fault: {unexplained[:10]}"
    assert not unexplained_deaths, f"seed {seed}: declared dead without cause: {unexplained_deaths}"
    assert not two_at_once(writes), f"seed {seed}: {two_at_once(writes)}"
    assert writes, "the primary did nothing"


def settle(torture):
    """Waits until everything answered 250 has arrived. The answer: what has not."""

    def missing():
        return torture.ledger.accepted_now() - set(torture.deliveries)

    try:
        wait_until(lambda: not missing(), dead_mail_seconds, "", interval=0.2)
    except TimedOut:
        return missing()
    # What may still arrive a second time.
    wait_until(lambda: not torture.cluster.nodes[0].queue(), 90, lambda: f"an empty queue: {torture.cluster.nodes[0].queue()[:5]}", interval=0.5)
    return missing()


def doubles(torture):
    """How many copies there were too many of each cause, and those without one."""
    causes, unexplained = Counter(), []
    for identifier, deliveries in torture.deliveries.items():
        for delivered_at, hello in deliveries[:-1]:
            cause = cause_of_second_delivery(torture.outages, hello.partition(".")[0], delivered_at)
            causes[cause or "unexplained"] += 1
            if not cause:
                unexplained.append((identifier, [(datetime.fromtimestamp(when, timezone.utc).time(), who) for when, who in deliveries]))
    return causes, unexplained


def declared_dead(torture):
    entries = torture.cluster.nodes[0].run_command("audit", "list", "--text", "node.declare-dead", "--limit", 500)["items"]
    deaths = [(entry["target"], datetime.fromisoformat(entry["time"].replace("Z", "+00:00")).timestamp()) for entry in entries]
    return deaths, [death for death in deaths if not is_death_explained(torture.outages, *death)]


def primary_writes(torture):
    rows = torture.cluster.server.query("select epoch, process from test_primary_write order by number")
    return [(int(epoch), int(process)) for epoch, process in rows]


def converge(torture):
    """One revision in force on all nodes; the answer says which."""
    newest = int(torture.cluster.server.query("select revision from settings_revision")[0][0])
    for node in torture.cluster.nodes:
        wait_until(lambda: node.status()["settingsRevision"] == newest, 30, lambda: f"{node.name} at {newest}: {node.status()['settingsRevision']}")
    return newest
