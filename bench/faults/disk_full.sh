#!/usr/bin/env bash
# Fault 4: the disk is full. Writes are refused (503 or 507), the server stays up, and once there
# is room again it goes on by itself. Needs root, for a small file system of its own.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || { say "this script needs root to mount a small file system" >&2; exit 2; }
DATA=$WORK/small/data
mkdir -p "$WORK/small"
chmod 711 "$WORK"
mount -t tmpfs -o size=300m,mode=755 tmpfs "$WORK/small"
cleanup() { umount -l "$WORK/small"; }
mkdir "$DATA"
start_server
load --seconds 2
say "filling the disk"
dd if=/dev/zero of="$WORK/small/ballast" bs=1M 2>/dev/null || true
load --seconds 6 --clients 4 &
LOAD=$!
sleep 5
curl -s -o /dev/null -w 'a read while the disk is full: %{http_code}\n' "$URL/healthz"
say "making room again"
rm "$WORK/small/ballast"
wait "$LOAD"
load --seconds 3
check
verify
