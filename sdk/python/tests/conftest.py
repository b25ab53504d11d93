from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from bank import Bank
from oauth_world import FakeOAuthWorld, OAuthWorld, RealOAuthWorld

from bushel.testing import FakeBushel


@pytest.fixture(scope="session")
def bank() -> Iterator[Bank]:
    """A real server, with apples. Tests make people of their own."""
    with tempfile.TemporaryDirectory(prefix="bushel-sdk-") as folder:
        bank = Bank(Path(folder))
        try:
            bank.asset("APPLE", 0)
            bank.operator.ledger.assets.create(code="EUR", scale=2, kind="money")
            yield bank
        finally:
            bank.stop()


@pytest.fixture
def fake() -> FakeBushel:
    fake = FakeBushel()
    fake.asset("APPLE")
    fake.asset("EUR", scale=2, kind="money")
    return fake


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made; none takes any time."""
    made: list[float] = []
    monkeypatch.setattr("time.sleep", made.append)
    return made


@pytest.fixture(params=["real", "fake"])
def world(request: pytest.FixtureRequest) -> Iterator[OAuthWorld]:
    """A server that people let programs in at: the real one, then the fake."""
    if request.param == "fake":
        yield FakeOAuthWorld(request.getfixturevalue("fake"))
        return
    real = RealOAuthWorld(request.getfixturevalue("bank"))
    yield real
    real.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses take no time, those of coroutines neither."""

    async def sleep(seconds: float) -> None:
        pass

    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("anyio.sleep", sleep)
