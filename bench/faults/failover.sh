#!/usr/bin/env bash
# Fault 6: the primary Postgres is killed and its synchronous replica promoted. Bushel follows by
# itself (DATABASE_URL names both); nothing acknowledged is lost.
. "$(dirname "$0")/lib.sh"
BIN=${BUSHEL_PG_BIN:-$(find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)}
[ -x "$BIN/pg_basebackup" ] || { say "this script needs PostgreSQL's programs; set BUSHEL_PG_BIN" >&2; exit 2; }
chmod 711 "$WORK"
mkdir -p "$WORK/sockets"
AS=()
if [ "$(id -u)" = 0 ]; then
    chown postgres "$WORK/sockets"
    install -d -o postgres "$WORK/cluster"
    AS=(setpriv --reuid=postgres --regid=postgres --clear-groups)
else
    mkdir -p "$WORK/cluster"
fi
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
ONE=$(free_port)
TWO=$(free_port)
pg() { (cd / && "${AS[@]}" "$@"); }
cleanup() {
    for name in one two; do
        pg "$BIN/pg_ctl" -D "$WORK/cluster/$name" -m immediate stop >/dev/null 2>&1 || true
    done
}
say "starting a primary and a synchronous replica"
pg "$BIN/initdb" -D "$WORK/cluster/one" -U bushel -A trust -k --no-sync >/dev/null
pg tee -a "$WORK/cluster/one/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$WORK/sockets'
CONF
pg "$BIN/pg_ctl" -D "$WORK/cluster/one" -o "-p $ONE" -l "$WORK/cluster/one.log" -w start >/dev/null
pg "$BIN/createdb" -h 127.0.0.1 -p "$ONE" -U bushel bushel
pg "$BIN/pg_basebackup" -h 127.0.0.1 -p "$ONE" -U bushel -D "$WORK/cluster/two" -R -X stream -c fast
pg "$BIN/pg_ctl" -D "$WORK/cluster/two" -o "-p $TWO" -l "$WORK/cluster/two.log" -w start >/dev/null
pg "$BIN/psql" -q -h 127.0.0.1 -p "$ONE" -U bushel bushel -c "alter system set synchronous_standby_names = '*'" -c 'select pg_reload_conf()' >/dev/null
export DATABASE_URL="host=127.0.0.1,127.0.0.1 port=$ONE,$TWO user=bushel dbname=bushel target_session_attrs=read-write"
start_server
load --seconds 10 &
LOAD=$!
sleep 3
say "killing the primary"
kill -9 "$(head -1 "$WORK/cluster/one/postmaster.pid")"
say "promoting the replica"
pg "$BIN/psql" -q -h 127.0.0.1 -p "$TWO" -U bushel bushel -c "alter system set synchronous_standby_names = ''" 2>/dev/null || true
pg "$BIN/pg_ctl" -D "$WORK/cluster/two" -w promote >/dev/null
pg "$BIN/psql" -q -h 127.0.0.1 -p "$TWO" -U bushel bushel -c "alter system set synchronous_standby_names = ''" -c 'select pg_reload_conf()' >/dev/null
wait "$LOAD"
check
verify
