"""A bad network: a TCP proxy that cuts connections, or keeps answers back."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import urlsplit


class Proxy:
    """Passes bytes on, between a free port and a server."""

    def __init__(self, url: str) -> None:
        split = urlsplit(url)
        self._server = (split.hostname or "", split.port or 80)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0
        self.answer_held = threading.Event()
        self._holds = False
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def hold_answers(self) -> None:
        """From now on requests arrive, and their answers don't."""
        self._holds = True

    def cut(self) -> None:
        """Ends every connection at once."""
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):  # it may have ended by itself
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._open.clear()

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            with self._lock:
                self.connections += 1
                self._open += [client, server]
            threading.Thread(target=self._pump, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, True), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):  # cut
            while data := source.recv(65536):
                if is_answer and self._holds:
                    self.answer_held.set()
                    continue
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
