"""relay.py --program PATH   the same load through this gateway and through Debian's Postfix, in alternating runs.

smtp-source → relay → smtp-sink on loopback, both relays on the same file system; both sync a message to disk before they answer 250.
Nothing here passes or fails by a clock: it prints what it measured, and the ratios.

- accepted/s: messages answered 250, by the time from the start to the end of smtp-source.
- delivered/s: the same messages, by the time until smtp-sink has counted the last of them.
- CPU/message: user and system time of all the relay's processes from before the run to an empty queue, ended children included.
- p50, p99: time from the final dot to the 250, of two probes that send meanwhile beside smtp-source's sessions (see probe.py).
- memory: highest sum of the processes' proportional set sizes, looked at once a second.
Shown is the median over the rounds.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import load
import relays
from processes import MemoryWatch, cpu_seconds, file_system_type, stage_seconds, status_bytes


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", help="the gateway's program, a release build; without it Postfix alone is measured")
    parser.add_argument("--sizes", default="2,10,100", help="message sizes in KB")
    parser.add_argument("--sessions", default="10,50", help="parallel sessions of smtp-source")
    parser.add_argument("--messages", type=int, default=3000, help="messages of one run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reuse", action="store_true", help="many messages in one connection (smtp-source -d) instead of one in each")
    parser.add_argument("--only", choices=["gateway", "postfix"], help="leave the other one out")
    parser.add_argument("--judging", action="store_true", help="a third relay: the gateway with every check on (see relays.py)")
    parser.add_argument("--earlier", metavar="PROGRAM", help="one more relay: an earlier build of the gateway, with its settings as they come")
    parser.add_argument("--idle", type=int, default=0, metavar="N", help="instead: the gateway's memory with N idle connections")
    parser.add_argument("--folder", default="/var/tmp", help="where the relays keep their queues; not a memory file system")
    parser.add_argument("--json", metavar="FILE", help="write everything measured there")
    return parser.parse_args()


def numbers(text):
    return [int(word) for word in text.split(",")]


def measure(relay, sink, size, sessions, options, folder):
    processor = cpu_seconds(relay.pid)
    stages = stage_seconds(relay.pid)
    reset_peak(relay.pid)
    with MemoryWatch(relay.pid) as memory:
        run = load.Run(relay, sink, size * 1024, sessions, options.messages, options.reuse, folder)
    return {
        "relay": relay.name, "size_kb": size, "sessions": sessions, "messages": run.messages,
        "accepted_per_second": run.messages / run.accepted_seconds, "delivered_per_second": run.messages / run.delivered_seconds,
        "cpu_ms_per_message": (cpu_seconds(relay.pid) - processor) / run.messages * 1000,
        "p50_ms": load.percentile(run.reply_seconds, 0.5) * 1000, "p99_ms": load.percentile(run.reply_seconds, 0.99) * 1000,
        "probes": len(run.reply_seconds), "peak_mib": max(memory.peak_bytes, status_peak(relay)) / 2**20, "doubled": run.doubled,
        "stages_ms": {} if relay.name == "postfix" else {
            stage: (seconds - stages.get(stage, 0)) / run.messages * 1000 for stage, seconds in stage_seconds(relay.pid).items()},
    }


def reset_peak(pid):
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def status_peak(relay):
    """One process' own peak is known exactly; of many only the sum's samples."""
    return 0 if relay.name == "postfix" else status_bytes(relay.pid, "VmHWM")


relay_names = ("gateway", "gateway, judging", "gateway, earlier", "postfix")
figures = ("accepted_per_second", "delivered_per_second", "cpu_ms_per_message", "p50_ms", "p99_ms", "peak_mib")


def medians(runs, name, size, sessions):
    some = [run for run in runs if (run["relay"], run["size_kb"], run["sessions"]) == (name, size, sessions)]
    return {figure: statistics.median(run[figure] for run in some) for figure in figures} if some else None


def table(runs, sizes, session_counts):
    lines = [
        "| KB | sessions | relay | accepted/s | delivered/s | CPU ms/message | p50 ms | p99 ms | memory MiB |",
        "|---|---|---|---|---|---|---|---|---|"]
    for size in sizes:
        for sessions in session_counts:
            found = {name: medians(runs, name, size, sessions) for name in relay_names}
            for name, values in found.items():
                if values:
                    lines.append(f"| {size} | {sessions} | {name} | " + " | ".join(shown(values[figure]) for figure in figures) + " |")
            for name in relay_names[:-1]:
                if found[name] and found["postfix"]:
                    ratios = [found[name][figure] / found["postfix"][figure] for figure in figures]
                    lines.append(f"| {size} | {sessions} | {name} ÷ postfix | " + " | ".join(f"{ratio:.2f}" for ratio in ratios) + " |")
    return "\n".join(lines)


def stage_table(runs, sizes, session_counts):
    """CPU per message by what the threads are for, medians over the rounds. Of the embedded database: its work is in the writer's."""
    lines = ["| KB | sessions | relay | CPU ms/message of |  |", "|---|---|---|---|---|"]
    for size in sizes:
        for sessions in session_counts:
            for name in relay_names[:-1]:
                some = [run["stages_ms"] for run in runs if (run["relay"], run["size_kb"], run["sessions"]) == (name, size, sessions)]
                for stage in sorted({stage for run in some for stage in run}):
                    value = statistics.median(run.get(stage, 0) for run in some)
                    lines.append(f"| {size} | {sessions} | {name} | {stage} | {value:.3f} |")
    return "\n".join(lines)


def shown(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def say(text):
    print(text, flush=True)


def compare(options, folder):
    """Alternating runs; both relays stay up, so that neither pays for its start."""
    relays.adopt_orphans()
    sink = load.Sink(folder)
    started = []
    try:
        if options.program and options.only != "postfix":
            started.append(started_relay(relays.Gateway, folder, sink))
            if options.earlier:
                relays.EarlierGateway.program = str(Path(options.earlier).resolve())
                started.append(started_relay(relays.EarlierGateway, folder, sink))
            if options.judging:
                started.append(started_relay(relays.JudgingGateway, folder, sink))
        if options.only != "gateway":
            started.append(started_relay(relays.Postfix, folder, sink))
        runs = []
        for relay in started:  # warms up, is not counted
            load.Run(relay, sink, 2048, 10, 200, options.reuse, folder)
        for size in numbers(options.sizes):
            for sessions in numbers(options.sessions):
                for _ in range(options.rounds):
                    for relay in started:
                        runs.append(measure(relay, sink, size, sessions, options, folder))
                        say(json.dumps({key: round(value, 2) if isinstance(value, float) else value
                                        for key, value in runs[-1].items() if key != "stages_ms"}))
        return runs
    finally:
        for relay in started:
            relay.stop()
        sink.stop()


def started_relay(kind, folder, sink):
    place = folder / kind.name.replace(", ", "-")
    place.mkdir()
    return kind(place, sink.port)


def idle(options, folder):
    import idle as idling

    idling.raise_descriptor_limit(options.idle)
    sink = load.Sink(folder)
    gateway = None
    try:
        gateway = started_relay(relays.Gateway, folder, sink)
        result = idling.measure(gateway, options.idle)
    finally:
        if gateway:
            gateway.stop()
        sink.stop()
    say(
        f"{result['connections']} idle connections: {result['idle_bytes'] / 2**20:.0f} MiB resident "
        f"(before: {result['before_bytes'] / 2**20:.0f} MiB, {result['bytes_per_connection']:.0f} bytes each), opened in {result['opened_seconds']:.1f} s; a transaction meanwhile took "
        f"{result['transaction_seconds_meanwhile'] * 1000:.0f} ms; idle they take {result['processor_share_idle'] * 100:.1f} % of a core")
    return result


def main():
    options = arguments()
    if options.program:
        os.environ["SECURITYGATEWAY_PROGRAM"] = str(Path(options.program).resolve())
    elif options.idle:
        sys.exit("--idle needs --program")
    if not options.idle and options.only != "gateway" and (os.geteuid() != 0 or not relays.is_postfix_installed()):
        sys.exit("Postfix as the other relay needs Debian's package postfix, and root; --only gateway goes without")
    folder = Path(tempfile.mkdtemp(prefix="sgbench-", dir=options.folder))
    # Postfix's daemons are not root and must get through to their queue.
    folder.chmod(0o711)
    kind = file_system_type(folder)
    if kind == "tmpfs":
        say(f"Warning: {folder} is in memory; syncing costs nothing there, and the figures mean little.")
    try:
        if options.idle:
            result = {"idle": idle(options, folder)}
        else:
            runs = compare(options, folder)
            say("\n" + table(runs, numbers(options.sizes), numbers(options.sessions)))
            if options.only != "postfix":
                say("\n" + stage_table(runs, numbers(options.sizes), numbers(options.sessions)))
            say(f"\n{options.messages} messages a run, {options.rounds} rounds, {os.cpu_count()} cores, {kind}, "
                f"{'many messages in one connection' if options.reuse else 'one message in each connection'}")
            result = {"runs": runs, "cores": os.cpu_count(), "file_system": kind}
        if options.json:
            Path(options.json).write_text(json.dumps(result, indent=1) + "\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
