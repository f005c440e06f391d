#!/bin/sh
# Builds and runs the fuzz target of HSDS documents. Usage: fuzz_hsds.sh SOURCE SECONDS
# with CPPFLAGS and LIBS in the environment; works in the current directory, where new inputs and
# crashes stay.
set -eu
source=$1
seconds=$2
mkdir -p fuzz/fuzz_hsds
files=
for file in calendar clock csv csv_writer error id import_body import_fields json operation record \
    record_fields text; do
    files="$files $source/app/$file.c"
done
# shellcheck disable=SC2086
${CLANG:-clang} -std=c11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined \
    -fno-sanitize-recover=all $CPPFLAGS -o fuzz/fuzz_hsds.program \
    "$source/tests/fuzz/fuzz_hsds.c" "$source"/app/hsds*.c $files $LIBS
fuzz/fuzz_hsds.program -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix=fuzz/fuzz_hsds- fuzz/fuzz_hsds "$source/tests/fuzz/corpus/fuzz_hsds" \
    2>&1 | grep -E 'ERROR|SUMMARY|BINGO|Test unit|Done|artifact' || true
if ls fuzz/fuzz_hsds-crash-* fuzz/fuzz_hsds-leak-* fuzz/fuzz_hsds-timeout-* 2>/dev/null; then
    echo "inputs that must not do that are above"
    exit 1
fi
