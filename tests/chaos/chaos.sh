#!/bin/sh
# A short chaos, and every bug made on purpose that it must find.
set -u
chaos="${abs_top_builddir:-.}/tests/chaos/chaos"
"$chaos" --seconds 15 --seed 1 || exit 1
runs=
for plant in terminal-forgets applied-falsely refusal-unseen text-changed; do
    "$chaos" --seconds 4 --seed 2 --plant "$plant" &
    runs="$runs $!"
done
status=0
for run in $runs; do
    wait "$run" || status=1
done
exit $status
