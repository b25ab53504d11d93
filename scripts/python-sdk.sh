#!/usr/bin/env bash
# The Python SDK's checks and tests.
#
#   scripts/python-sdk.sh check     format, lints, types (mypy --strict, pyright), generated files
#   scripts/python-sdk.sh test      the tests, against the server that cargo builds (or BUSHEL_BINARY)
#   scripts/python-sdk.sh package   build the wheel, install it into a new environment, use it there
#   scripts/python-sdk.sh all       all of them
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../sdk/python"

PYTHON="$(../../scripts/python-tools.sh sdk)"
readonly PYTHON
readonly BIN="${PYTHON%/*}"

check() {
    echo "Checking the Python SDK:"
    "$PYTHON" -m generate --check
    "$BIN/ruff" format --quiet --check .
    "$BIN/ruff" check --quiet .
    "$BIN/mypy" --no-error-summary
    # Its engine comes from npm's registry, once; which version is newest doesn't matter.
    PYRIGHT_PYTHON_IGNORE_WARNINGS=1 "$BIN/pyright" --pythonpath "$PYTHON"
}

test_it() {
    if [ -z "${BUSHEL_BINARY:-}" ]; then
        cargo build --quiet --package server --bin bushel
    fi
    echo "Testing the Python SDK:"
    "$BIN/coverage" run -m pytest
    "$BIN/coverage" report
}

# The example is the fake's: it needs no server, and nearly all of the package.
package() {
    local work status=0
    work="$(mktemp -d)"
    echo "Packaging the Python SDK:"
    "$PYTHON" -m build --no-isolation --wheel --outdir "$work/dist" . >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
    python3 -m venv "$work/env"
    "$work/env/bin/pip" install --quiet --disable-pip-version-check --constraint requirements.txt "$work"/dist/*.whl
    (cd "$work" && "$work/env/bin/python" -W error - <<'EXAMPLE') || status=$?
import bushel
from bushel.testing import FakeBushel

fake = FakeBushel()
fake.asset("APPLE")
ann, bob = fake.person("ann"), fake.person("bob")
fake.give(ann, "APPLE", 10)
with fake.client(ann) as client:
    sent = client.wallet.transfers.create(to={"handle": "bob"}, asset="APPLE", amount=3)
assert sent.status == "completed"
open(bushel.__path__[0] + "/py.typed").close()
print(f"bushel {bushel.__version__} works where it was installed")
EXAMPLE
    rm -rf "$work"
    return "$status"
}

case "${1:-}" in
    check) check ;;
    test) test_it ;;
    package) package ;;
    all)
        check
        test_it
        package
        ;;
    *)
        echo "usage: scripts/python-sdk.sh check|test|package|all" >&2
        exit 2
        ;;
esac
