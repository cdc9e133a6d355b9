"""cluster.py --program PATH   what a message costs with one, two and three nodes, and how soon a change of settings is in force on all.

smtp-source on each node → nodes → smtp-sink on loopback, all nodes on one Firebird server of this run's own. Nothing here passes or
fails by a clock. For each number of nodes, each with the same load (half of it on each of two would make group commits smaller, which is
no cost of the cluster):

- CPU ms/message: of all the nodes' processes, and of the database server.
- statements, transactions, rows, fetches/message: what the server did in a second run, by its own trace and its MON$ tables, less what
  idle nodes do in the same time.
- idle: statements of each node and second while there is no mail.

Settings, on three nodes of which the third hears no events: from the moment a change is written until its revision is in force on the
other nodes, by the nodes' own logs.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import load
import relays
from kit.api import APIClient
from kit.cluster import Cluster
from kit.firebird_server import is_installed
from kit.forwarder import Forwarder
from kit.processes import GuardedProcess, wait_until
from kit.workplace import Workplace
from processes import cpu_seconds


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the built securitygateway")
    parser.add_argument("--nodes", default="1,2,3", help="numbers of nodes, as many runs")
    parser.add_argument("--messages", type=int, default=2000, help="messages of one run through each node")
    parser.add_argument("--sessions", type=int, default=12, help="parallel sessions of smtp-source with each node")
    parser.add_argument("--size", type=int, default=2, help="KB of a message")
    parser.add_argument("--changes", type=int, default=1000, help="changes of settings; 0 leaves them out")
    return parser.parse_args()


def say(text):
    print(text, flush=True)


@contextmanager
def new_cluster(nodes, folder, sink_port=None, last_without_events=False):
    """A cluster whose processes and folder end with the block."""
    tempfile.tempdir = str(folder)
    place = Workplace()
    try:
        cluster = Cluster(place)
        cluster.first()
        for number in range(2, nodes + 1):
            if last_without_events and number == nodes:
                join_without_events(cluster)
            else:
                cluster.further()
        if sink_port:
            cluster.nodes[0].add_domain(relays.domain, f"127.0.0.1:{sink_port}")
            for node in cluster.nodes:
                node.wait_until_accepted(relays.domain, seconds=30)
        yield cluster
    finally:
        place.close()


def join_without_events(cluster):
    forwarder = Forwarder("127.0.0.2", cluster.server.port)
    cluster.workplace.at_end(forwarder.close)
    node = cluster.prepare()
    code, said = cluster.join(node, *cluster.server.node_options(host=forwarder.address, port=forwarder.port))
    assert code == 0, said
    node.start()


# The cost of a message

class Trace:
    """Counts the statements of the nodes' database while it is open; their text is not wanted."""

    def __init__(self, server, folder):
        self._log = Path(folder) / "trace.log"
        settings = Path(folder) / "trace.conf"
        settings.write_text(
            f"database = {server.database}\n{{\nenabled = true\nlog_statement_finish = true\ntime_threshold = 0\nmax_sql_length = 0\n"
            "print_perf = false\n}\n")
        self._process = GuardedProcess(
            ["fbtracemgr", "-se", f"127.0.0.1/{server.port}:service_mgr", "-user", "SYSDBA", "-fetch", server.password_file, "-start",
             "-name", "bench", "-config", settings], self._log, environment=server._environment)
        wait_until(lambda: b"started" in self._log.read_bytes()[:200], 20, lambda: f"the trace begins: {self._process.log_tail()}")

    def count(self):
        with open(self._log, "rb") as log:
            return sum(line.count(b"EXECUTE_STATEMENT_FINISH") for line in log)

    def stop(self):
        self._process.kill()


_counters = """
    select d.mon$next_transaction, i.mon$page_fetches, r.mon$record_inserts + r.mon$record_updates + r.mon$record_deletes
    from mon$database d join mon$io_stats i on i.mon$stat_id = d.mon$stat_id join mon$record_stats r on r.mon$stat_id = d.mon$stat_id"""


def counters(server):
    transactions, fetches, rows = map(int, server.query(_counters)[0])
    return {"transactions": transactions, "page fetches": fetches, "rows written": rows}


def send(cluster, sink, options, messages):
    """So many messages through each node, until the last one is at the next hop: how many, and the seconds it took."""
    before, nodes, begun = sink.count(), cluster.nodes, time.monotonic()
    sources = [
        GuardedProcess(
            [load.smtp_source, "-s", options.sessions, "-m", messages, "-l", options.size * 1024, "-d",
             "-f", "sender@example.net", "-t", f"user@{relays.domain}", f"127.0.0.1:{node.smtp_port}"], node.folder / "source.out")
        for node in nodes]
    for source in sources:
        assert source.wait(900) == 0, source.log_tail(5)
    wanted = messages * len(nodes)
    wait_until(lambda: sink.count() - before >= wanted, 900, lambda: f"everything at the next hop: {sink.count() - before} of {wanted}")
    wait_until(lambda: not nodes[0].queue(), 60, "an empty queue")
    return wanted, time.monotonic() - begun


idle_seconds = 15


def cost(nodes, sink, options, folder):
    with new_cluster(nodes, folder, sink_port=sink.port) as cluster:
        send(cluster, sink, options, min(300, options.messages))
        pids = [node.process.pid for node in cluster.nodes]
        processor, servers = sum(map(cpu_seconds, pids)), cpu_seconds(cluster.server.process.pid)
        messages, seconds = send(cluster, sink, options, options.messages)
        found = {
            "nodes": nodes, "messages/s": messages / seconds,
            "CPU ms of the nodes": (sum(map(cpu_seconds, pids)) - processor) / messages * 1000,
            "CPU ms of the server": (cpu_seconds(cluster.server.process.pid) - servers) / messages * 1000}
        found.update(statements(cluster, sink, options, folder))
        return found


def statements(cluster, sink, options, folder):
    trace = Trace(cluster.server, cluster.workplace.folder)
    try:
        before, counted = counters(cluster.server), trace.count()
        # What idle nodes do can only be seen by waiting.
        time.sleep(idle_seconds)
        after, idle_count = counters(cluster.server), trace.count()
        idle = {name: (after[name] - before[name]) / idle_seconds for name in after}
        idle_statements = (idle_count - counted) / idle_seconds
        before = counters(cluster.server)
        messages, seconds = send(cluster, sink, options, options.messages)
        after = counters(cluster.server)
        found = {"statements": (trace.count() - idle_count - idle_statements * seconds) / messages}
        found.update({name: (after[name] - before[name] - idle[name] * seconds) / messages for name in after})
        found["idle: statements/s of a node"] = idle_statements / len(cluster.nodes)
        return found
    finally:
        trace.stop()


def table(rows):
    names = list(rows[0])
    return "\n".join(
        ["| a message costs | " + " | ".join(f"{row['nodes']} node{'s' * (row['nodes'] > 1)}" for row in rows) + " |", "|---" * (len(rows) + 1) + "|"]
        + [f"| {name} | " + " | ".join(f"{row[name]:.3g}" if row[name] < 100 else f"{row[name]:.0f}" for row in rows) + " |"
           for name in names if name != "nodes"])


# Settings

def adoptions(node, since):
    """`(revision, time)` in the order in which this node put them in force."""
    text = node.log.read_text(errors="replace")[since:]
    found = re.findall(r"(?m)^(\S+Z) info securitygateway: settings adopted revision=(\d+)", text)
    return [(int(revision), datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()) for stamp, revision in found]


def latencies(node, since, written):
    """From the change to the first newer or equal revision in force, in milliseconds, sorted."""
    found, adopted = [], iter(adoptions(node, since))
    revision, at = next(adopted, (None, None))
    for number, changed_at in written:
        while revision is not None and revision < number:
            revision, at = next(adopted, (None, None))
        if revision is None:
            break
        found.append((at - changed_at) * 1000)
    return sorted(found)


def settings(changes, folder):
    with new_cluster(3, folder, last_without_events=True) as cluster:
        first, second, third = cluster.nodes
        wait_until(lambda: "database events cannot be heard" in third.log.read_text(errors="replace"), 60, "the third node misses events")
        client = APIClient(first, first.run_command("api-key", "create", "bench", "--access", "full", json_output=False).strip())
        begins = {node.name: len(node.log.read_text(errors="replace")) for node in cluster.nodes}
        for number in range(changes):
            answer = client.send("PUT", "/settings/delivery/first-hour-retry", {"value": 1 + number % 50})
            assert answer.status == 200, answer.text
        newest = answer.document["revision"]
        for node in cluster.nodes:
            wait_until(lambda: node.status()["settingsRevision"] >= newest, 60, f"revision {newest} on {node.name}")
        rows = cluster.server.query(f"select revision, happened_at from settings_change where revision > {newest - changes} order by revision")
        written = [(int(revision), int(at) / 1000) for revision, at in rows]
        for node, how in ((second, "by event"), (third, "by polling alone")):
            found = latencies(node, begins[node.name], written)
            say(f"settings in force on another node {how}, {len(found)} changes from before their commit on: "
                f"p50 {load.percentile(found, 0.5):.0f} ms, p99 {load.percentile(found, 0.99):.0f} ms, worst {found[-1]:.0f} ms")


def main():
    options = arguments()
    os.environ["SECURITYGATEWAY_PROGRAM"] = str(Path(options.program).resolve())
    if not is_installed() or not load.smtp_source.exists() or not shutil.which("fbtracemgr"):
        sys.exit("cluster.py needs Debian's firebird3.0-server, firebird3.0-utils and postfix")
    # Not a memory file system, as in relay.py.
    folder = Path(tempfile.mkdtemp(prefix="sgbench-", dir="/var/tmp"))
    folder.chmod(0o711)
    sink = load.Sink(folder)
    try:
        rows = []
        for nodes in map(int, options.nodes.split(",")):
            rows.append(cost(nodes, sink, options, folder))
            say(f"{nodes}: {rows[-1]['messages/s']:.0f} messages/s")
        say(f"\n{options.messages} messages of {options.size} KB through each node, in {options.sessions} sessions with each\n\n{table(rows)}\n")
        if options.changes:
            settings(options.changes, folder)
    finally:
        sink.stop()
        shutil.rmtree(folder, ignore_errors=True)


main()
