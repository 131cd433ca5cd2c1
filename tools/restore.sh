#!/usr/bin/env bash
# Loads a dump of tools/backup.sh into the empty database of DATABASE_URL (or DATABASE_URL_FILE) and counts the rows.
#
#   tools/restore.sh FILE.sql.gz
#
# Afterwards: manage.py migrate, manage.py reindex, manage.py purge_expired (docs/DEPLOYMENT.md).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./database_url.sh

[[ $# == 1 ]] || { sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]##*/}" >&2; exit 2; }
source=$(cd "$OLDPWD" && realpath -m -- "$1")
gunzip --stdout -- "$source" | tail -n 1 | grep -q '^-- Dump completed' \
    || { echo "$source is not a whole dump; nothing was changed." >&2; exit 1; }

umask 077
read_database_url
trap 'rm -f -- "$client_options"' EXIT
ask() { mariadb --defaults-extra-file="$client_options" --batch --skip-column-names "$database"; }

tables() { ask <<<"SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1"; }
[[ -z $(tables) ]] || { echo "The database $database has tables. Restore into an empty one." >&2; exit 1; }

gunzip --stdout -- "$source" | ask
for table in $(tables); do
    printf '%s\t%s\n' "$table" "$(ask <<<"SELECT COUNT(*) FROM \`$table\`")"
done
