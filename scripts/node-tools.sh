#!/usr/bin/env bash
# Installs the Node programs that some tests speak to: a certified OpenID Connect client
# (openid-client), and an OpenID provider (oidc-provider).
#
#   scripts/node-tools.sh    installs them, or says that they are there; prints their folder
#
# They lie in $HOME/.cache/bushel/node and nothing else is changed. Their versions are those of
# crates/server/tests/node/package-lock.json. It may be run as often as you like, also by several
# tests at once; a run that finds everything takes a few milliseconds.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PLACE="${HOME:?}/.cache/bushel/node"
readonly LIST=crates/server/tests/node
readonly STAMP="$PLACE/node_modules/.bushel-lock"

say() { printf '%s\n' "$*" >&2; }

is_complete() { cmp -s "$LIST/package-lock.json" "$STAMP"; }

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

install_them() {
    command -v npm >/dev/null || { say "npm is not installed; some tests need it"; exit 1; }
    mkdir -p "$PLACE"
    cp "$LIST/package.json" "$LIST/package-lock.json" "$PLACE"
    say "installing the programs of $LIST into $PLACE"
    # Scripts of packages aren't run: none of these needs one.
    npm ci --prefix "$PLACE" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    cp "$LIST/package-lock.json" "$STAMP"
}

if ! is_complete; then
    lock
    is_complete || install_them
fi
say "ready: the programs of $LIST"
printf '%s\n' "$PLACE"
