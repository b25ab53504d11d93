"""The examples of the documentation run, in their order, and do what they say."""

from __future__ import annotations

import os
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from bank import Bank, Person, until
from oauth_world import RealOAuthWorld

import bushel
from bushel import webhooks

HERE = Path(__file__).resolve().parent.parent
SECRET = "whsec_" + b64encode(b"k" * 32).decode()


def examples(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(name: str, words: Mapping[str, str] | None = None) -> dict[str, Any]:
    """All examples of a page, in one namespace; `words` say what stands for something else there."""
    names: dict[str, Any] = {"__name__": "example"}
    found = examples(name)
    assert found, name
    for number, code in enumerate(found, 1):
        for word, meant in (words or {}).items():
            code = code.replace(f'"{word}"', f'"{meant}"')  # noqa: PLW2901 the text that runs
        exec(compile(code, f"{name}, example {number}", "exec"), names)  # noqa: S102 our own
    return names


@pytest.fixture(autouse=True)
def _closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Examples may leave their clients open; they end with the program there."""
    opened: list[bushel.Bushel] = []
    set_up = bushel.Bushel._set_up

    def remember(self: bushel.Bushel, *arguments: Any) -> None:
        opened.append(self)
        set_up(self, *arguments)

    monkeypatch.setattr(bushel.Bushel, "_set_up", remember)
    yield
    for client in opened:
        client.close()


@pytest.fixture(scope="module")
def bob(bank: Bank) -> Person:
    return Person(bank, "bob")


@pytest.fixture
def ann(bank: Bank, bob: Person, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Whose key is in the environment. She holds something, and got an apple from Bob."""
    person = bank.rich("ann", 100)
    with person.client() as client:
        euros = client.wallet.accounts.open(asset="EUR")
        client.payments.deposits.create(
            asset="EUR",
            amount=10_000,
            card={"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"},
        )
        until("the deposit", lambda: client.wallet.accounts.get(euros.id).total or None)
        client.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=1)
    with bob.client() as client:
        client.wallet.transfers.create(to={"handle": person.handle}, asset="APPLE", amount=1)
    monkeypatch.setenv("BUSHEL_URL", bank.url)
    monkeypatch.setenv("BUSHEL_API_KEY", person.api_key)
    monkeypatch.setenv("BUSHEL_WEBHOOK_SECRET", SECRET)
    return person


def test_the_readme(ann: Person, capsys: pytest.CaptureFixture[str]) -> None:
    names = run("README.md")
    printed = capsys.readouterr().out
    assert printed.startswith("completed\ncompleted\n")
    assert "not that many" in printed
    assert "transfer.received" in printed
    receive: Callable[..., int] = names["receive"]
    body, at = b'{"type":"a","timestamp":"2026-11-20T21:33:00Z","sequence":1}', int(time.time())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(at)}
    assert receive(body, {**headers, "webhook-signature": webhooks.sign(SECRET, "msg_1", at, body)}) == 204
    assert receive(body, {**headers, "webhook-signature": "v1,x"}) == 401
    with ann.client() as client:
        sent = [one.amount for one in client.wallet.transfers.list(direction="out")]
    assert sent == [1250, 5, 5, 1]


def test_the_readme_says_that_it_takes_five_lines() -> None:
    assert len([line for line in examples("README.md")[0].splitlines() if line]) <= 5


def test_crashes(ann: Person) -> None:
    run("docs/crashes.md")
    with ann.client() as client:
        assert [one.amount for one in client.wallet.transfers.list(direction="out")] == [1, 5, 1]


def test_testing() -> None:
    run("docs/testing.md")


def test_oauth(
    bank: Bank, ann: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ann is at the browser, and reads the code from the screen."""
    world = RealOAuthWorld(bank)
    public, confidential = world.program(is_public=True), world.program()
    words = {
        "public-app": public.client_id,
        "confidential-app": confidential.client_id,
        "its-secret": confidential.client_secret or "",
    }
    printed: list[str] = []

    def visit(url: str) -> bool:
        return httpx.get(world.approve(url, ann)).is_success

    def sleep(_: float) -> None:
        printed.append(capsys.readouterr().out)
        found = re.search(r"enter (\S+)", printed[-1])
        assert found
        world.approve(found[1], ann)

    monkeypatch.setattr("webbrowser.open", visit)
    monkeypatch.setattr("bushel._http.time.sleep", sleep)
    monkeypatch.setenv("BUSHEL_URL", bank.issuer)
    monkeypatch.setenv("BUSHEL_ACCESS_TOKEN", confidential.owner.session.access_token)
    run("docs/oauth.md", words)
    lines = ("".join(printed) + capsys.readouterr().out).splitlines()
    assert re.fullmatch(r"app_\w{26} None", lines[0])
    assert lines[1] == ann.handle
    assert lines[2].startswith(f"Go to {bank.issuer}/device and enter ")
    # Ann's apples, those of the confidential program's owner, Ann's again.
    assert lines[3:] == ["95", "100", "95"]


def test_every_page_is_read_here() -> None:
    pages = {path.name for path in (HERE / "docs").iterdir()}
    assert pages == {"crashes.md", "oauth.md", "testing.md"}
    assert not os.environ.get("BUSHEL_API_KEY"), "the tests bring their own"
