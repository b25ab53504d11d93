#!/usr/bin/env bash
# Fault 20: a backup is restored to a point in time. The restored ledger verifies, and its hash
# chain is the one that the ledger had at that point.
. "$(dirname "$0")/lib.sh"
BIN=${BUSHEL_PG_BIN:-$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)}
[ -x "$BIN/pg_basebackup" ] || { say "this script needs PostgreSQL's programs; set BUSHEL_PG_BIN" >&2; exit 2; }
chmod 711 "$WORK"
AS=()
if [ "$(id -u)" = 0 ]; then
    install -d -o postgres "$WORK/cluster" "$WORK/archive"
    AS=(setpriv --reuid=postgres --regid=postgres --clear-groups)
else
    mkdir -p "$WORK/cluster" "$WORK/archive"
fi
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
ONE=$(free_port)
TWO=$(free_port)
pg() { (cd / && "${AS[@]}" "$@"); }
sql() { pg "$BIN/psql" -qAt -h 127.0.0.1 -p "$1" -U bushel bushel -c "$2"; }
cleanup() {
    for name in one two; do
        pg "$BIN/pg_ctl" -D "$WORK/cluster/$name" -m immediate stop >/dev/null 2>&1 || true
    done
}
say "starting a Postgres that archives its log"
pg "$BIN/initdb" -D "$WORK/cluster/one" -U bushel -A trust -k --no-sync >/dev/null
pg tee -a "$WORK/cluster/one/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
archive_mode = on
archive_command = 'cp %p $WORK/archive/%f'
CONF
pg "$BIN/pg_ctl" -D "$WORK/cluster/one" -o "-p $ONE" -l "$WORK/cluster/one.log" -w start >/dev/null
pg "$BIN/createdb" -h 127.0.0.1 -p "$ONE" -U bushel bushel
export DATABASE_URL="host=127.0.0.1 port=$ONE user=bushel dbname=bushel"
start_server
load --seconds 2
pg "$BIN/pg_basebackup" -h 127.0.0.1 -p "$ONE" -U bushel -D "$WORK/cluster/two" -c fast
load --seconds 2
stop_server
BEFORE=$("$BUSHEL" ledger verify --data "$DATA" --json | tail -1)
sql "$ONE" "select pg_create_restore_point('here')" >/dev/null
start_server
load --seconds 2
stop_server
sql "$ONE" "select pg_switch_wal()" >/dev/null
pg "$BIN/pg_ctl" -D "$WORK/cluster/one" -w stop >/dev/null
say "restoring the backup to the named point"
pg tee -a "$WORK/cluster/two/postgresql.conf" >/dev/null <<CONF
archive_mode = off
restore_command = 'cp $WORK/archive/%f %p'
recovery_target_name = 'here'
recovery_target_action = 'promote'
CONF
pg touch "$WORK/cluster/two/recovery.signal"
pg "$BIN/pg_ctl" -D "$WORK/cluster/two" -o "-p $TWO" -l "$WORK/cluster/two.log" -w start >/dev/null
until [ "$(sql "$TWO" 'select pg_is_in_recovery()' 2>/dev/null)" = f ]; do sleep 0.2; done
export DATABASE_URL="host=127.0.0.1 port=$TWO user=bushel dbname=bushel"
AFTER=$("$BUSHEL" ledger verify --data "$DATA" --json | tail -1)
say "before: $BEFORE"
say "after:  $AFTER"
hash() { python3 -c 'import json, sys; report = json.loads(sys.argv[1]); print(report["transfers"], report["sealed_sequence"], report["hash"])' "$1"; }
EXPECTED=$(hash "$BEFORE")
FOUND=$(hash "$AFTER")
[ "$EXPECTED" = "$FOUND" ] || { say "the restored ledger is another one" >&2; exit 1; }
