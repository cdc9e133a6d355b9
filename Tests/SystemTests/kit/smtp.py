"""A plain SMTP client on a raw socket: what it is told to send goes out byte by byte."""

import socket
import ssl
from dataclasses import dataclass


class SMTPConnectionLost(Exception):
    """The server closed the connection, or it broke."""


@dataclass(frozen=True)
class Reply:
    code: int
    lines: tuple

    @property
    def text(self):
        return " ".join(self.lines)

    @property
    def is_positive(self):
        return 200 <= self.code < 300

    def __str__(self):
        return f"{self.code} {self.text}"


class SMTPClient:
    """Waits for each reply; `send_message` is one transaction."""

    def __init__(self, port, host="127.0.0.1", timeout=120, hello="client.example.net", tls=False, source="127.0.0.1"):
        self.socket = socket.create_connection((host, port), timeout=timeout, source_address=(source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self._wrap()
        self.buffer = b""
        self.hello_name = hello
        # A whole message was sent, and its reply has not come: nobody knows whose it is.
        self.awaits_decision = False
        try:
            self.greeting = self.read_reply()
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def _wrap(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def send(self, data):
        try:
            self.socket.sendall(data)
        except socket.timeout:
            raise
        except OSError as error:
            raise SMTPConnectionLost(str(error)) from None

    def read_line(self):
        while b"\n" not in self.buffer:
            try:
                block = self.socket.recv(65536)
            except socket.timeout:
                raise
            except OSError as error:
                raise SMTPConnectionLost(str(error)) from None
            if not block:
                raise SMTPConnectionLost(f"closed by the server after {self.buffer!r}")
            self.buffer += block
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def read_reply(self):
        lines = []
        while True:
            line = self.read_line()
            if len(line) < 3 or not line[:3].isdigit() or line[3:4] not in ("", " ", "-"):
                raise AssertionError(f"not a reply line: {line!r}")
            lines.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), tuple(lines))

    def command(self, line):
        self.send((line if isinstance(line, bytes) else line.encode("utf-8")) + b"\r\n")
        return self.read_reply()

    def hello(self):
        return self.command("EHLO " + self.hello_name)

    def start_tls(self):
        reply = self.command("STARTTLS")
        if reply.code == 220:
            self._wrap()
        return reply

    def send_message(self, sender, recipients, content, mail_parameters="", raw=False):
        """One transaction. The reply that decided it, and the recipients that were accepted.

        `content` is sent as it is, dots stuffed, ended by a line end of its own or a new one; `raw` leaves out the dot stuffing.
        """
        reply = self.command(f"MAIL FROM:<{sender}>{mail_parameters}")
        if not reply.is_positive:
            return reply, []
        accepted, refused = [], reply
        for recipient in recipients:
            answer = self.command(f"RCPT TO:<{recipient}>")
            if answer.is_positive:
                accepted.append(recipient)
            else:
                refused = answer
        if not accepted:
            self.command("RSET")
            return refused, []
        reply = self.command("DATA")
        if reply.code != 354:
            return reply, []
        self.send(content if raw else framed(content))
        self.awaits_decision = True
        reply = self.read_reply()
        self.awaits_decision = False
        return reply, accepted

    def quit(self):
        try:
            self.command("QUIT")
        finally:
            self.close()


class ProxiedClient(SMTPClient):
    """An SMTP client behind a proxy: `header` is sent before anything else."""

    def __init__(self, port, header, **options):
        self.header = header
        super().__init__(port, **options)

    def read_line(self):
        if self.header:
            header, self.header = self.header, b""
            self.send(header)
        return super().read_line()

    def _wrap(self):
        if self.header:
            header, self.header = self.header, b""
            self.send(header)
        super()._wrap()


def framed(content):
    """Message text as it goes over the wire after DATA: dots stuffed (RFC 5321 section 4.5.2) and ended."""
    stuffed = (b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:]
    if stuffed and not stuffed.endswith(b"\r\n"):
        stuffed += b"\r\n"
    return stuffed + b".\r\n"


def ended(content):
    """The content as the next hop must get it: the wire gives every message a last line end."""
    return content if content.endswith(b"\r\n") or not content else content + b"\r\n"
