#!/usr/bin/env bash
# A streaming replica of a Postgres on this host.
#
#   scripts/replica.sh start --of URL --data DIR [--listen HOST:PORT]
#       copies the server at URL into DIR, if that hasn't been done, starts the copy, waits until it
#       answers, and prints its URL for `bushel serve --replica`
#   scripts/replica.sh stop --data DIR
#
# URL's user has to be allowed to replicate. The copy is reached by a socket in DIR, which only its
# user can enter, unless --listen says otherwise; then those get in whom the first server's own
# pg_hba.conf lets in. As root the copy runs as the user postgres, who has to get to DIR. It keeps
# nothing back on the first server: a copy that was away for longer than that one's log goes back is
# of no use any more; delete DIR and start again.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
fail() { say "replica.sh: $*"; exit 1; }
usage() { say "usage: scripts/replica.sh start --of URL --data DIR [--listen HOST:PORT] | stop --data DIR"; exit 2; }

action="${1:-}"
[ "$#" -gt 0 ] && shift
url="" data="" listen=""
while [ "$#" -gt 0 ]; do
    [ "$#" -ge 2 ] || usage
    case "$1" in
        --of) url="$2" ;;
        --data) data="$2" ;;
        --listen) listen="$2" ;;
        *) usage ;;
    esac
    shift 2
done
[ -n "$data" ] || usage

# The folder of the newest programs, or of those that made the copy: another version can't read it.
programs() {
    local folder major made best="" best_major=0
    made="$(cat "$data/pgdata/PG_VERSION" 2>/dev/null || true)"
    for folder in "${BUSHEL_PG_BIN:-}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
        "$(dirname "$(command -v pg_basebackup || echo /nowhere/x)")"
    do
        [ -n "$folder" ] && [ -x "$folder/pg_basebackup" ] && [ -x "$folder/postgres" ] || continue
        major="$("$folder/postgres" --version | awk '{ split($3, v, "[^0-9]"); print v[1] }')"
        if [ -n "$made" ] && [ "$major" != "$made" ]; then continue; fi
        if [ "$major" -gt "$best_major" ]; then best="$folder" best_major="$major"; fi
    done
    [ -n "$best" ] || fail "found no Postgres${made:+ of version $made} with pg_basebackup"
    echo "$best"
}

as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

# What a replica needs at least as much of as the first server has.
settings() {
    as_owner "$bin/psql" -X -A -t -d "$url" -c "select '-c ' || name || '=' || setting from pg_settings
        where name in ('max_connections', 'max_worker_processes', 'max_wal_senders',
                       'max_prepared_transactions', 'max_locks_per_transaction')" | tr '\n' ' '
}

copy() {
    [ -n "$url" ] || usage
    say "copying into $data"
    as_owner mkdir -p -m 700 "$data/run"
    as_owner rm -rf "$data/pgdata.tmp"
    as_owner "$bin/pg_basebackup" -d "$url" -R -X stream -c fast -D "$data/pgdata.tmp"
    # Some systems keep these files elsewhere.
    as_owner touch "$data/pgdata.tmp/postgresql.conf" "$data/pgdata.tmp/pg_ident.conf"
    if [ ! -f "$data/pgdata.tmp/pg_hba.conf" ]; then
        echo "local all all trust" | as_owner tee "$data/pgdata.tmp/pg_hba.conf" >/dev/null
    fi
    settings | as_owner tee "$data/settings" >/dev/null
    as_owner "$bin/psql" -X -A -t -d "$url" \
        -c "select 'postgresql:///' || current_database() || '?user=' || current_user" \
        | as_owner tee "$data/url" >/dev/null
    as_owner mv "$data/pgdata.tmp" "$data/pgdata"
}

start() {
    local options url_printed host="${listen%:*}" port="${listen##*:}"
    if [ "$(id -u)" -eq 0 ]; then
        mkdir -p "$data"
        chown postgres "$data"
        chmod 700 "$data"
    else
        mkdir -p -m 700 "$data"
    fi
    data="$(cd "$data" && pwd)"
    bin="$(programs)"
    as_owner test -w "$data" || fail "the user postgres can't get to $data"
    [ -f "$data/pgdata/PG_VERSION" ] || copy
    port="${port:-5432}"
    options="$(cat "$data/settings") -c port=$port -c listen_addresses='${listen:+$host}'"
    options="$options -c unix_socket_directories='$data/run' -c hot_standby=on"
    as_owner "$bin/pg_ctl" -D "$data/pgdata" -w -t 60 -l "$data/log" -o "$options" start >&2 \
        || { tail -n 20 "$data/log" >&2; exit 1; }
    url_printed="$(cat "$data/url")"
    if [ -n "$listen" ]; then
        echo "$url_printed&host=$host&port=$port"
    else
        echo "$url_printed&host=$data/run&port=$port"
    fi
}

stop() {
    [ -f "$data/pgdata/postmaster.pid" ] || { say "it doesn't run"; return; }
    data="$(cd "$data" && pwd)"
    bin="$(programs)"
    as_owner "$bin/pg_ctl" -D "$data/pgdata" -w -m fast stop >&2
}

case "$action" in
    start) start ;;
    stop) stop ;;
    *) usage ;;
esac
