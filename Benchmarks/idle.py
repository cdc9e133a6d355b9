"""Many idle SMTP connections: what they cost the node in memory."""

import resource
import selectors
import socket
import time

from kit.load import message
from kit.smtp import SMTPClient
from processes import cpu_seconds, status_bytes

spare_descriptors = 200


def raise_descriptor_limit(count):
    """Before the node is started, which inherits it: as many descriptors as the connections need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + spare_descriptors
    if soft >= wanted:
        return
    # Root may raise the hard limit as well.
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(hard, wanted)))


def measure(gateway, count):
    """Opens `count` connections, says EHLO on each, and reads the node's memory while all of them are idle."""
    node = gateway.node
    node.set("reception.maximum-sessions", count + 50)
    node.set("reception.maximum-sessions-per-address", count + 50)
    before = status_bytes(gateway.pid, "VmRSS")
    started = time.monotonic()
    connections = _open(gateway.port, count)
    opened_seconds = time.monotonic() - started
    idle_bytes = status_bytes(gateway.pid, "VmRSS")
    sessions = node.status()["smtpSessions"]
    assert sessions >= count, f"only {sessions} sessions are open"
    # A further session is served while the others are there.
    with SMTPClient(gateway.port) as client:
        client.hello()
        reply_started = time.monotonic()
        reply, _ = client.send_message("sender@example.net", ["user@example.com"], message("<idle@load.example>"))
        reply_seconds = time.monotonic() - reply_started
        assert reply.is_positive, str(reply)
    processor = cpu_seconds(gateway.pid)
    resting = time.monotonic()
    # The cost of being idle can only be seen by waiting.
    time.sleep(5)
    idle_processor = (cpu_seconds(gateway.pid) - processor) / (time.monotonic() - resting)
    for connection in connections:
        connection.close()
    return {
        "connections": count, "opened_seconds": opened_seconds, "before_bytes": before, "idle_bytes": idle_bytes,
        "bytes_per_connection": (idle_bytes - before) / count, "peak_bytes": status_bytes(gateway.pid, "VmHWM"),
        "transaction_seconds_meanwhile": reply_seconds, "processor_share_idle": idle_processor,
    }


def _open(port, count):
    connections = []
    # In groups below the listen backlog.
    while len(connections) < count:
        group = []
        for _ in range(min(100, count - len(connections))):
            connection = socket.create_connection(("127.0.0.1", port), timeout=60)
            group.append(connection)
        _exchange(group, None)
        _exchange(group, b"EHLO idle.example.net\r\n")
        connections += group
    return connections


def _exchange(group, command):
    """Sends a command on all of them and waits for all the replies."""
    with selectors.DefaultSelector() as selector:
        for connection in group:
            if command:
                connection.sendall(command)
            selector.register(connection, selectors.EVENT_READ, bytearray())
        waiting = len(group)
        while waiting:
            for key, _ in selector.select(60):
                block = key.fileobj.recv(4096)
                assert block, f"connection closed after {bytes(key.data)!r}"
                key.data.extend(block)
                if key.data.endswith(b"\r\n") and key.data.splitlines()[-1][:4] in (b"220 ", b"250 "):
                    selector.unregister(key.fileobj)
                    waiting -= 1
