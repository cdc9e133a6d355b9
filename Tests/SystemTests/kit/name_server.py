"""A name server on loopback whose answers are a table, and which misbehaves on demand."""

import ipaddress
import socket
import struct
import threading

from .processes import free_port

A, NS, PTR, MX, TXT, AAAA = 1, 2, 12, 15, 16, 28


class NameServer:
    """Answers over UDP (and nothing over TCP). `records` maps (name, type) to a list of values: addresses for A and AAAA, texts for TXT,
    names for PTR and MX. Names without a record do not exist.

    Misbehaviour: `is_silent` answers nothing, `is_truncated` says that the answer does not fit, `lies_with` answers every A question
    with that address.
    """

    def __init__(self):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.records = {}
        self.questions = []
        self.is_silent = False
        self.is_truncated = False
        self.lies_with = None
        self._socket = None

    def start(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, args=(self._socket,), daemon=True).start()
        return self

    def stop(self):
        """Away: questions meet a closed port."""
        listener, self._socket = self._socket, None
        if listener:
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # not connected, which is how it is
            listener.close()

    def add(self, name, record_type, *values):
        self.records.setdefault((name.lower().rstrip("."), record_type), []).extend(values)

    def add_reverse(self, address, *names):
        self.add(ipaddress.ip_address(address).reverse_pointer, PTR, *names)

    def list_address(self, address, zone, answer="127.0.0.2"):
        """As a DNS block list does (RFC 5782)."""
        labels = ipaddress.ip_address(address).reverse_pointer.rsplit(".", 2)[0]
        self.add(f"{labels}.{zone}", A, answer)

    def _serve(self, listener):
        while True:
            try:
                question, client = listener.recvfrom(4096)
            except OSError:
                return
            try:
                answer = self._answer(question)
                if answer:
                    listener.sendto(answer, client)
            except (IndexError, struct.error, OSError):
                continue  # no question of ours, or the end

    def _answer(self, message):
        identifier, flags, questions = struct.unpack("!HHH", message[:6])
        if flags & 0x8000 or questions != 1:
            return None
        labels, offset = [], 12
        while message[offset]:
            length = message[offset]
            labels.append(message[offset + 1:offset + 1 + length].decode("ascii", "replace").lower())
            offset += 1 + length
        name, (record_type, _) = ".".join(labels), struct.unpack("!HH", message[offset + 1:offset + 5])
        question = message[12:offset + 5]
        self.questions.append((name, record_type))
        if self.is_silent:
            return None
        if self.is_truncated:
            return struct.pack("!HHHHHH", identifier, 0x8780, 1, 0, 0, 0) + question
        values = [self.lies_with] if self.lies_with and record_type == A else self.records.get((name, record_type), [])
        is_known = bool(values) or any(known == name or known.endswith("." + name) for known, _ in self.records)
        header = struct.pack("!HHHHHH", identifier, 0x8580 | (0 if is_known else 3), 1, len(values), 0, 0)
        return header + question + b"".join(self._record(record_type, value) for value in values)

    @staticmethod
    def _record(record_type, value):
        if record_type in (A, AAAA):
            data = ipaddress.ip_address(value).packed
        elif record_type == TXT:
            text = value.encode()
            pieces = [text[start:start + 255] for start in range(0, len(text), 255)]
            data = b"".join(bytes([len(piece)]) + piece for piece in pieces)
        else:
            data = b"".join(bytes([len(label)]) + label.encode() for label in value.split(".")) + b"\0"
            if record_type == MX:
                data = struct.pack("!H", 10) + data
        return struct.pack("!HHHIH", 0xC00C, record_type, 1, 0, len(data)) + data
