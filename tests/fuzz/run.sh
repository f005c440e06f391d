#!/bin/sh
# Runs one built fuzz target in the current folder. Usage: run.sh TARGET CORPUS SECONDS
# Fails when an input crashes it, hangs it, leaks or takes too much memory; the input stays in fuzz/.
set -eu
target=$1
corpus=$2
seconds=$3
log=fuzz/$target.log
mkdir -p "fuzz/$target"
status=0
"fuzz/$target.program" -max_total_time="$seconds" -max_len=4096 -timeout=20 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="fuzz/$target-" "fuzz/$target" "$corpus" \
    >"$log" 2>&1 || status=$?
grep -E 'ERROR|SUMMARY|Test unit' "$log" || true
echo "$target: $(grep -E '^Done' "$log" || echo "ended with $status")"
if [ "$status" -ne 0 ]; then
    tail -n 40 "$log"
    exit 1
fi
