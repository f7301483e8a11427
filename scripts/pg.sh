#!/usr/bin/env bash
# A throw-away PostgreSQL for tests: `scripts/pg.sh start` prints its address,
# `scripts/pg.sh stop` ends it and removes its folder. PostgreSQL refuses to
# run as root, so root starts it as the user postgres.
set -euo pipefail
dir=${LINLI_PG_DIR:-${TMPDIR:-/tmp}/linli-pg}
# Each test makes a database, which is 600 files; a busy disk takes seconds for
# them. So it lives in memory when nothing else was asked for.
if [ -z "${LINLI_PG_DIR:-}${LINLI_PG_OPTS:-}" ] && [ ! -d "$dir" ]; then
  if [ -d /dev/shm/linli-pg ] || "$(dirname "$0")/memory.sh" 4; then dir=/dev/shm/linli-pg; fi
fi
port=${LINLI_PG_PORT:-54329}
bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -1 || true)")
[ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb || true)")
[ -x "$bin/initdb" ] || { echo "PostgreSQL is not installed: apt-get install postgresql" >&2; exit 1; }
as() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
url="postgres://linli@127.0.0.1:$port/postgres?sslmode=disable"
case "${1:-}" in
start)
  if ! as "$bin/pg_ctl" -D "$dir" status >/dev/null 2>&1; then
    rm -rf "$dir"; mkdir -p "$dir"; [ "$(id -u)" = 0 ] && chown postgres "$dir"
    as "$bin/initdb" -D "$dir" -U linli -A trust --locale=C --encoding=UTF8 >/dev/null
    as "$bin/pg_ctl" -D "$dir" -w -l "$dir/log" -o "-p $port -k $dir -c listen_addresses=127.0.0.1 -c max_connections=200 ${LINLI_PG_OPTS--c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_wal_size=256MB}" start >/dev/null
  fi
  echo "$url" ;;
stop) as "$bin/pg_ctl" -D "$dir" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$dir" ;;
*) echo "usage: scripts/pg.sh start|stop" >&2; exit 2 ;;
esac
