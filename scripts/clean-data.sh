#!/usr/bin/env bash
# Deletes a local data folder of Bushel: scripts/clean-data.sh [FOLDER]
# Refuses while a Postgres still runs in it, and asks first unless YES=1 is set.
# For root the database may be elsewhere, in a folder that pgdata.location names; it goes, too.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly folder="${1:-bushel-data}"
readonly shared=/var/lib/bushel

if [ ! -d "$folder" ]; then
    echo "Nothing to delete: there is no folder $folder"
    exit 0
fi

if [ "$folder" -ef "$shared" ] && compgen -G "$shared/*/data_folder" >/dev/null; then
    echo "$folder holds the databases of other data folders; nothing deleted" >&2
    exit 1
fi

# Only a folder that Bushel made itself, and no link, may be deleted outside of the data folder.
elsewhere=""
if [ -f "$folder/pgdata.location" ]; then
    elsewhere="$(cat "$folder/pgdata.location")"
    if ! [[ "$elsewhere" =~ ^"$shared"/[0-9a-f]{16}(-[0-9]+)?$ ]] || [ -L "$shared" ] || [ -L "$elsewhere" ]; then
        echo "$folder/pgdata.location names '$elsewhere', which is no database that Bushel made in $shared; nothing deleted" >&2
        exit 1
    fi
    # It may be gone already.
    [ -d "$elsewhere" ] || elsewhere=""
fi
if [ -n "$elsewhere" ]; then
    # If this is a copy of another data folder, the database is that one's.
    owner="$(cat "$elsewhere/data_folder" 2>/dev/null || true)"
    if [ -n "$owner" ] && [ ! "$owner" -ef "$folder" ] && [ -f "$owner/pgdata.location" ] &&
        [ "$(cat "$owner/pgdata.location")" = "$elsewhere" ]; then
        echo "The database in $elsewhere belongs to $owner; it is kept"
        elsewhere=""
    fi
fi

# Every data folder has a lock, and most of them a Postgres cluster. Any other folder, such as that
# of somebody's own Postgres, is a typing error.
clusters="$(find "$folder" ${elsewhere:+"$elsewhere"} -maxdepth 3 -name PG_VERSION -not -path '*/base/*' -print 2>/dev/null)"
if [ ! -f "$folder/lock" ] && [ -n "$(ls -A "$folder")" ]; then
    echo "$folder doesn't look like a data folder of Bushel (there is no lock in it); nothing deleted" >&2
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
    read -r -p "Delete $folder${elsewhere:+ and $elsewhere} with every account and transfer in it? [y/N] " answer
    [ "$answer" = y ] || [ "$answer" = Y ] || { echo "Nothing deleted"; exit 1; }
fi

# First the database: as long as it is there the data folder says where.
if [ -n "$elsewhere" ]; then
    rm -rf -- "$elsewhere"
    echo "Deleted $elsewhere"
fi
rm -rf -- "$folder"
echo "Deleted $folder"
