#!/usr/bin/env bash
# Fault 1: the server is killed at random moments under load, 50 times; its Postgres dies with it.
# Every acknowledged transfer must be there once, and the books must be sound.
. "$(dirname "$0")/lib.sh"
ROUNDS=${ROUNDS:-50}
for round in $(seq "$ROUNDS"); do
    start_server
    [ "$round" = 1 ] && load --seconds 1
    timeout 3 python3 "$FAULTS/load.py" run --url "$URL" --ids "$IDS" --seconds 0.8 >"$WORK/load" 2>&1 &
    sleep "0.$((RANDOM % 7 + 1))"
    kill -9 "$SERVER"
    wait "$SERVER" 2>/dev/null || true
    SERVER=""
    # What was sent and not acknowledged is abandoned here: it may or may not be there.
    pkill -P $! 2>/dev/null || true
    wait $! 2>/dev/null || true
done
say "killed $ROUNDS times"
start_server
load --seconds 1
check
verify
