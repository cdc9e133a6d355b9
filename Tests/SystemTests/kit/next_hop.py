"""A mail server behind the gateway: takes everything, keeps or hashes it, and misbehaves on demand."""

import base64
import re
import socket
import ssl
import threading
from collections import Counter
from dataclasses import dataclass

from .processes import free_port, wait_until

_message_identifier = re.compile(rb"^Message-ID:[ \t\r\n]*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)
# What the gateway writes in front of a message, and nothing else.
trace_fields = re.compile(rb"(?:(?:Received|Authentication-Results|X-SecurityGateway-[A-Za-z-]+): [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)+")


@dataclass(frozen=True)
class DeliveredMessage:
    reverse_path: str
    recipients: tuple
    content: bytes
    hello: str
    tls: bool
    mail_parameters: str = ""
    recipient_parameters: tuple = ()

    @property
    def message_id(self):
        found = _message_identifier.search(self.content)
        return found.group(1).decode("ascii", "replace") if found else None


class NextHop:
    """A threaded SMTP server on loopback. What it took is counted before it answers 250, so a reply lost on the wire counts too.

    Misbehaviour: set `mail_reply` (or a function of the address), `recipient_reply` (a function of the address) or `content_reply` (a
    function of the message) to answer something else; a reply of `CLOSE` drops the connection. `before_content_reply` is called before the final reply, to be slow.
    """

    CLOSE = object()
    capabilities = ("PIPELINING", "SIZE 100000000", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8", "DSN")

    def __init__(self, keeps_messages=True, received=None, certificate=None, capabilities=None, credentials=None, host="127.0.0.1",
                 port=None):
        self.host = host
        self.port = port or free_port()
        self.address = f"{host}:{self.port}"
        self.messages = []
        self.counts = Counter()
        self.sessions = 0
        self.mail_reply = None
        self.recipient_reply = None
        self.content_reply = None
        self.before_content_reply = None
        self._keeps_messages = keeps_messages
        self._received = received
        # Name and password that are asked for, under TLS.
        self.credentials = credentials
        self.mechanism = "PLAIN"
        self._certificate = certificate
        if capabilities is not None:
            self.capabilities = capabilities
        self._lock = threading.Lock()
        self._listener = None
        self._connections = set()

    # Being there

    def start(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        listener.listen(1024)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self

    def stop(self):
        """Away: nobody listens, and all connections are cut."""
        listener, self._listener = self._listener, None
        if listener:
            # A thread blocked in accept() holds the socket open; shutdown wakes it.
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # What came

    def delivered(self, message_id):
        with self._lock:
            return self.counts[message_id]

    def wait_for(self, count, seconds=30):
        """Waits for so many messages in all and returns them."""
        wait_until(lambda: len(self.messages) >= count, seconds, lambda: f"{count} messages at the next hop; {len(self.messages)} came")
        return self.messages[:]

    def total(self):
        with self._lock:
            return sum(self.counts.values())

    # Serving

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with self._lock:
            self._connections.add(connection)
            self.sessions += 1
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Session(self, connection).run()
        except (OSError, _Dropped):
            pass  # the node was killed, or this side is being stopped
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def take(self, message):
        """The reply to a message's end; `None` for 250."""
        if self.before_content_reply:
            self.before_content_reply(message)
        if self.content_reply:
            reply = self.content_reply(message)
            if reply:
                return reply
        with self._lock:
            self.counts[message.message_id] += 1
            if self._keeps_messages:
                self.messages.append(message)
            if self._received:
                self._received(message)
        return None


class _Dropped(Exception):
    pass


class _Session:
    def __init__(self, owner, connection):
        self.owner = owner
        self.connection = connection
        self.buffer = b""
        self.output = bytearray()
        self.hello = ""
        self.tls = False
        self.user = None
        self._reset()

    def _reset(self):
        self.reverse_path, self.mail_parameters, self.recipients, self.recipient_parameters = None, "", [], []

    def run(self):
        self._answer("220 nexthop.example ESMTP")
        while True:
            line = self._line()
            verb, _, rest = line.partition(" ")
            handler = getattr(self, "_" + verb.lower(), None) if verb.isalpha() else None
            if handler is None or verb.upper() not in self.verbs:
                self._answer("500 5.5.1 what?")
            elif handler(rest) is False:
                self._flush()
                return

    verbs = {"AUTH", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "STARTTLS"}

    def _ehlo(self, rest):
        self.hello = rest
        lines = ["nexthop.example", *self.owner.capabilities]
        if self.owner._certificate and not self.tls:
            lines.append("STARTTLS")
        if self.owner.credentials and self.tls:
            lines.append(f"AUTH {self.owner.mechanism}")
        self._answer("\r\n".join(("250-" if index < len(lines) - 1 else "250 ") + line for index, line in enumerate(lines)))

    def _helo(self, rest):
        self.hello = rest
        self._answer("250 nexthop.example")

    def _starttls(self, _):
        self._answer("220 2.0.0 go on")
        self._flush()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.owner._certificate)
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.tls = True
        self._reset()

    def _auth(self, rest):
        mechanism, _, response = rest.partition(" ")
        if mechanism == "LOGIN":
            given = [self._asked("Username:"), self._asked("Password:")]
        else:
            given = base64.b64decode(response).decode().split("\0")[1:]
        if mechanism != self.owner.mechanism or not self.tls or tuple(given) != self.owner.credentials:
            self._answer("535 5.7.8 not you")
            return
        self.user = given[0]
        self._answer("235 2.7.0 welcome")

    def _asked(self, prompt):
        self._answer("334 " + base64.b64encode(prompt.encode()).decode())
        return base64.b64decode(self._line()).decode()

    def _mail(self, rest):
        if self.owner.credentials and not self.user:
            self._answer("530 5.7.0 who are you?")
            return
        path, parameters = self._path(rest)
        reply = self.owner.mail_reply
        if self._misbehaves(reply(path) if callable(reply) else reply):
            return
        self.reverse_path, self.mail_parameters = path, parameters
        self._answer("250 2.1.0 ok")

    def _rcpt(self, rest):
        path, parameters = self._path(rest)
        if self.reverse_path is None:
            self._answer("503 5.5.1 MAIL first")
            return
        if self._misbehaves(self.owner.recipient_reply and self.owner.recipient_reply(path)):
            return
        self.recipients.append(path)
        self.recipient_parameters.append(parameters)
        self._answer("250 2.1.5 ok")

    def _data(self, _):
        if not self.recipients:
            self._answer("554 5.5.1 no recipients")
            return
        self._answer("354 go on")
        message = DeliveredMessage(
            self.reverse_path, tuple(self.recipients), self._content(), self.hello, self.tls, self.mail_parameters,
            tuple(self.recipient_parameters))
        self._reset()
        if not self._misbehaves(self.owner.take(message)):
            self._answer("250 2.0.0 taken")

    def _rset(self, _):
        self._reset()
        self._answer("250 2.0.0 ok")

    def _noop(self, _):
        self._answer("250 2.0.0 ok")

    def _quit(self, _):
        self._answer("221 2.0.0 bye")
        return False

    def _misbehaves(self, reply):
        if not reply:
            return False
        if reply is NextHop.CLOSE:
            raise _Dropped
        self._answer(reply)
        return True

    @staticmethod
    def _path(rest):
        """The address of `FROM:<address> PARAMETERS`; quoted local parts may hold an angle bracket."""
        start = rest.index("<")
        end = rest.index(">", rest.rindex('"') if '"' in rest else start)
        return rest[start + 1:end], rest[end + 1:].strip()

    # Bytes

    def _answer(self, line):
        self.output += line.encode("utf-8") + b"\r\n"
        if b"\r\n" not in self.buffer:
            self._flush()

    def _flush(self):
        if self.output:
            self.connection.sendall(self.output)
            self.output.clear()

    def _fill(self):
        self._flush()
        block = self.connection.recv(262144)
        if not block:
            raise _Dropped
        self.buffer += block

    def _line(self):
        while b"\r\n" not in self.buffer:
            self._fill()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("utf-8", "surrogateescape")

    def _content(self):
        # The line end before the first line is a virtual one, so that a dot there is found as well.
        data, searched = bytearray(b"\r\n" + self.buffer), 0
        while True:
            end = data.find(b"\r\n.\r\n", searched)
            if end >= 0:
                break
            searched = max(0, len(data) - 4)
            self._flush()
            block = self.connection.recv(262144)
            if not block:
                raise _Dropped
            data += block
        self.buffer = bytes(data[end + 5:])
        return bytes(data[:end + 2]).replace(b"\r\n.", b"\r\n")[2:]
