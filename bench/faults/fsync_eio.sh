#!/usr/bin/env bash
# Fault 3: fsync fails with EIO. Postgres must stop acknowledging at once (it restarts itself from
# its log); nothing that was acknowledged may be missing afterwards.
. "$(dirname "$0")/lib.sh"
need strace
start_server
load --seconds 12 &
LOAD=$!
sleep 2
say "every second fdatasync of Postgres fails with EIO for three seconds"
PIDS=$(postmaster; pgrep -P "$(postmaster)")
# shellcheck disable=SC2046
timeout 3 strace -qq -f -o /dev/null -e trace=fdatasync,fsync \
    -e inject=fdatasync:error=EIO:when=3+2 $(printf -- '-p %s ' $PIDS) || true
say "the disk is well again"
wait "$LOAD"
check
verify
