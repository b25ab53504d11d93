#!/usr/bin/env bash
# Makes Stripe's own mock of its API, against which some tests check the shape of every request.
#
#   scripts/stripe-mock.sh    makes it, or finds it; prints the path of the program
#
# It lies in $HOME/.cache/bushel/stripe-mock and nothing else is changed. It may be run as often as
# you like, also by several tests at once. It ends with status 3 if there is no Go to make it with.
set -euo pipefail

# With its version, so that everybody tests against the same.
readonly VERSION=0.203.0
readonly PLACE="${HOME:?}/.cache/bushel/stripe-mock/$VERSION"
readonly PROGRAM="$PLACE/stripe-mock"
# What the mock asks for.
readonly GO_MIN=22

say() { printf '%s\n' "$*" >&2; }

# Go's own installer puts it where the PATH of many shells doesn't lead.
go_program() {
    local go
    for go in "$(command -v go 2>/dev/null || true)" /usr/local/go/bin/go; do
        if [ -x "$go" ]; then
            echo "$go"
            return
        fi
    done
    return 1
}

make_it() {
    local go minor made
    go="$(go_program)" || { say "Go is not installed; it is needed to make stripe-mock"; exit 3; }
    minor="$("$go" env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')"
    if [ "${minor:-0}" -lt "$GO_MIN" ]; then
        say "Go is older than 1.$GO_MIN, which stripe-mock needs"
        exit 3
    fi
    say "making stripe-mock $VERSION in $PLACE"
    mkdir -p "$PLACE"
    made="$(mktemp -d "$PLACE/made.XXXXXX")"
    # shellcheck disable=SC2064 # the path is known now
    trap "rm -rf '$made'" EXIT
    GOBIN="$made" "$go" install "github.com/stripe/stripe-mock@v$VERSION" >&2
    # Whoever is second puts the same there.
    mv -f "$made/stripe-mock" "$PROGRAM"
}

[ -x "$PROGRAM" ] || make_it
printf '%s\n' "$PROGRAM"
