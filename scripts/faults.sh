#!/usr/bin/env bash
# Plants every fault of faults/*.patch, one after the other, in a copy of the
# tree, runs the test that its head names and demands that it fails, for the
# reason the head gives. `make faults`; FAULT=name plants one, REV=commit plants
# it in that commit instead of the files as they are.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=${CGO_ENABLED:-0} GIT_CEILING_DIRECTORIES=${TMPDIR:-/tmp}
tree=$(mktemp -d "${TMPDIR:-/tmp}/linli-faults-XXXXXX")
own_pg=
trap '[ -z "$own_pg" ] || scripts/pg.sh stop; rm -rf "$tree"' EXIT

if [ -z "${LINLI_TEST_PG:-}" ]; then
  export LINLI_PG_DIR="${TMPDIR:-/tmp}/linli-pg-faults" LINLI_PG_PORT="${LINLI_PG_PORT:-54349}"
  own_pg=1
  LINLI_TEST_PG=$(scripts/pg.sh start)
fi
export LINLI_TEST_PG LINLI_TEST_NO_SKIP=1

if [ -n "${REV:-}" ]; then
  git archive "$REV" | tar -xf - -C "$tree"
else
  git ls-files -z --cached --others --exclude-standard -- '*.go' go.mod go.sum internal cmd bench drive docs |
    tar --null -T - -cf - --ignore-failed-read 2>/dev/null | tar -xf - -C "$tree"
fi
for dist in console pay; do mkdir -p "$tree/web/$dist/dist" && touch "$tree/web/$dist/dist/.gitkeep"; done

head_of() { sed -n "s/^$2: //p" "$1" | head -1; }

# plant <patch>: 0 when the test finds the fault.
plant() {
  local patch=$1 test pkg run says out
  test=$(head_of "$patch" Test) says=$(head_of "$patch" Says)
  pkg=${test%% *} run=${test#* }
  # Without the fault the test passes; else it would find nothing.
  if ! out=$(cd "$tree" && go test -count=1 -timeout 5m "$pkg" -run "$run" 2>&1) || grep -q 'no tests to run' <<<"$out"; then
    echo "does not pass without the fault:"; echo "$out" | tail -30; return 1
  fi
  if ! out=$(cd "$tree" && git apply -p1 - <"$patch" 2>&1); then
    echo "the patch does not apply any more:"; echo "$out"; return 1
  fi
  local passed=0
  out=$(cd "$tree" && go test -count=1 -timeout 5m "$pkg" -run "$run" 2>&1) && passed=1
  (cd "$tree" && git apply -R -p1 - <"$patch")
  if [ $passed = 1 ]; then
    echo "NOT FOUND: $pkg $run passes with the fault"; return 1
  fi
  if grep -qE 'build failed|panic: test timed out' <<<"$out" || ! grep -q -- '--- FAIL: ' <<<"$out" || ! grep -qE -- "$says" <<<"$out"; then
    echo "$pkg $run fails, but not with “$says”:"; echo "$out" | head -40; return 1
  fi
  echo "found by $run: $(grep -E -- "$says" <<<"$out" | head -1 | cut -c1-150 | sed 's/^ *//')"
}

missed=0
for patch in faults/${FAULT:-*}.patch; do
  printf '%-28s ' "$(basename "$patch" .patch)"
  plant "$PWD/$patch" || missed=$((missed + 1))
done
[ $missed = 0 ] || { echo "$missed planted faults are not found as they should be" >&2; exit 1; }
