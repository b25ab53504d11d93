#!/usr/bin/env bash
# Makes the Python environment that some tests need: a real SMTP server (aiosmtpd), and the library
# with which receivers check webhooks (standardwebhooks).
#
#   scripts/python-tools.sh    makes it, or says that it is there; prints the path of its python
#
# It lies in $HOME/.cache/bushel/python and nothing else is changed. It may be run as often as you
# like, also by several tests at once; a run that finds everything takes a few milliseconds.
set -euo pipefail

readonly PLACE="${HOME:?}/.cache/bushel/python"
readonly PYTHON="$PLACE/bin/python"
# With their versions, so that everybody tests against the same.
readonly PACKAGES=(aiosmtpd==1.4.6 cryptography==44.0.0 standardwebhooks==1.0.1 grpcio==1.76.0 grpcio-reflection==1.76.0)
readonly STAMP="$PLACE/bushel-packages"

say() { printf '%s\n' "$*" >&2; }

is_complete() { [ -x "$PYTHON" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "${PACKAGES[*]}" ]; }

# One at a time: mkdir is atomic everywhere, flock isn't there on macOS.
lock() {
    local lock="$PLACE.lock" waited=0
    mkdir -p "${PLACE%/*}"
    until mkdir "$lock" 2>/dev/null; do
        waited=$((waited + 1))
        if [ "$waited" -gt 1200 ]; then
            say "another run seems to hold $lock; remove it if there is none"
            exit 1
        fi
        sleep 0.1
    done
    # shellcheck disable=SC2064 # the path is known now
    trap "rmdir '$lock'" EXIT
}

make_it() {
    local python
    python="$(command -v python3)" || { say "python3 is not installed; some tests need it"; exit 1; }
    if ! [ -x "$PYTHON" ]; then
        say "making a Python environment in $PLACE"
        "$python" -m venv "$PLACE" || {
            say "python3 can't make environments; on Debian: apt-get install python3-venv"
            exit 1
        }
    fi
    say "installing ${PACKAGES[*]}"
    "$PLACE/bin/pip" install --quiet --disable-pip-version-check "${PACKAGES[@]}" >&2
    printf '%s' "${PACKAGES[*]}" >"$STAMP"
}

if ! is_complete; then
    lock
    is_complete || make_it
fi
say "ready: ${PACKAGES[*]}"
printf '%s\n' "$PYTHON"
