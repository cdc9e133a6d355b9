"""probe.py PORT BYTES REUSE OUTPUT   sends one message after another until its input ends, and writes how long each 250 took.

The time runs from the last byte of the data to the last byte of the reply. A process of its own, so that nothing of the harness stands
in its way; it is one more session beside those of smtp-source and counts as load like them.
"""

import json
import select
import socket
import sys
import time


class Session:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.expect(b"2")
        self.command(b"EHLO probe.example.net\r\n", b"2")

    def expect(self, first):
        reply = b""
        # The last line of a reply has a blank after its code.
        while not (reply.endswith(b"\r\n") and reply.splitlines()[-1][3:4] != b"-"):
            block = self.socket.recv(4096)
            if not block:
                raise ConnectionError(f"closed after {reply!r}")
            reply += block
        if not reply.startswith(first):
            raise ConnectionError(f"answered {reply!r}")

    def command(self, line, first):
        self.socket.sendall(line)
        self.expect(first)

    def send(self, content):
        self.command(b"MAIL FROM:<probe@example.net>\r\n", b"250")
        self.command(b"RCPT TO:<user@example.com>\r\n", b"250")
        self.command(b"DATA\r\n", b"354")
        self.socket.sendall(content)
        started = time.perf_counter()
        self.expect(b"250")
        return time.perf_counter() - started

    def quit(self):
        self.command(b"QUIT\r\n", b"2")
        self.socket.close()


def main():
    port, size, reuses, output = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1", sys.argv[4]
    header = b"From: <probe@example.net>\r\nTo: <user@example.com>\r\nSubject: probe\r\n\r\n"
    content = header + b"x" * 70 + b"\r\n"
    content += (b"y" * 70 + b"\r\n") * max(0, (size - len(content)) // 72) + b".\r\n"
    seconds, session = [], None
    while not select.select([sys.stdin], [], [], 0)[0]:
        if session is None:
            session = Session(port)
        seconds.append(session.send(content))
        if not reuses:
            session.quit()
            session = None
    if session:
        session.quit()
    with open(output, "w") as file:
        json.dump(seconds, file)


if __name__ == "__main__":
    main()
