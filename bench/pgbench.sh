#!/usr/bin/env bash
# Bushel beside pgbench on the same Postgres, in one run: single durable transfers over HTTP
# against TPC-B-like transactions (scale 10, prepared statements), 64 clients and one.
#
# Usage: bench/pgbench.sh [SECONDS [DATA-FOLDER]]     (default: 10, a folder that is removed)
# BUSHEL names the binary; default: the release build of this repository.
set -euo pipefail

seconds=${1:-10}
data=${2:-}
here=$(cd "$(dirname "$0")/.." && pwd)
bushel=${BUSHEL:-${CARGO_TARGET_DIR:-$here/target}/release/bushel}

fail() { echo "pgbench.sh: $*" >&2; exit 1; }
[ -x "$bushel" ] || fail "there is no $bushel; build it with: cargo build --release -p server"

# Debian keeps the programs of each version in a folder of its own, outside of the PATH.
pgbench=$(command -v pgbench || ls -1v /usr/lib/postgresql/*/bin/pgbench 2>/dev/null | tail -1 || true)
[ -n "$pgbench" ] || fail "there is no pgbench; on Debian it comes with: apt-get install postgresql-contrib"

scratch=
if [ -z "$data" ]; then
    scratch=$(mktemp -d /var/tmp/bushel-pgbench-XXXXXX)
    data=$scratch/data
fi
log=$(mktemp)
server=
cleanup() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
    rm -f "$log"
}
trap cleanup EXIT
# Postgres may run as another user, which has to pass through the folder.
[ -z "$scratch" ] || chmod 711 "$scratch"

"$bushel" serve --data "$data" --listen 127.0.0.1:0 --log-filter warn >"$log" &
server=$!
for _ in $(seq 600); do
    url=$(sed -n 's/^ready //p' "$log")
    [ -z "$url" ] || break
    kill -0 "$server" 2>/dev/null || fail "the server did not start"
    sleep 0.05
done
[ -n "${url:-}" ] || fail "the server did not get ready"
token=$("$bushel" token show --data "$data")

# Where the private Postgres listens: its folder `run`, or the one that `socket_dir` names.
socket=$data/run
[ ! -s "$data/socket_dir" ] || socket=$(tail -1 "$data/socket_dir")
case $socket in /*) ;; *) socket=$data/$socket ;; esac
[ -S "$socket/.s.PGSQL.5432" ] || fail "there is no socket of Postgres in $socket"
sql() { PGHOST=$socket PGUSER=bushel "$@"; }

sql psql -qX -d bushel -c 'drop database if exists pgbench' -c 'create database pgbench'
sql "$pgbench" --quiet --initialize --scale 10 pgbench >/dev/null 2>&1
sql psql -qX -d pgbench -c 'vacuum analyze' -c 'checkpoint'

# TPC-B: transactions per second and mean latency of the lines that pgbench prints.
tpcb() {
    local clients=$1 threads=$2
    sql "$pgbench" --no-vacuum --protocol prepared --client "$clients" --jobs "$threads" \
        --time "$seconds" pgbench 2>/dev/null
}
field() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p"; }
http() { "$bushel" bench http --server "$url" --token "$token" --connections "$1" --seconds "$seconds" --json | tail -1; }

report=
for clients in 64 1; do
    threads=$((clients > 1 ? 2 : 1))
    theirs=$(tpcb "$clients" "$threads")
    tps=$(sed -n 's/^tps = \([0-9]*\).*/\1/p' <<<"$theirs")
    mean=$(sed -n 's/^latency average = \([0-9.]*\) ms/\1/p' <<<"$theirs")
    ours=$(http "$clients")
    rate=$(field transfers_per_second <<<"$ours")
    p50=$(field p50_us <<<"$ours")
    p99=$(field p99_us <<<"$ours")
    [ -n "$tps" ] && [ -n "$rate" ] || fail "a run gave no figures"
    report+="$clients $tps $mean $rate $p50 $p99"$'\n'
done
sql psql -qX -d bushel -c 'drop database pgbench'

printf '%-8s %14s %14s %14s %10s %10s %8s\n' clients pgbench/s 'mean ms' bushel/s 'p50 ms' 'p99 ms' ratio
json=
while read -r clients tps mean rate p50 p99; do
    [ -n "$clients" ] || continue
    awk -v c="$clients" -v t="$tps" -v m="$mean" -v r="$rate" -v a="$p50" -v b="$p99" \
        'BEGIN { printf "%-8s %14d %14.3f %14d %10.3f %10.3f %7.1fx\n", c, t, m, r, a/1000, b/1000, r/t }'
    json+="${json:+,}{\"clients\":$clients,\"pgbench_tps\":$tps,\"pgbench_mean_ms\":$mean,\"bushel_per_second\":$rate,\"bushel_p50_us\":$p50,\"bushel_p99_us\":$p99}"
done <<<"$report"
echo "{\"seconds\":$seconds,\"runs\":[$json]}"
