"""When which part of a cluster was out, and what of its history that explains."""

import threading
import time
from dataclasses import dataclass, field


@dataclass
class Outage:
    """In seconds of the wall clock, as the nodes write it. `end` is when the part was known to work again."""

    party: str
    kind: str
    begin: float = field(default_factory=time.time)
    end: float = float("inf")

    def overlaps(self, begin, end):
        return self.begin <= end and self.end >= begin


class Outages:
    server = "server"

    def __init__(self):
        self._lock = threading.Lock()
        self._all = []

    def begin(self, party, kind):
        outage = Outage(party, kind)
        with self._lock:
            self._all.append(outage)
        return outage

    def of(self, *parties):
        with self._lock:
            return [outage for outage in self._all if outage.party in parties]


# What a busy machine may add between two things that belong together.
slack_seconds = 5
# Shorter readings of the database are no gap for a watching node (`SilenceWatch.longestGap`).
longest_gap_seconds = 10
# Nobody is declared dead before (`SilenceWatch.deadAfter`).
dead_after_seconds = 30


def cause_of_second_delivery(outages, node, delivered_at):
    """Why the outcome of a delivery by `node` may never have been committed: the kind of outage, or None.

    The window is between the next hop's 250 and the commit; it stays open for as long as the database is away.
    """
    closes = delivered_at + slack_seconds
    while True:
        away = [outage for outage in outages.of(node, Outages.server) if outage.overlaps(delivered_at - slack_seconds, closes)]
        later = max([closes, *(outage.end + slack_seconds for outage in away)])
        if later == closes:
            break
        closes = later
    own = [outage for outage in away if outage.party == node]
    return own[0].kind if own else None


def is_death_explained(outages, node, declared_at):
    """Whether the node was out, and the database there, for as long as it takes to declare a node dead."""
    begin = declared_at - dead_after_seconds + 1
    was_out = any(outage.begin <= begin + slack_seconds and outage.end >= declared_at - slack_seconds for outage in outages.of(node))
    was_away = any(
        outage.overlaps(begin, declared_at) and min(outage.end, declared_at) - max(outage.begin, begin) > longest_gap_seconds
        for outage in outages.of(Outages.server))
    return was_out and not was_away


def reigns(rows):
    """`(epoch, process)` in the order in which they wrote, repetitions left out; an epoch that returns or has two processes shows."""
    found = []
    for epoch, process in rows:
        if not found or found[-1] != (epoch, process):
            found.append((epoch, process))
    return found


def two_at_once(rows):
    """Reigns that began although a newer one had begun, or that two processes share."""
    found = reigns(rows)
    return [(before, after) for before, after in zip(found, found[1:]) if after[0] <= before[0]]
