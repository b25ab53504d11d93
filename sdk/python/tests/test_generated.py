"""The generated part is whole and fresh, and what the package exports is what it has."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

import bushel
import bushel._generated
from bushel._calls import Operation
from generate import __main__ as generator
from generate.document import Document, UnknownError, snake
from generate.operations import LEFT_OUT, LEFT_OUT_CONTEXTS, Reader

HERE = Path(__file__).resolve().parent.parent


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(generator.DOCUMENT.read_text(encoding="utf-8"))
    return found


def operations() -> dict[str, Operation[Any]]:
    found = {}
    for module in pkgutil.iter_modules(bushel._generated.__path__):
        loaded = importlib.import_module(f"bushel._generated.{module.name}")
        for value in vars(loaded).values():
            if isinstance(value, Operation):
                found[value.id] = value
    return found


def test_every_operation_of_the_document_has_a_method_or_a_reason() -> None:
    in_document = {
        operation["operationId"]: (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
        if operation["tags"][0] not in LEFT_OUT_CONTEXTS
    }
    made = {name: (one.method, one.path) for name, one in operations().items()}
    assert made == {name: where for name, where in in_document.items() if name not in LEFT_OUT}
    assert set(LEFT_OUT) <= set(in_document)


def test_both_clients_have_the_same_methods_in_the_same_places() -> None:
    trees = []
    for kind in (bushel.Bushel, bushel.AsyncBushel):
        client = kind("k", base_url="https://b", transport=httpx.MockTransport(lambda _: httpx.Response(200)))
        trees += [tree(client), tree(client.with_raw_response)]
    stream = {"notifications.stream"}
    assert trees[0] == trees[2]
    assert trees[1] == trees[3] == trees[0] - stream
    assert "wallet.transfers.create" in trees[0]
    assert "health.healthz" in trees[0]


def tree(client: Any) -> set[str]:
    found = set()
    for context_name, context in vars(client).items():
        if not type(context).__module__.startswith("bushel._generated"):
            continue
        for name, feature in [*vars(context).items(), *inspect.getmembers(context, inspect.ismethod)]:
            if callable(feature) and not name.startswith("_"):
                found.add(f"{context_name}.{name}")
            elif type(feature).__module__.startswith("bushel._generated"):
                members = [*vars(feature).items(), *inspect.getmembers(feature, inspect.ismethod)]
                found |= {
                    f"{context_name}.{name}.{verb}"
                    for verb, value in members
                    if callable(value) and not verb.startswith("_")
                }
    return found


def test_the_committed_files_are_what_the_generator_writes() -> None:
    command = [sys.executable, "-m", "generate", "--check"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "generated: the Python SDK is fresh\n")


def test_a_difference_is_found_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generator, "TARGET", tmp_path)
    fresh = generator.files()
    assert generator.write(fresh) == 0
    assert generator.check(fresh) == 0
    (tmp_path / "wallet.py").write_text("changed")
    (tmp_path / "old.py").write_text("left over")
    (tmp_path / "params.py").unlink()
    assert generator.check(fresh) == 1
    named = capsys.readouterr().out
    for name in ("wallet.py", "old.py", "params.py"):
        assert f"_generated/{name}: stale" in named
    assert generator.write(fresh) == 0
    assert not (tmp_path / "old.py").exists()


def test_it_needs_nothing_but_python() -> None:
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import sys; sys.path.insert(0, '.'); import generate.__main__",
    ]
    subprocess.run(command, cwd=HERE, check=True)


def spoiled(change: Any) -> None:
    found = document()
    change(found)
    Reader(Document(found)).methods()


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it["components"]["schemas"]["Asset"]["properties"].update(x={"type": "number"}),
        lambda it: it["components"]["schemas"]["Asset"]["properties"].update(http={"type": "string"}),
        lambda it: it["paths"]["/healthz"]["get"]["responses"]["200"].update(
            content={"image/png": {"schema": {"type": "string"}}}
        ),
        lambda it: it["paths"]["/v1/wallet/transfers"]["post"]["parameters"].append(
            {"name": "X-New", "in": "header", "schema": {"type": "string"}}
        ),
        lambda it: it["components"]["schemas"]["PartyRef"]["oneOf"][0].update(required=[]),
    ],
)
def test_what_it_does_not_understand_it_does_not_leave_out(change: Any) -> None:
    with pytest.raises(UnknownError):
        spoiled(change)


def test_names_of_parameters_are_names_of_python() -> None:
    assert snake("filter[amount][gte]") == "amount_gte"
    assert snake("filter[from]") == "from_"
    assert snake("Idempotency-Key") == "idempotency_key"


def test_floats_are_nowhere_in_the_models() -> None:
    text = (HERE / "src/bushel/_generated/models.py").read_text()
    assert "float" not in text


@pytest.mark.parametrize(
    "name", ["bushel", "bushel.errors", "bushel.oauth", "bushel.webhooks", "bushel.testing", "bushel.amounts"]
)
def test_everything_that_is_exported_is_there(name: str) -> None:
    module = importlib.import_module(name)
    assert [one for one in module.__all__ if not hasattr(module, one)] == []
    # A package shows what its modules have, a module what it defines.
    home = f"{name}." if hasattr(module, "__path__") else name
    public = {
        one
        for one, value in vars(module).items()
        if not one.startswith("_") and str(getattr(value, "__module__", "")).startswith(home)
    }
    assert public - set(module.__all__) == set()


def test_every_error_is_exported_in_both_places() -> None:
    errors = {
        name
        for name, value in vars(bushel.errors).items()
        if inspect.isclass(value) and issubclass(value, bushel.BushelError)
    }
    assert errors <= set(bushel.__all__)
    assert errors <= set(bushel.errors.__all__)
