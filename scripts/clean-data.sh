#!/usr/bin/env bash
# Deletes a local data folder of Bushel: scripts/clean-data.sh [FOLDER]
# Refuses while a Postgres still runs in it, and asks first unless YES=1 is set.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly folder="${1:-bushel-data}"

if [ ! -d "$folder" ]; then
    echo "Nothing to delete: there is no folder $folder"
    exit 0
fi

# A data folder holds a Postgres cluster, at its top or one level below. A folder without one is
# somebody's typing error.
clusters="$(find "$folder" -maxdepth 3 -name PG_VERSION -not -path '*/base/*' -print 2>/dev/null)"
if [ -z "$clusters" ] && [ -n "$(ls -A "$folder")" ]; then
    echo "$folder doesn't look like a data folder of Bushel (there is no Postgres cluster in it); nothing deleted" >&2
    exit 1
fi

while IFS= read -r version_file; do
    pid_file="${version_file%/*}/postmaster.pid"
    if [ -n "$version_file" ] && [ -f "$pid_file" ] && pid="$(head -n 1 "$pid_file")" && kill -0 "$pid" 2>/dev/null; then
        echo "Postgres (process $pid) still runs in $folder; stop bushel first" >&2
        exit 1
    fi
done <<<"$clusters"

if [ "${YES:-}" != 1 ]; then
    if [ ! -t 0 ]; then
        echo "$folder holds every account and transfer made on this machine; to delete it: make clean-data YES=1" >&2
        exit 1
    fi
    read -r -p "Delete $folder with every account and transfer in it? [y/N] " answer
    [ "$answer" = y ] || [ "$answer" = Y ] || { echo "Nothing deleted"; exit 1; }
fi

rm -rf -- "$folder"
echo "Deleted $folder"
