#!/usr/bin/env bash
# Tells by its exit code whether this machine has $1 GiB left in memory for files
# that need not outlive it (/dev/shm), and lets programs run from there.
set -euo pipefail
left=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
[ "${left:-0}" -ge $(( $1 * 1024 * 1024 )) ]
! awk '$2 == "/dev/shm" { print $4 }' /proc/mounts | grep -qw noexec
