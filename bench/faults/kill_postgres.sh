#!/usr/bin/env bash
# Fault 6, first half: the private Postgres is killed at random moments under load, 50 times. The
# server starts it again, callers wait or get a 503, and nothing acknowledged is lost or doubled.
. "$(dirname "$0")/lib.sh"
ROUNDS=${ROUNDS:-50}
start_server
load --seconds $((ROUNDS * 2)) &
LOAD=$!
sleep 1
killed=0
for _ in $(seq "$ROUNDS"); do
    sleep "1.$((RANDOM % 9))"
    kill -9 "$(postmaster)" 2>/dev/null && killed=$((killed + 1))
done
say "killed Postgres $killed times"
wait "$LOAD"
check
verify
