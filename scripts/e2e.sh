#!/usr/bin/env bash
# Browser tests against the built binary. E2E=pattern runs only the tests whose
# title matches; KEEP=1 also renews the screenshots in docs/design.
set -euo pipefail
cd "$(dirname "$0")/../e2e"
[ -x ../bin/linli ] || { echo "bin/linli is missing: make build" >&2; exit 1; }
rm -rf out; mkdir -p out
reporters=(--test-reporter=spec --test-reporter-destination=stdout)
[ -z "${E2E_RESULTS:-}" ] || reporters+=(--test-reporter=tap "--test-reporter-destination=$E2E_RESULTS")
exec node --test --test-concurrency=1 --test-timeout=180000 "${reporters[@]}" \
  ${E2E:+--test-name-pattern="$E2E"} lib/*.test.mjs tests/*.test.mjs
