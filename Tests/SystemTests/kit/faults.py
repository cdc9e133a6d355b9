"""The faults of a torture run, each from its beginning until the part works again."""

import random
import threading
import time

from .outages import Outages

# What is awaited when a node has not come back.
recovery_seconds = 180


class Faults:
    def __init__(self, cluster, members, outages):
        self.cluster = cluster
        self.members = {member.name: member for member in members}
        self.outages = outages
        self.reserved = set()
        self._lock = threading.Lock()

    # Who is in whose hands

    def reserve(self, one, most_out):
        """The part that the fault is for, or None while it, or too many others, are out."""
        if one.fault in ("kill server", "pause server", "server away"):
            party = Outages.server
        else:
            party = self._primary() if one.fault.endswith("primary") else list(self.members)[one.node]
        with self._lock:
            nodes = self.reserved - {Outages.server}
            if one.begins_alone and self.reserved:
                return None
            if party is None or party in self.reserved or party != Outages.server and len(nodes) >= most_out:
                return None
            self.reserved.add(party)
            return [party]

    def release(self, parties):
        with self._lock:
            self.reserved -= set(parties)

    def _primary(self):
        with self._lock:
            # No question to a server that is away.
            if Outages.server in self.reserved:
                return None
        try:
            rows = self.cluster.server.query(
                "select n.name from primary_role r join node n on n.id = r.holder where r.incarnation > 0 and r.id = 1")
        except AssertionError:
            return None
        return rows[0][0] if rows else None

    # Playing

    def play(self, one, party):
        if party == Outages.server:
            self._play_server(one)
            return
        member = self.members[party]
        outage = member.out(one.fault)
        try:
            self._actions[one.fault](self, member, one.seconds)
            member.wait_until_in_service(recovery_seconds)
        finally:
            outage.end = time.time()

    def _play_server(self, one):
        server = self.cluster.server
        outage = self.outages.begin(Outages.server, one.fault)
        kills = one.fault == "kill server" or one.fault == "server away" and one.node == 0
        try:
            if kills:
                server.kill()
                time.sleep(one.seconds)
                server.start()
            else:
                server.pause()
                time.sleep(one.seconds)
                server.resume()
        finally:
            outage.end = time.time()

    def _kill(self, member, seconds):
        member.kill(stays_away=True)
        time.sleep(seconds)
        member.come_back()

    def _pause(self, member, seconds):
        member.node.pause()
        time.sleep(seconds)
        member.node.resume()

    def _pause_in_transaction(self, member, seconds):
        """Stops it at random moments until it sleeps with its own row locked: in the middle of a batch."""
        for _ in range(40):
            member.node.pause()
            if self._has_open_batch(member):
                break
            member.node.resume()
            time.sleep(random.uniform(0, 0.1))
        time.sleep(seconds)
        member.node.resume()

    def _has_open_batch(self, member):
        return not self.cluster.server.accepts_sql(
            f"set transaction no wait; update node set counter = counter where name = '{member.name}'; rollback;")

    def _stop(self, member, seconds):
        member.stop()
        time.sleep(seconds)
        member.come_back()

    def _cut(silently, keeps_connections):
        def cut(self, member, seconds):
            for forwarder in member.node.forwarders:
                forwarder.cut(silently)
            time.sleep(seconds)
            for forwarder in member.node.forwarders:
                forwarder.mend(keeps_connections)

        return cut

    _actions = {
        "kill": _kill, "kill primary": _kill, "pause": _pause, "pause primary": _pause, "pause in a transaction": _pause_in_transaction,
        "stop": _stop, "refuse connections": _cut(False, False), "silence connections": _cut(True, False),
        "delay connections": _cut(True, True),
    }
