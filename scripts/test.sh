#!/usr/bin/env bash
# Everything that CI runs, in the order that finds mistakes soonest. Each step
# prints its name and its duration; the first failure ends the run.
set -euo pipefail
cd "$(dirname "$0")/.."
step=scripts/step.sh
began=$(date +%s)
: "${CGO_ENABLED:=0}"; export CGO_ENABLED
# What tests write nobody reads again: it stays in memory where there is room.
memory=
if [ -z "${TMPDIR:-}" ] && scripts/memory.sh 6; then
  memory=$(mktemp -d /dev/shm/linli-test-XXXXXX)
  chmod 755 "$memory" # PostgreSQL runs as somebody else
  export TMPDIR=$memory
fi
results=$(mktemp -d)
own_pg=

cleanup() {
  local status=$?
  [ -z "$own_pg" ] || scripts/pg.sh stop || true
  node scripts/summary.mjs "$results" $(( $(date +%s) - began )) $status || status=1
  rm -rf "$results" ${memory:+"$memory"}
  exit $status
}
trap cleanup EXIT

scripts/setup.sh test

$step "go: gofmt" scripts/gofmt.sh -l
# The front ends come first: the Go tests of the binary serve them.
$step "console: build" npm --prefix web/console run build
$step "pay: build" npm --prefix web/pay run build
$step "go: vet" go vet ./...
# Pinned; not a dependency of the module, only a tool of this script.
$step "go: staticcheck" go run honnef.co/go/tools/cmd/staticcheck@v0.7.0 ./...
$step "go: build" go build -trimpath -ldflags "-s -w" -o bin/linli ./cmd/linli
$step "arch" go test ./internal/arch/

if [ -z "${LINLI_TEST_PG:-}" ]; then
  # A folder and a port of our own, so that nobody else's server is touched.
  export LINLI_PG_DIR="${TMPDIR:-/tmp}/linli-pg-test" LINLI_PG_PORT="${LINLI_PG_PORT:-54339}"
  own_pg=1
  $step "postgresql: start" scripts/pg.sh start
  LINLI_TEST_PG="postgres://linli@127.0.0.1:$LINLI_PG_PORT/postgres?sslmode=disable"
fi
export LINLI_TEST_PG LINLI_TEST_NO_SKIP=1

# go_tests <file> <arguments…>: runs go test, keeps its events for the count,
# shows the packages and, of what failed, everything.
go_tests() {
  local log=$1; shift
  go test -json "$@" > "$log" || { node scripts/gotest.mjs "$log"; return 1; }
  node scripts/gotest.mjs "$log"
}
export -f go_tests
$step "go: test on SQLite and PostgreSQL" bash -c "go_tests $results/all.json -vet=off -timeout 30m ./..."

race=()
for p in ledger payment billing cashier kit/db kit/job kit/money; do [ -d "internal/$p" ] && race+=("./internal/$p/..."); done
$step "go: race, money rooms" bash -c "CGO_ENABLED=1 go_tests $results/race.json -race -short -vet=off -timeout 20m ${race[*]}"

if [ -f api/openapi.json ]; then
  $step "console: types" npm --prefix web/console run --silent types
  $step "console: types are committed" git diff --exit-code -- web/console/src/api/schema.d.ts
fi
$step "console: unit tests" npm --prefix web/console test -- --reporter=default --reporter=json --outputFile="$results/unit.json"
$step "pay: unit tests" npm --prefix web/pay test -- --reporter=default --reporter=json --outputFile="$results/pay.json"
$step "e2e" env E2E_RESULTS="$results/e2e.tap" scripts/e2e.sh
