#!/usr/bin/env bash
# Fault 8: the leader is stopped (SIGSTOP) past its lease while another process stands by, then
# woken up (SIGCONT). The other one takes over; what the first one does afterwards has no effect.
. "$(dirname "$0")/lib.sh"
BIN=${BUSHEL_PG_BIN:-$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)}
[ -x "$BIN/initdb" ] || { say "this script needs PostgreSQL's programs; set BUSHEL_PG_BIN" >&2; exit 2; }
chmod 711 "$WORK"
AS=()
if [ "$(id -u)" = 0 ]; then
    install -d -o postgres "$WORK/cluster"
    AS=(setpriv --reuid=postgres --regid=postgres --clear-groups)
else
    mkdir -p "$WORK/cluster"
fi
PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
pg() { (cd / && "${AS[@]}" "$@"); }
FIRST=""
cleanup() {
    [ -n "$FIRST" ] && { kill -CONT "$FIRST" 2>/dev/null; kill -TERM "$FIRST" 2>/dev/null; wait "$FIRST" 2>/dev/null; }
    pg "$BIN/pg_ctl" -D "$WORK/cluster/one" -m immediate stop >/dev/null 2>&1 || true
}
pg "$BIN/initdb" -D "$WORK/cluster/one" -U bushel -A trust -k --no-sync >/dev/null
pg tee -a "$WORK/cluster/one/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
CONF
pg "$BIN/pg_ctl" -D "$WORK/cluster/one" -o "-p $PORT" -l "$WORK/cluster/one.log" -w start >/dev/null
pg "$BIN/createdb" -h 127.0.0.1 -p "$PORT" -U bushel bushel
export DATABASE_URL="host=127.0.0.1 port=$PORT user=bushel dbname=bushel"
start_server
FIRST=$SERVER
FIRST_TOKEN=$BUSHEL_TOKEN
load --seconds 2 --clients 4
DATA=$WORK/second
mkdir -p "$DATA"
printf '%s' "$FIRST_TOKEN" >"$DATA/token"
chmod 600 "$DATA/token"
start_server
say "stopping the leader; the second process stands by"
kill -STOP "$FIRST"
load --seconds 12 --clients 4 &
LOAD=$!
sleep 8
say "waking the first one up"
kill -CONT "$FIRST"
wait "$LOAD"
check
verify
