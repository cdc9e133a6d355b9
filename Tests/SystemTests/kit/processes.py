"""Processes that end with the test run, free ports, and waiting with a deadline instead of sleeping."""

import os
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

# The kernel ends a child with the *thread* that made it: this one lives as long as the run.
_parent = ThreadPoolExecutor(max_workers=1, thread_name_prefix="parent")

_given_ports = set()


def free_port():
    """A port of 127.0.0.1 that nobody has and that this run has not given out before."""
    while True:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        # Below 32768 nothing picks ports by itself; above, an outgoing connection could take one between here and its use. The
        # kernel gives out even ones to bind() and odd ones to connect() first, so a clash is unlikely enough for a test.
        if port not in _given_ports:
            _given_ports.add(port)
            return port


def is_listening(port, address="127.0.0.1"):
    with socket.socket() as connection:
        connection.settimeout(5)
        return connection.connect_ex((address, port)) == 0


class TimedOut(AssertionError):
    """Something awaited did not come to pass."""


def wait_until(condition, seconds, what, interval=0.02):
    """Waits until `condition()` is truthy and returns its value. `what` may be a text or a function that tells the state."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimedOut(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(interval)


class GuardedProcess:
    """A child process in its own session whose output goes to a file, and that the kernel ends when this run dies."""

    def __init__(self, command, log, environment=None, working_folder=None):
        self.command = [str(word) for word in command]
        self.log = log
        with open(log, "ab") as output:
            # setpriv becomes the program: the process identifier is the program's own.
            self._process = _parent.submit(
                subprocess.Popen, ["setpriv", "--pdeathsig", "KILL", *self.command],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=working_folder,
                env=environment, start_new_session=True).result()

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process.poll() is None

    @property
    def exit_code(self):
        """None while it runs; negative after a signal."""
        return self._process.poll()

    def send(self, signal_number):
        # Popen knows whether it was reaped, so this never meets a foreign process with the same number.
        self._process.send_signal(signal_number)

    def kill(self):
        """Ends it as a crash does, and waits until it is gone."""
        if self.is_running:
            self.send(signal.SIGKILL)
        self._process.wait()

    def terminate(self, grace):
        """SIGTERM; the exit code, or TimedOut after `grace` seconds."""
        self.send(signal.SIGTERM)
        try:
            return self._process.wait(grace)
        except subprocess.TimeoutExpired:
            raise TimedOut(f"{self.command[0]} did not end within {grace} s of SIGTERM") from None

    def wait(self, seconds):
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimedOut(f"{self.command[0]} did not end within {seconds} s") from None

    def log_tail(self, lines=40):
        try:
            with open(self.log, "rb") as output:
                output.seek(0, os.SEEK_END)
                output.seek(max(0, output.tell() - 65536))
                return b"\n".join(output.read().splitlines()[-lines:]).decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def peak_memory_bytes(self):
        """VmHWM of the running process."""
        with open(f"/proc/{self.pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return 0
