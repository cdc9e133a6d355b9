"""What a relay costs: processor time, memory and file system, read from /proc."""

import os
import subprocess
import threading
from pathlib import Path

_ticks_per_second = os.sysconf("SC_CLK_TCK")


def _stat(pid):
    """Fields of /proc/PID/stat after the name, which may hold blanks; the first is the state (field 3 of proc(5))."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def process_tree(root):
    """The process and everything that descends from it."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                children.setdefault(int(_stat(entry)[1]), []).append(int(entry))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has just ended
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_seconds(root):
    """Processor time of a process, of its living descendants, and of those that have ended and been waited for."""
    ticks = 0
    for pid in process_tree(root):
        try:
            ticks += sum(int(field) for field in _stat(pid)[11:15])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return ticks / _ticks_per_second


_stages = (
    ("NIO", "SMTP in and out, TLS"), ("db-writer", "group commits"), ("db-", "other database work"), ("firebird", "other database work"),
    ("message-data", "content files"), ("dns", "DNS"), ("unbound", "DNS"))


def stage_seconds(pid):
    """Processor time of one process by what its threads are for; threads without a name of their own are Swift's pool."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            name = Path(f"/proc/{pid}/task/{task}/comm").read_text().strip()
            fields = _stat(f"{pid}/task/{task}")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        stage = next((stage for start, stage in _stages if name.startswith(start)), "judging, queue and log (Swift's pool)")
        found[stage] = found.get(stage, 0) + sum(int(field) for field in fields[11:13]) / _ticks_per_second
    return found


def status_bytes(pid, name):
    """A field of /proc/PID/status such as VmRSS or VmHWM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    return 0


def _proportional_bytes(pid):
    """Memory of a process, pages shared with others counted in part: fair to a relay of many small processes."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass  # it has just ended
    return 0


class MemoryWatch:
    """Looks once a second for the highest sum of memory of a relay's processes."""

    def __init__(self, root):
        self.root = root
        self.peak_bytes = 0
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()

    def _watch(self):
        while True:
            self.peak_bytes = max(self.peak_bytes, sum(map(_proportional_bytes, process_tree(self.root))))
            if self._ending.wait(1):
                return


def file_system_type(folder):
    return subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True, check=True).stdout.strip()
