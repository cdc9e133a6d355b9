"""A cluster of three nodes behind HAProxy under load, with faults at random moments that overlap each other's recovery.

A round is one fault. The plan of a run is made from its seed before it begins; only what the machine does meanwhile differs.
"""

import random
import threading
import time
from dataclasses import dataclass, replace

from .cluster import Cluster
from .faults import Faults
from .haproxy import LoadBalancer
from .load import Ledger, Load
from .member import Member
from .outages import Outages
from .processes import wait_until

node_count = 3
# At least one node is left to itself.
most_out = 2
# Longer than a lease and than the silence after which a node is declared dead (30 s); the terms are the product's own.
long_seconds = (32.0, 37.0)
short_seconds = (0.0, 6.0)
# When to give up waiting for a part to work again after its fault: a node may have to be declared dead first, and to start.
recovery_seconds = 180
# Until all mail of a dead node was taken over and delivered.
dead_mail_seconds = 120

# (fault, how many of its cases in a hundred are long). Each deck of as many rounds holds each of them once.
deck = (
    ("kill", 30), ("kill primary", 30), ("pause", 30), ("pause primary", 100), ("pause in a transaction", 70), ("stop", 10),
    ("refuse connections", 30), ("silence connections", 40), ("delay connections", 40),
    ("kill server", 0), ("pause server", 0), ("server away", 100),
)


@dataclass(frozen=True)
class Round:
    fault: str
    # Which of the nodes; faults of the primary find theirs by asking.
    node: int
    # Slept before it.
    rest: float
    # From the fault to its end, when the recovery begins.
    seconds: float
    # Begins when nobody else is out.
    begins_alone: bool = False


def plan(seed, rounds):
    randomness = random.Random(seed)
    if rounds <= len(deck):
        return _short_plan(randomness)[:rounds]
    found = []
    while len(found) < rounds:
        for fault, long_share in randomness.sample(deck, len(deck)):
            found.append(_round(randomness, fault, randomness.randrange(100) < long_share))
    return found[:rounds]


def _short_plan(randomness):
    """One deck with the fewest long faults: a node's in the beginning, undisturbed by the server's so that it is declared dead, and at
    the end the server's, while others are played.
    """
    first, last = "pause in a transaction", "server away"
    between = [fault for fault, _ in randomness.sample(deck, len(deck)) if fault not in (first, last)]
    servers = [fault for fault in between if fault.endswith("server")]
    nodes = [fault for fault in between if fault not in servers]
    order = [first, *nodes[:-2], *servers, last, *nodes[-2:]]
    rounds = [_round(randomness, fault, fault in (first, last)) for fault in order]
    return [replace(one, begins_alone=one.fault == servers[0]) for one in rounds]


def _round(randomness, fault, is_long):
    seconds = randomness.uniform(*(long_seconds if is_long else short_seconds))
    return Round(fault, randomness.randrange(node_count), randomness.uniform(0, 1.5), seconds)


class Torture:
    def __init__(self, workplace, seed, say=print):
        self.workplace = workplace
        self.seed = seed
        self.say = say
        self.ledger = Ledger()
        self.outages = Outages()
        self.deliveries = {}
        self.next_hop = workplace.next_hop(keeps_messages=False, received=self._note_delivery)
        self.cluster = Cluster(workplace, can_be_cut=True)
        self.members = []
        self.problems = []
        self._running = []
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    def _note_delivery(self, message):
        self.deliveries.setdefault(message.message_id, []).append((time.time(), message.hello))

    # The cluster

    def set_up(self):
        first = self.cluster.first(start=False)
        self.cluster.server.run_sql(_witness)
        first.start()
        for _ in range(node_count - 1):
            self.cluster.further()
        nodes = self.cluster.nodes
        first.set("reception.proxy-networks", LoadBalancer.source)
        first.add_domain("example.com", self.next_hop.address)
        self.members = [Member(node, self.outages, self.problems.append) for node in nodes]
        for member in self.members:
            # By its HELO name each node is known to the next hop.
            member.node.set("node.helo-name", f"{member.name}.example.com")
            member.node.wait_until_accepted("example.com", seconds=30)
        balancer = LoadBalancer(self.workplace.folder / "haproxy", nodes)
        self.workplace.at_end(balancer.kill)
        self.workplace.at_end(self._is_over.set)
        balancer.start()
        self.load = Load(
            balancer.smtp_port, self.ledger, sessions=12, size=random.Random(self.seed).choice([600, 3000, 20_000]), rest=0.1,
            patience=lambda session: 15 if session % 2 else 60)
        self.faults = Faults(self.cluster, self.members, self.outages)
        threading.Thread(target=self._supervise, daemon=True).start()
        return self

    def _supervise(self):
        """As systemd does with its service: what ended is started again."""
        while not self._is_over.wait(0.2):
            for member in self.members:
                member.start_again_if_ended()

    # A run

    def run(self, rounds):
        """Plays the plan under load and returns when everything works again."""
        administrator = threading.Thread(target=self._administer, daemon=True)
        with self.load as load:
            load.wait_for(20)
            administrator.start()
            for number, one in enumerate(plan(self.seed, rounds), 1):
                self._is_over.wait(one.rest)
                self._begin(number, one)
            for thread in self._running:
                thread.join(recovery_seconds + 60)
                assert not thread.is_alive(), "a fault did not end"
            self._is_over.set()
            administrator.join(90)
            assert not self.problems, "\n".join(self.problems)
            # All of them at work, without a fault, before the load ends.
            load.wait_for(len(self.ledger.accepted) + 50, seconds=120)
        for member in self.members:
            assert member.node.process.is_running, f"{member.name} ended after the last fault"

    def _begin(self, number, one):
        parties = self._wait_for_parties(one)
        begun = time.monotonic()
        self.say(f"round {number}: {one.fault} of {' and '.join(parties)} for {one.seconds:.1f} s; {len(self.ledger.accepted)} accepted")

        def play():
            try:
                self.faults.play(one, parties[0])
            except BaseException as error:  # shown by the test
                self.problems.append(f"round {number}, {one}: {type(error).__name__}: {error}")
            finally:
                self.faults.release(parties)
                self.say(f"round {number}: over after {time.monotonic() - begun:.1f} s")

        thread = threading.Thread(target=play, daemon=True)
        self._running.append(thread)
        thread.start()

    def _wait_for_parties(self, one):
        return wait_until(
            lambda: self.faults.reserve(one, most_out), recovery_seconds * 2, lambda: f"somebody free for {one}: {self.faults.reserved}",
            interval=0.1)

    def _administer(self):
        """Changes of settings, maintenance and designations meanwhile, on any node that works."""
        randomness = random.Random(self.seed + 1)
        number = 0
        while not self._is_over.wait(0.7):
            member = randomness.choice(self.members)
            number += 1
            words = randomness.choice((
                ("settings", "set", "delivery.first-hour-retry", 1 + number % 50), ("maintenance", "run"), ("maintenance", "run"),
                ("settings", "set", "reception.maximum-sessions", 100 + number), ("cluster", "designate", randomness.choice(self.members).name)))
            member.ask(*words)


# Every write under the primary's fence, and every taking, leaves a row: which epoch, by which process. The row's lock puts them in order.
# The fence changes nothing in the row; whoever designates a node, be it the same one again, changes the row's time.
_witness = """
    create table test_primary_write (number bigint not null primary key, epoch bigint, process integer);
    create sequence test_primary_number;
    set term ^;
    create trigger test_primary_role_writes for primary_role after update as begin
        if (new.epoch <> old.epoch or new.changed_at is not distinct from old.changed_at) then
            insert into test_primary_write
            values (next value for test_primary_number, new.epoch, cast(rdb$get_context('SYSTEM', 'CLIENT_PID') as integer));
    end^
    set term ;^
    insert into audit (id, happened_at, actor, node_id, action, target, detail)
        select gen_uuid(), 1000, 'test', first_node.id, 'test.old', '', '' from (select first 1 id from node) first_node
            cross join (select first 200 1 as x from rdb$fields) a cross join (select first 250 1 as x from rdb$fields) b;
    commit;"""
