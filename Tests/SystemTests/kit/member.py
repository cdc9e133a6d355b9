"""One node of a cluster that is being tortured: what is done to it, and who starts it again."""

import subprocess
import threading

from .node import CommandFailed
from .processes import TimedOut, wait_until

stop_seconds = 100


class Member:
    def __init__(self, node, outages, tell):
        self.node = node
        self.name = node.name
        self._outages = outages
        self._tell = tell
        # Of the process: started, killed and looked at by several threads.
        self._lock = threading.RLock()
        # Whether it is to be started again when it has ended.
        self.is_wanted = True
        self._was_killed = False
        self.endings = []

    def out(self, kind):
        return self._outages.begin(self.name, kind)

    # The supervisor's

    def start_again_if_ended(self):
        with self._lock:
            if not self.is_wanted or self.node.process.is_running:
                return
            self._note_ending()
            self.node.start(waits=False)

    def _note_ending(self):
        code = self.node.process.exit_code
        self.endings.append(code)
        # It may end by itself when it was declared dead, or when the database is away at its start; never by a crash.
        if code not in (0, 1, 75) and not (code == -9 and self._was_killed):
            self._tell(f"{self.name} ended with {code}:\n{self.node.log_tail()}")
        self._was_killed = False

    # Faults

    def kill(self, stays_away):
        with self._lock:
            self._was_killed = True
            self.is_wanted = not stays_away
            self.node.kill()

    def come_back(self):
        self.is_wanted = True

    def stop(self):
        """SIGTERM, and not started again before it has come to its end."""
        with self._lock:
            self.is_wanted = False
        self.node.stop(grace=stop_seconds)

    def is_in_service(self):
        """Every part works: also a heartbeat was written a moment ago."""
        with self._lock:
            if not self.is_wanted or not self.node.process.is_running or not self.node._says_in_service():
                return False
        try:
            return not self.node.broken_parts()
        except (CommandFailed, subprocess.TimeoutExpired):
            return False

    def wait_until_in_service(self, seconds):
        try:
            wait_until(self.is_in_service, seconds, "", interval=0.5)
        except TimedOut:
            raise AssertionError(f"{self.name} is not in service {seconds} s after its fault:\n{self.node.log_tail()}") from None

    def ask(self, *words):
        """A command that may meet a node that is out: its answer or None."""
        try:
            return self.node.run_command(*words, timeout=30)
        except (CommandFailed, subprocess.TimeoutExpired, ValueError):
            return None
