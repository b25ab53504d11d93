"""Idempotency keys that survive a crash.

A program names what it is about to do (`operation="invoice-17"`). Before the first request is sent, the
store writes the name, the key and a hash of the request to the disk. A program that died between sending
and reading the answer does the same again when it is back: same name, same key, and the server answers
with what it did the first time.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from ._errors import ConfigurationError, OperationMismatchError

__all__ = [
    "FileIdempotencyStore",
    "IdempotencyStore",
    "MemoryIdempotencyStore",
    "Outcome",
    "Ticket",
    "next_ticket",
]

Outcome = Literal["open", "done", "refused", "refused_for_good"]
"""`open`: begun, and nobody knows what came of it. `done`. `refused`: nothing happened; the key is still
good. `refused_for_good`: nothing happened, and the server would refuse the key again, so the next attempt
gets a new one."""


@dataclass(frozen=True)
class Ticket:
    """A named operation and the key that its requests carry."""

    operation: str
    key: str
    fingerprint: str
    """A hash of the request, so that a name isn't used for two different ones."""
    outcome: Outcome
    begun_at: float
    """Seconds since 1970."""

    def with_outcome(self, outcome: Outcome) -> Ticket:
        return replace(self, outcome=outcome)


class IdempotencyStore(Protocol):
    """Where tickets are kept. Both methods return after what they wrote can't be lost any more."""

    def begin(self, operation: str, fingerprint: str) -> Ticket:
        """The ticket of an operation: the one that is there, or a new one. `next_ticket` decides."""
        ...

    def settle(self, ticket: Ticket, outcome: Outcome) -> None:
        """Writes what came of it, if the ticket's key still is the operation's."""
        ...


def next_ticket(found: Ticket | None, operation: str, fingerprint: str) -> Ticket:
    """What `begin` answers, for every kind of store."""
    if found is None or found.outcome == "refused_for_good":
        return Ticket(operation, uuid.uuid4().hex, fingerprint, "open", time.time())
    if found.outcome == "refused":
        return Ticket(operation, found.key, fingerprint, "open", found.begun_at)
    if found.fingerprint != fingerprint:
        raise OperationMismatchError(f"the operation {operation!r} was begun with another request before")
    return found


class MemoryIdempotencyStore:
    """For tests: it doesn't survive anything."""

    def __init__(self) -> None:
        self._tickets: dict[str, Ticket] = {}
        self._lock = threading.Lock()

    def begin(self, operation: str, fingerprint: str) -> Ticket:
        with self._lock:
            ticket = next_ticket(self._tickets.get(operation), operation, fingerprint)
            self._tickets[operation] = ticket
            return ticket

    def settle(self, ticket: Ticket, outcome: Outcome) -> None:
        with self._lock:
            found = self._tickets.get(ticket.operation)
            if found is not None and found.key == ticket.key:
                self._tickets[ticket.operation] = ticket.with_outcome(outcome)


# In the order of the fields of `Ticket`.
_SCHEMA = """
create table if not exists operations (
    operation text primary key,
    key text not null,
    fingerprint text not null,
    outcome text not null,
    begun_at real not null
) without rowid, strict
"""


class FileIdempotencyStore:
    """A file (SQLite's format) for any number of threads and processes of one machine.

    Each change is on the disk before the method returns. Every call opens the file anew, so that a
    store can be used across forks and threads. Put it on a local disk: network file systems keep
    neither locks nor promises. Use one file for each user that you act for.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._transaction() as connection:
                connection.execute(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise ConfigurationError(f"{self.path} can't hold operations: {error}") from error

    def begin(self, operation: str, fingerprint: str) -> Ticket:
        with self._transaction() as connection:
            row = connection.execute("select * from operations where operation = ?", [operation]).fetchone()
            ticket = next_ticket(Ticket(*row) if row else None, operation, fingerprint)
            connection.execute(
                "insert or replace into operations values (?, ?, ?, ?, ?)",
                [ticket.operation, ticket.key, ticket.fingerprint, ticket.outcome, ticket.begun_at],
            )
            return ticket

    def settle(self, ticket: Ticket, outcome: Outcome) -> None:
        with self._transaction() as connection:
            connection.execute(
                "update operations set outcome = ? where operation = ? and key = ?",
                [outcome, ticket.operation, ticket.key],
            )

    def unfinished(self) -> list[Ticket]:
        """What was begun and has no known outcome, the oldest first: what to repeat after a crash."""
        with self._transaction() as connection:
            sql = "select * from operations where outcome = 'open' order by begun_at"
            return [Ticket(*row) for row in connection.execute(sql)]

    def forget(self, older_than_s: float) -> int:
        """Removes what was done or refused longer ago than that, and answers with how many those were.

        A name that was forgotten is a new one: what it did before would be done again.
        """
        with self._transaction() as connection:
            sql = "delete from operations where outcome <> 'open' and begun_at < ?"
            return connection.execute(sql, [time.time() - older_than_s]).rowcount

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        with closing(connection):
            # Extra: with the folder, so that a commit survives the loss of power in every case.
            connection.execute("pragma synchronous = extra")
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")
