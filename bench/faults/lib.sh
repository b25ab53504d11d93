# Shared by the fault scripts; source it. Everything runs on loopback, in a folder that is removed
# at the end, and only processes that were started here are ended.
set -euo pipefail

FAULTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(cd "$FAULTS/../.." && pwd)
BUSHEL=${BUSHEL:-"${CARGO_TARGET_DIR:-$REPOSITORY/target}/release/bushel"}
WORK=${WORK:-$(mktemp -d /var/tmp/bushel-faults.XXXXXX)}
DATA=${DATA:-$WORK/data}
IDS=$WORK/acknowledged
SERVER=""

say() { printf '%s\n' "$*"; }

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null || {
            say "this script needs $tool (Debian: apt-get install $tool)" >&2
            exit 2
        }
    done
}

[ -x "$BUSHEL" ] || {
    say "no binary at $BUSHEL: run cargo build --release -p server first" >&2
    exit 2
}
need python3 pgrep

# start_server [ARGUMENTS]: starts a server and waits for its ready line.
start_server() {
    : >"$WORK/out"
    "$BUSHEL" serve --data "$DATA" --listen 127.0.0.1:0 "$@" >>"$WORK/out" 2>>"$WORK/log" &
    SERVER=$!
    for _ in $(seq 300); do
        URL=$(sed -n 's/^ready //p' "$WORK/out")
        [ -n "$URL" ] && break
        kill -0 "$SERVER" 2>/dev/null || break
        sleep 0.1
    done
    [ -n "${URL:-}" ] || {
        say "the server did not start:" >&2
        tail -20 "$WORK/log" >&2
        exit 1
    }
    BUSHEL_TOKEN=$(cat "$DATA/token")
    export BUSHEL_TOKEN URL
}

stop_server() {
    [ -n "$SERVER" ] || return 0
    kill -TERM "$SERVER" 2>/dev/null || true
    wait "$SERVER" 2>/dev/null || true
    SERVER=""
}

# Process id of the private Postgres.
postmaster() {
    local folder=$DATA/pgdata
    [ -f "$DATA/pgdata.location" ] && folder=$(head -1 "$DATA/pgdata.location")/pgdata
    head -1 "$folder/postmaster.pid"
}

load() { python3 "$FAULTS/load.py" run --url "$URL" --ids "$IDS" "$@"; }
check() { python3 "$FAULTS/load.py" check --url "$URL" --ids "$IDS"; }
verify() { "$BUSHEL" ledger verify --data "$DATA"; }

finish() {
    local status=$?
    stop_server
    if declare -F cleanup >/dev/null; then cleanup || true; fi
    rm -rf "$WORK"
    if [ "$status" -eq 0 ]; then say "PASSED: $(basename "$0")"; else say "FAILED: $(basename "$0")"; fi
}
trap finish EXIT
