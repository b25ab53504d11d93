"""One face for the fake and the real server, so that the same scenario runs on both."""

from __future__ import annotations

from typing import Any, Protocol

from bank import Bank, Person

import bushel
from bushel.testing import FakeBushel, FakePerson


class Somebody(Protocol):
    @property
    def handle(self) -> str: ...
    @property
    def email(self) -> str: ...


class World(Protocol):
    def person(self, name: str) -> Any: ...
    def rich(self, name: str, amount: int) -> Any: ...
    def client(self, person: Any) -> bushel.Bushel: ...


class RealWorld:
    """People of the real server; clients are closed at the end."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self._clients: list[bushel.Bushel] = []

    def person(self, name: str) -> Person:
        return self.bank.person(name)

    def rich(self, name: str, amount: int) -> Person:
        return self.bank.rich(name, amount)

    def client(self, person: Person) -> bushel.Bushel:
        self._clients.append(person.client())
        return self._clients[-1]

    def close(self) -> None:
        for client in self._clients:
            client.close()


class FakeWorld:
    def __init__(self, fake: FakeBushel) -> None:
        self.fake = fake
        self._people = 0

    def person(self, name: str) -> FakePerson:
        self._people += 1
        handle = f"{name}{self._people}"
        return self.fake.person(handle, name=f"{handle.title()} Apple")

    def rich(self, name: str, amount: int) -> FakePerson:
        person = self.person(name)
        self.fake.give(person, "APPLE", amount)
        return person

    def client(self, person: FakePerson) -> bushel.Bushel:
        return self.fake.client(person)
