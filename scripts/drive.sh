#!/usr/bin/env bash
# Drives the built product on SQLite and on PostgreSQL for DURATION (1m) each,
# lets the next mornings reconcile, then holds the journal against the books. `make drive`; ENGINE=sqlite or
# postgres drives one of them. What is found stays in $DIR.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=${CGO_ENABLED:-0}
dir=${DIR:-$(mktemp -d "${TMPDIR:-/tmp}/linli-drive-XXXXXX")}
mkdir -p "$dir"
go build -trimpath -o "$dir/drive" ./cmd/drive
own_pg=
trap '[ -z "$own_pg" ] || scripts/pg.sh stop' EXIT

for engine in ${ENGINE:-sqlite postgres}; do
  db=
  if [ "$engine" = postgres ]; then
    db=${DRIVE_DB:-}
    if [ -z "$db" ]; then
      # A server of our own, durable as in production.
      export LINLI_PG_DIR="${TMPDIR:-/tmp}/linli-pg-drive" LINLI_PG_PORT="${LINLI_PG_PORT:-54359}" LINLI_PG_OPTS=" "
      own_pg=1
      db=$(scripts/pg.sh start)
    fi
  fi
  echo "$engine, ${DURATION:-1m}, in $dir/$engine"
  "$dir/drive" run --bin "${BIN:-bin/linli}" --dir "$dir/$engine" --db "$db" --for "${DURATION:-1m}"
  "$dir/drive" morning --dir "$dir/$engine" --db "$db"
  "$dir/drive" verify --dir "$dir/$engine" --db "$db"
done
[ -n "${DIR:-}" ] || rm -rf "$dir"
