#!/usr/bin/env bash
# Makes the Python environments that tests need.
#
#   scripts/python-tools.sh       a real SMTP server (aiosmtpd), the library with which receivers
#                                 check webhooks (standardwebhooks), Twilio's own, what decrypts and
#                                 verifies Web Push (http-ece, py-vapid), a stock gRPC client
#   scripts/python-tools.sh sdk   what the Python SDK is checked and tested with
#
# Each makes its environment, or says that it is there, and prints the path of its python. They lie
# in $HOME/.cache/bushel and nothing else is changed. It may be run as often as you like, also by
# several tests at once; a run that finds everything takes a few milliseconds.
set -euo pipefail

readonly REQUIREMENTS="$(dirname "${BASH_SOURCE[0]}")/../sdk/python/requirements.txt"
# With their versions, so that everybody tests against the same.
readonly PACKAGES="aiosmtpd==1.4.6
cryptography==44.0.0
standardwebhooks==1.0.1
twilio==9.13.0
http-ece==1.2.1
py-vapid==1.9.2
grpcio==1.76.0
grpcio-reflection==1.76.0"

say() { printf '%s\n' "$*" >&2; }

case "${1:-tests}" in
    tests) PLACE="${HOME:?}/.cache/bushel/python" WANTED="$PACKAGES" ;;
    sdk) PLACE="${HOME:?}/.cache/bushel/python-sdk" WANTED="$(cat "$REQUIREMENTS")" ;;
    *)
        say "usage: scripts/python-tools.sh [tests|sdk]"
        exit 2
        ;;
esac
readonly PLACE WANTED
readonly PYTHON="$PLACE/bin/python"
readonly STAMP="$PLACE/bushel-packages"

is_complete() { [ -x "$PYTHON" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$WANTED" ]; }

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
    say "installing packages into $PLACE"
    "$PLACE/bin/pip" install --quiet --disable-pip-version-check --requirement <(printf '%s\n' "$WANTED") >&2
    printf '%s' "$WANTED" >"$STAMP"
}

if ! is_complete; then
    lock
    is_complete || make_it
fi
say "ready: $PLACE"
printf '%s\n' "$PYTHON"
