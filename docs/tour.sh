#!/usr/bin/env bash
# A walk through the bank, as two people take it:
#
#   register, prove the e-mail address by the mailed link, sign in with the mailed code, open an
#   account, deposit with a test card, send to somebody who accepts, look at history and statement,
#   check the webhook's signature, withdraw, close.
#
#   docs/tour.sh           over HTTP, with curl
#   docs/tour.sh --grpc    over gRPC, with a stock client that knows nothing but the server's reflection
#
# Without BUSHEL_URL it starts a server of its own on a folder that goes away at the end; the program is
# BUSHEL, or what `make run` built. With BUSHEL_URL and BUSHEL_TOKEN (the operator's) it walks through
# that server, which has to allow webhooks to this host (--webhook-allow 127.0.0.0/8) and to have no
# mail server, so that its mail can be read here.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly MODE="${1:---http}"
case "$MODE" in
    --http | --grpc) ;;
    *)
        sed -n '2,16p' "$0"
        exit 2
        ;;
esac
PYTHON="$(scripts/python-tools.sh)"
WORK="$(mktemp -d)"
RUN="$(date +%s)$$" # makes the people of this walk new ones
SERVER_PID="" RECEIVER_PID="" PORT=""

finish() {
    [ -z "$RECEIVER_PID" ] || kill "$RECEIVER_PID" 2>/dev/null || true
    if [ -n "$SERVER_PID" ]; then
        kill "$SERVER_PID" 2>/dev/null || true
        wait "$SERVER_PID" 2>/dev/null || true
    fi
    rm -rf "$WORK"
}
trap finish EXIT

step() { printf '\n== %s\n' "$*"; }
fail() { printf 'tour: %s\n' "$*" >&2; exit 1; }

# --- The server ----------------------------------------------------------------------------------

start_server() {
    local bushel="${BUSHEL:-${CARGO_TARGET_DIR:-target}/release/bushel}"
    [ -x "$bushel" ] || fail "there is no $bushel; build it with \`cargo build --release -p server\`"
    # Postgres runs as another user if we are root, and has to be able to enter.
    chmod 755 "$WORK"
    : >"$WORK/server.out" # read below before the server has begun to write it
    "$bushel" serve --data "$WORK/data" --listen 127.0.0.1:0 --webhook-allow 127.0.0.0/8 \
        >"$WORK/server.out" 2>"$WORK/server.log" &
    SERVER_PID=$!
    for _ in $(seq 300); do
        BUSHEL_URL="$(sed -n 's/^ready //p' "$WORK/server.out")"
        [ -z "$BUSHEL_URL" ] || break
        kill -0 "$SERVER_PID" 2>/dev/null || { cat "$WORK/server.log" >&2; fail "the server did not start"; }
        sleep 0.1
    done
    [ -n "$BUSHEL_URL" ] || fail "the server was not ready in 30 seconds"
    BUSHEL_TOKEN="$(cat "$WORK/data/token")"
}

[ -n "${BUSHEL_URL:-}" ] || start_server
: "${BUSHEL_TOKEN:?the operator token of $BUSHEL_URL is needed}"

# --- Small tools ---------------------------------------------------------------------------------

# http METHOD PATH TOKEN [BODY]: prints the answer; a failure is shown and ends the walk.
http() {
    local method="$1" path="$2" token="$3" body="${4:-}" headers=()
    [ -z "$token" ] || headers+=(-H "Authorization: Bearer $token")
    [ -z "$body" ] || headers+=(-H 'Content-Type: application/json' --data "$body")
    curl -sS --fail-with-body -X "$method" "${headers[@]}" "$BUSHEL_URL$path" \
        || fail "$method $path was refused"
}

# rpc SERVICE/METHOD TOKEN [JSON]: the same over gRPC.
rpc() { "$PYTHON" docs/tour/grpc_call.py "$BUSHEL_URL" "$@" || fail "$1 was refused"; }

# field NAME.NAME: a field of the JSON on standard input.
field() { "$PYTHON" -c 'import functools, json, sys
step = lambda it, name: it[int(name)] if name.isdigit() else it[name]
print(functools.reduce(step, sys.argv[1].split("."), json.load(sys.stdin)))' "$1"; }

# until_is WANTED COMMAND...: repeats a command until it prints what is wanted, for 20 seconds.
until_is() {
    local wanted="$1" found=""
    shift
    for _ in $(seq 200); do
        found="$("$@")"
        [ "$found" != "$wanted" ] || return 0
        sleep 0.1
    done
    fail "expected $wanted, found $found: $*"
}

# mailed_link TO, mailed_code TO: what the newest mail says, once it has come.
mailed_link() {
    "$PYTHON" docs/tour/mail.py "$BUSHEL_URL" "$BUSHEL_TOKEN" "$1" challenge.verify_email \
        'verify[?#][^ ]*token=([A-Za-z0-9_.~-]+)'
}
mailed_code() {
    "$PYTHON" docs/tour/mail.py "$BUSHEL_URL" "$BUSHEL_TOKEN" "$1" challenge.sign_in '\b([0-9]{8})\b'
}

# start_receiver: takes webhooks from now on, at the port that PORT says.
start_receiver() {
    "$PYTHON" docs/tour/receiver.py "$WORK/webhooks" >"$WORK/receiver.port" 2>/dev/null &
    RECEIVER_PID=$!
    for _ in $(seq 100); do
        [ ! -s "$WORK/receiver.port" ] || break
        sleep 0.1
    done
    PORT="$(cat "$WORK/receiver.port")"
}

readonly PASSWORD="crisp autumn orchard"
ANN="ann$RUN" BOB="bob$RUN"

source "docs/tour/${MODE#--}.sh"
step "done: the walk over ${MODE#--} is complete"
