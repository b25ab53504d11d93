"""A Bushel in memory, for the tests of programs that use this SDK.

    fake = bushel.testing.FakeBushel()
    fake.asset("APPLE")
    ann, bob = fake.person("ann"), fake.person("bob")
    fake.give(ann, "APPLE", 10)
    with fake.client(ann) as client:
        client.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=3)

It is an httpx transport without any sockets, with a clock that stands until you move it. What it answers
is compared with the real server by the SDK's own tests. What it doesn't know raises `NotImplementedError`,
so that no test passes by mistake.
"""

from __future__ import annotations

from ._fake import FakeBushel
from ._oauth import FakeApplication
from ._state import FakePerson

__all__ = ["FakeApplication", "FakeBushel", "FakePerson"]
