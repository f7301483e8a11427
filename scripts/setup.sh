#!/usr/bin/env bash
# `scripts/setup.sh build`: Go, Node and the front ends' packages.
# `scripts/setup.sh test`:  besides, Chromium, PostgreSQL and Chinese fonts
# (installed by apt-get on Debian as root; elsewhere it says what is missing).
set -euo pipefail
cd "$(dirname "$0")/.."
need=${1:-build}

fail() { printf '%s\n' "$@" >&2; exit 1; }

go_wanted=$(awk '$1=="go"{print $2; exit}' go.mod)
command -v go >/dev/null || fail "Go is missing. Linli needs Go $go_wanted: https://go.dev/dl/ (or https://golang.google.cn/dl/)"
GOTOOLCHAIN=auto go version >/dev/null 2>&1 || fail "The installed Go cannot provide Go $go_wanted. Install it from https://go.dev/dl/"

command -v node >/dev/null && command -v npm >/dev/null || fail "Node.js with npm is missing. Linli needs Node 20.19 or newer: https://nodejs.org/"
node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>20||(a===20&&b>=19)?0:1)' \
  || fail "Node $(node --version) is too old; Linli needs 20.19 or newer: https://nodejs.org/"

# packages <folder>: npm ci, unless the lock file is the one installed last.
packages() {
  local stamp="$1/node_modules/.lock.sha256" sum
  sum=$(sha256sum "$1/package-lock.json" | cut -d' ' -f1)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && return 0
  scripts/step.sh "$1: npm ci" npm --prefix "$1" ci --ignore-scripts --no-audit --no-fund --loglevel=error
  echo "$sum" > "$stamp"
}
packages web/console
packages web/pay
[ "$need" = test ] || exit 0
packages e2e

missing=()
command -v chromium >/dev/null || [ -n "${CHROMIUM:-}" ] || missing+=(chromium)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
if command -v fc-list >/dev/null; then fc-list :lang=zh family | grep -q . || missing+=(fonts-noto-cjk); else missing+=(fontconfig fonts-noto-cjk); fi
# The race detector needs a C compiler.
command -v gcc >/dev/null || command -v clang >/dev/null || missing+=(gcc libc6-dev)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  fail "Missing for the tests: ${missing[*]}" \
       "On Debian or Ubuntu:   sudo apt-get install -y ${missing[*]}" \
       "Elsewhere install Chromium (or set CHROMIUM=/path/to/chrome), PostgreSQL 15+ with initdb on the PATH, a Chinese font and a C compiler."
fi
export DEBIAN_FRONTEND=noninteractive
scripts/step.sh "apt-get: lists" apt-get update -qq
scripts/step.sh "apt-get: ${missing[*]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" \
  || fail "apt-get could not install: ${missing[*]}"
