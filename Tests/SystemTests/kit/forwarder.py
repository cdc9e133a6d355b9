"""A TCP forwarder on an address of its own: whoever connects through it sees the server at that address, and nothing else of it."""

import socket
import threading


class Forwarder:
    """Listens on `address` and passes every connection on to `target_port` of 127.0.0.1. Ends with the process or by `close`."""

    def __init__(self, address, target_port, port=0):
        self.address = address
        self._target_port = target_port
        self._listener = socket.create_server((address, port))
        self._lock = threading.Lock()
        self._connections = set()
        self._is_refusing = False
        self._may_pass = threading.Event()
        self._may_pass.set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    # Cuts

    def cut(self, silently=False):
        """From now on nothing passes: connections are closed and new ones too, or, silently, nobody hears anything any more."""
        if silently:
            self._may_pass.clear()
            return
        self._is_refusing = True
        self._close_all()

    def mend(self, keeps_connections=False):
        """What a silent cut held up is lost with its connections, or arrives late on those that still wait."""
        if not keeps_connections:
            self._close_all()
        self._may_pass.set()
        self._is_refusing = False

    def close(self):
        self._listener.close()
        self._close_all()
        self._may_pass.set()

    def _close_all(self):
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                # Also wakes whoever waits in it.
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    # Passing on

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            self._may_pass.wait()
            if self._is_refusing:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target_port), timeout=10)
            except OSError:
                return
            with server:
                self._join(client, server)

    def _join(self, client, server):
        server.settimeout(None)
        for connection in (client, server):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._connections |= {client, server}
        try:
            back = threading.Thread(target=self._pass, args=(server, client), daemon=True)
            back.start()
            self._pass(client, server)
            back.join()
        finally:
            with self._lock:
                self._connections -= {client, server}

    def _pass(self, source, sink):
        try:
            while data := source.recv(65536):
                self._may_pass.wait()
                sink.sendall(data)
        except OSError:
            pass
        finally:
            try:
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass
