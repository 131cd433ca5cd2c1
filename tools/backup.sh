#!/usr/bin/env bash
# Dumps the MariaDB database of DATABASE_URL (or DATABASE_URL_FILE) at one moment, while it is in use.
#
#   tools/backup.sh FILE.sql.gz
#
# Not in it: the keys, without which the dump's tokens stay sealed (SECRET_KEY, FIELD_ENCRYPTION_KEYS; keep them
# elsewhere), and what is made anew: the search index (manage.py reindex) and the broker's queues.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./database_url.sh

[[ $# == 1 ]] || { sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]##*/}" >&2; exit 2; }
target=$(cd "$OLDPWD" && realpath -m -- "$1")
[[ ! -e $target ]] || { echo "$target exists; a backup overwrites nothing." >&2; exit 1; }

umask 077
read_database_url
unfinished=$(mktemp -- "$target.XXXXXX")
trap 'rm -f -- "$unfinished" "$client_options"' EXIT

# One transaction sees one moment of every table and locks none of them.
mariadb-dump --defaults-extra-file="$client_options" --single-transaction --quick --skip-lock-tables \
    --default-character-set=utf8mb4 --hex-blob --routines --triggers --no-tablespaces "$database" | gzip >"$unfinished"
# gzip has read the dump; that the whole of it could be written shows in its last line.
gunzip --stdout "$unfinished" | tail -n 1 | grep -q '^-- Dump completed' \
    || { echo "The dump is incomplete and was removed." >&2; exit 1; }
mv -- "$unfinished" "$target"
echo "$target ($(du -h -- "$target" | cut -f1)): keep SECRET_KEY and FIELD_ENCRYPTION_KEYS with it, in another place."
