#!/bin/bash
# The unit of systemd is well formed, and as tight as it was.
set -u
: "${abs_top_builddir:=.}"
command -v systemd-analyze >/dev/null || { echo "systemd is not installed: skipped"; exit 77; }
unit=$abs_top_builddir/app/main/guichetd.service
report=$(systemd-analyze security --offline=true "$unit" 2>&1) ||
    { echo "systemd-analyze cannot judge a file: skipped"; exit 77; }
echo "$report" | tail -2
echo "$report" | grep -i "unknown\|ignoring" && exit 1
level=$(echo "$report" | sed -n 's/.*Overall exposure level.*: \([0-9]*\)\.\([0-9]\).*/\1\2/p')
[ -n "$level" ] && [ "$level" -le 20 ]
