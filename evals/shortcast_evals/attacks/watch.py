"""Watching from outside: every connection and look-up that is tried, and every watched file that is opened."""

import socket
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_watched: dict[str, list[str]] = {}  # by path: the list that its openings are written into
_hooked = threading.Event()


@dataclass
class Watch:
    """What was tried while it watched. Connections to `open_to` go through; all others are refused."""

    open_to: set[tuple[str, int]] = field(default_factory=set)
    sockets: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


@contextmanager
def watching(open_to: Iterable[tuple[str, int]], files: Iterable[Path]) -> Iterator[Watch]:
    """Record what is tried in this process, whichever thread or library tries it.

    A name in `open_to` may be looked up, and what it resolves to be connected to.
    """
    watch = Watch(open_to=set(open_to))
    real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex")}
    look_up = socket.getaddrinfo

    def allowed(address: Any) -> bool:
        return not isinstance(address, tuple) or (str(address[0]), int(address[1])) in watch.open_to

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not allowed(address):
            watch.sockets.append(f"{address[0]}:{address[1]}")
            raise ConnectionRefusedError("refused by the watch")
        real["connect"](self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not allowed(address):
            watch.sockets.append(f"{address[0]}:{address[1]}")
            return 111
        return int(real["connect_ex"](self, address))

    def getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if is_address(name) or name == "localhost":
            return look_up(host, port, *more, **named)
        if not any(name == known for known, _ in watch.open_to):
            watch.sockets.append(f"{name}:{port}")
            raise socket.gaierror(socket.EAI_NONAME, "refused by the watch")
        found = look_up(host, port, *more, **named)
        watch.open_to |= {(str(entry[4][0]), int(entry[4][1])) for entry in found}
        return found

    _hook()
    _watched.update({str(path): watch.files for path in files})
    for name, stand_in in (("connect", connect), ("connect_ex", connect_ex)):
        setattr(socket.socket, name, stand_in)
    socket.getaddrinfo = getaddrinfo
    try:
        yield watch
    finally:
        for name in real:
            delattr(socket.socket, name)  # the class inherits them
        socket.getaddrinfo = look_up
        _watched.clear()


def is_address(name: str) -> bool:
    """Say whether a host is an IP address, which needs no look-up."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, name.partition("%")[0])
        except OSError:
            continue
        return True
    return False


@contextmanager
def honeypot() -> Iterator[tuple[str, list[str]]]:
    """Listen on the loopback where nobody has any business; yield the address as a link, and who came."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def wait() -> None:
            while True:
                try:
                    visitor, address = server.accept()
                except OSError:
                    return  # closed
                came.append(f"{address[0]}:{address[1]}")
                visitor.close()

        threading.Thread(target=wait, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", came
        server.shutdown(socket.SHUT_RDWR)


def _hook() -> None:
    """Add the audit hook, once: Python can't take one away."""
    if _hooked.is_set():
        return
    _hooked.set()

    def on(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and _watched and isinstance(arguments[0], str | bytes):
            path = arguments[0].decode(errors="replace") if isinstance(arguments[0], bytes) else arguments[0]
            seen = _watched.get(path)
            if seen is not None:
                seen.append(path)

    sys.addaudithook(on)
