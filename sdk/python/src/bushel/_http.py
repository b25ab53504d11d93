"""Flows and who runs them.

Everything that decides (retries, tokens, idempotency keys) is written once, as generators that yield what
they need from the world: an answer to a request, a pause. The two runners below do that with threads or
with coroutines. So the two clients can't differ.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import httpx

T = TypeVar("T")


# Headers and bodies have secrets, and what shows a traceback may show its variables.
@dataclass(frozen=True, repr=False)
class Send:
    """Gives an `httpx.Response`, or raises an `httpx.RequestError`."""

    method: str
    url: str
    headers: dict[str, str]
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    timeout: float | httpx.Timeout | None = None
    """Seconds for each of connecting, writing and reading; None for the client's own."""
    is_stream: bool = False
    """The body is left unread, if the answer is one of success."""


@dataclass(frozen=True)
class Sleep:
    seconds: float


@dataclass(frozen=True)
class Blocking:
    """Something that waits for the disk or for a callback of the user."""

    function: Callable[[], Any]


@dataclass(frozen=True)
class Exclusive:
    """A flow that only one at a time of a client's calls may be in."""

    flow: Callable[[], Flow[Any]]


@dataclass(frozen=True)
class Shielded:
    """A short flow that is gone through with, even if its task is cancelled meanwhile."""

    flow: Callable[[], Flow[Any]]


Effect = Send | Sleep | Blocking | Exclusive | Shielded
Flow = Generator[Effect, Any, T]


class Runner:
    """Runs flows in the calling thread."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        self._lock = threading.Lock()

    def run(self, flow: Flow[T]) -> T:
        # A flow that is broken off, by Ctrl-C say, gives back what it holds at once.
        with closing(flow):
            return self._run(flow)

    def _run(self, flow: Flow[T]) -> T:
        step: Callable[[], Effect] = lambda: next(flow)  # noqa: E731 replaced in each round
        while True:
            try:
                effect = step()
            except StopIteration as stop:
                result: T = stop.value
                return result
            try:
                value = self._perform(effect)
            except Exception as error:
                step = _thrower(flow, error)
            else:
                step = _sender(flow, value)

    def _perform(self, effect: Effect) -> Any:
        if isinstance(effect, Send):
            return self._send(effect)
        if isinstance(effect, Sleep):
            return time.sleep(effect.seconds)
        if isinstance(effect, Blocking):
            return effect.function()
        if isinstance(effect, Shielded):
            return self.run(effect.flow())
        with self._lock:
            return self.run(effect.flow())

    def _send(self, send: Send) -> httpx.Response:
        request = self.http.build_request(**_arguments(send))
        # Redirects are refused: the credentials are for this server, and the API has none.
        response = self.http.send(request, stream=True, follow_redirects=False)
        try:
            if not (send.is_stream and response.is_success):
                response.read()
        except BaseException:
            response.close()
            raise
        return response


class AsyncRunner:
    """Runs flows in the calling task."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self._lock: anyio.Lock | None = None

    async def run(self, flow: Flow[T]) -> T:
        with closing(flow):
            return await self._run(flow)

    async def _run(self, flow: Flow[T]) -> T:
        step: Callable[[], Effect] = lambda: next(flow)  # noqa: E731 replaced in each round
        while True:
            try:
                effect = step()
            except StopIteration as stop:
                result: T = stop.value
                return result
            try:
                value = await self._perform(effect)
            except Exception as error:
                step = _thrower(flow, error)
            else:
                step = _sender(flow, value)

    async def _perform(self, effect: Effect) -> Any:
        if isinstance(effect, Send):
            return await self._send(effect)
        if isinstance(effect, Sleep):
            return await anyio.sleep(effect.seconds)
        if isinstance(effect, Blocking):
            return await anyio.to_thread.run_sync(effect.function)
        if isinstance(effect, Shielded):
            with anyio.CancelScope(shield=True):
                return await self.run(effect.flow())
        if self._lock is None:  # made here, where there is an event loop
            self._lock = anyio.Lock()
        async with self._lock:
            return await self.run(effect.flow())

    async def _send(self, send: Send) -> httpx.Response:
        request = self.http.build_request(**_arguments(send))
        response = await self.http.send(request, stream=True, follow_redirects=False)
        try:
            if not (send.is_stream and response.is_success):
                await response.aread()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await response.aclose()
            raise
        return response


def _thrower(flow: Flow[Any], error: Exception) -> Callable[[], Effect]:
    return lambda: flow.throw(error)


def _sender(flow: Flow[Any], value: Any) -> Callable[[], Effect]:
    return lambda: flow.send(value)


def _arguments(send: Send) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "method": send.method,
        "url": send.url,
        "headers": send.headers,
        "content": send.body,
    }
    if send.query:  # an empty one would take the query off the URL
        arguments["params"] = send.query
    if send.timeout is not None:
        arguments["timeout"] = send.timeout
    return arguments
