#!/usr/bin/env bash
# Runs one step: `scripts/step.sh "name" command…` prints the name before and
# the duration after, and hands on the exit status.
set -uo pipefail
name=$1; shift
echo "── $name"
start=$(date +%s)
"$@"
status=$?
took=$(( $(date +%s) - start ))
if [ $status -eq 0 ]; then echo "   $name: ${took} s"; else echo "   $name: FAILED after ${took} s (exit $status)" >&2; fi
exit $status
