#!/usr/bin/env bash
# `scripts/gofmt.sh -l` lists Go files that are not formatted and fails if there
# are any; `-w` formats them.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(find . \( -name node_modules -o -name .git -o -name dist \) -prune -o -name '*.go' -print0 | xargs -0 gofmt "$1")
[ -z "$out" ] || { printf 'not formatted (make fmt):\n%s\n' "$out" >&2; exit 1; }
