"""A TCP forwarder on an address of its own: whoever connects through it sees the server at that address, and nothing else of it."""

import socket
import threading


class Forwarder:
    """Listens on `address` and passes every connection on to `target_port` of 127.0.0.1. Ends with the process or by `close`."""

    def __init__(self, address, target_port):
        self.address = address
        self._target_port = target_port
        self._listener = socket.create_server((address, 0))
        self._connections = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target_port), timeout=10)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self._connections += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pass(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        finally:
            try:
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def close(self):
        self._listener.close()
        for connection in self._connections:
            connection.close()
