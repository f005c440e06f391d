#!/bin/sh
# A short chaos, and every bug made on purpose that it must find.
set -eu
chaos="${abs_top_builddir:-.}/tests/chaos/chaos"
"$chaos" --seconds 12 --seed 1
for plant in terminal-forgets applied-falsely refusal-unseen text-changed; do
    "$chaos" --seconds 3 --seed 2 --plant "$plant"
done
