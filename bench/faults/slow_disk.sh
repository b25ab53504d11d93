#!/usr/bin/env bash
# Fault 5: every fdatasync takes 200 ms. Callers wait longer and share commits; queues stay
# bounded; nothing is refused that could be served; afterwards everything is fast again.
. "$(dirname "$0")/lib.sh"
need strace
start_server
load --seconds 3
say "every fdatasync of Postgres takes 200 ms longer for six seconds"
PIDS=$(postmaster; pgrep -P "$(postmaster)")
# shellcheck disable=SC2046
timeout 6 strace -qq -f -o /dev/null -e trace=fdatasync \
    -e inject=fdatasync:delay_enter=200000 $(printf -- '-p %s ' $PIDS) &
sleep 0.5
load --seconds 4 --clients 32
wait %2 2>/dev/null || true
say "the disk is fast again"
load --seconds 3
check
verify
