#!/bin/sh
# Runs one built fuzz target in the current folder. Usage: run.sh TARGET CORPUS SECONDS
# With 0 seconds each input of the kept corpus is read once, and nothing new is made up.
# Fails when an input crashes it, hangs it, leaks or takes too much memory; the input stays in fuzz/.
set -eu
target=$1
corpus=$2
seconds=$3
log=fuzz/$target.log
mkdir -p "fuzz/$target"
status=0
if [ "$seconds" = 0 ]; then
    set -- -runs=0 "$corpus"
else
    set -- -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 "fuzz/$target" "$corpus"
fi
"fuzz/$target.program" -timeout=20 -rss_limit_mb=2048 -artifact_prefix="fuzz/$target-" "$@" \
    >"$log" 2>&1 || status=$?
grep -aE 'ERROR|SUMMARY|Test unit' "$log" || true
echo "$target: $(grep -aE '^Done' "$log" || echo "ended with $status")"
if [ "$status" -ne 0 ]; then
    tail -n 40 "$log"
    exit 1
fi
