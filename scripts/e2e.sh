#!/usr/bin/env bash
# Browser tests against the built binary. E2E=pattern runs only the tests whose
# title matches; KEEP=1 also renews the pictures in docs/design and docs/guide. Two files
# run side by side, for a browser waits more than it works. Files with
# a failure are run once more, alone: what then passes was too slow for a busy
# machine, not wrong; it is named in the last lines, to be mended.
set -euo pipefail
cd "$(dirname "$0")/../e2e"
[ -x ../bin/linli ] || { echo "bin/linli is missing: make build" >&2; exit 1; }
rm -rf out; mkdir -p out
results=${E2E_RESULTS:-$(mktemp)}

try() { # <files at once> <results> <files…>
  local at_once=$1 tap=$2; shift 2
  node --test --test-concurrency="$at_once" --test-timeout=900000 --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap "--test-reporter-destination=$tap" ${E2E:+--test-name-pattern="$E2E"} "$@"
}

try 2 "$results" lib/*.test.mjs tests/*.test.mjs && exit 0
mapfile -t again < <(node ../scripts/failed.mjs "$results")
[ ${#again[@]} -gt 0 ] && [ ${#again[@]} -le 4 ] || exit 1
echo "── e2e: second try of ${again[*]}"
try 1 "$results.second" "${again[@]}" || exit 1
echo "# second try needed: ${again[*]}" >> "$results"
echo "e2e: passed at the second try only: ${again[*]}"
