"""A proxy before the local AWS whose connections can be cut, refused, and let through again."""

from __future__ import annotations

import selectors
import socket
import threading
from types import TracebackType


class CutConnection:
    """Forwards every connection to a port of this machine, until it is told to cut them all."""

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._is_cut = self._has_ended = False
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.getsockname()[1]
        return port

    def cut(self) -> None:
        """End every connection, and each that is made from here on."""
        with self._guard:
            self._is_cut = True
            for one in self._open:
                self._shut(one)

    def restore(self) -> None:
        """Let connections through again."""
        with self._guard:
            self._is_cut = False

    def __enter__(self) -> CutConnection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._has_ended = True
        self.cut()
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes `accept`
        for thread in self._threads:
            thread.join()
        self._server.close()

    def _accept(self) -> None:
        while True:
            client, _ = self._server.accept()
            if self._has_ended:
                client.close()
                return
            self._threads.append(threading.Thread(target=self._forward, args=(client,)))
            self._threads[-1].start()

    def _forward(self, client: socket.socket) -> None:
        with client:
            try:
                upstream = socket.create_connection(self._target)
            except OSError:
                return
            with upstream, selectors.DefaultSelector() as ready:
                with self._guard:
                    self._open |= {client, upstream}
                    if self._is_cut:
                        self._shut(client)
                ready.register(client, selectors.EVENT_READ, upstream)
                ready.register(upstream, selectors.EVENT_READ, client)
                try:
                    self._pump(ready)
                finally:
                    with self._guard:
                        self._open -= {client, upstream}

    @staticmethod
    def _pump(ready: selectors.BaseSelector) -> None:
        while True:
            for key, _ in ready.select():
                source, sink = key.fileobj, key.data
                assert isinstance(source, socket.socket)
                try:
                    data = source.recv(65_536)
                    if not data:
                        return
                    sink.sendall(data)
                except OSError:
                    return

    @staticmethod
    def _shut(one: socket.socket) -> None:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the other side was faster
