# shellcheck shell=bash
# For backup.sh and restore.sh: what DATABASE_URL says, as options that mariadb's programs read from a file, because
# everybody on the machine sees a command line.

# shellcheck disable=SC2034 # the caller reads it
# Sets `database` and `client_options`, a file that the caller removes.
read_database_url() {
    client_options=$(mktemp)
    database=$(python3 - "$client_options" <<'PYTHON'
import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

named = os.environ.get("DATABASE_URL_FILE")
text = (Path(named).read_text() if named else os.environ.get("DATABASE_URL", "")).strip()
url = urlsplit(text)
if url.scheme not in {"mysql", "mysql2"} or not url.path.strip("/"):
    sys.exit("DATABASE_URL has to name a MariaDB database: mysql://user:password@host:3306/name")
options = {"host": url.hostname, "port": url.port or 3306, "user": url.username, "password": url.password}
quoted = {name: str(unquote(str(value))).replace("\\", "\\\\").replace('"', '\\"') for name, value in options.items() if value}
Path(sys.argv[1]).write_text("[client]\n" + "".join(f'{name} = "{value}"\n' for name, value in quoted.items()))
print(unquote(url.path.strip("/")))
PYTHON
    ) || { rm -f -- "$client_options"; exit 1; }
}
