#!/bin/sh
# Builds and runs the fuzz targets of the validator and of forms. Usage: fuzz_schema.sh SOURCE SECONDS TARGET...
# with CPPFLAGS and LIBS in the environment; works in the current directory, where new inputs and
# crashes stay.
set -eu
source=$1
seconds=$2
shift 2
mkdir -p fuzz
# What knows records is no part of what is fuzzed here.
forms=$(ls "$source"/forms/*.c | grep -vE '/(definition|life_event)')
for target; do
    mkdir -p "fuzz/$target"
    # shellcheck disable=SC2086
    ${CLANG:-clang} -std=c11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=all $CPPFLAGS -o "fuzz/$target.program" \
        "$source/tests/fuzz/$target.c" $forms \
        "$source/app/error.c" "$source/app/json.c" "$source/app/text.c" "$source/app/clock.c" $LIBS
    "fuzz/$target.program" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="fuzz/$target-" "fuzz/$target" "$source/tests/fuzz/corpus/$target" \
        2>&1 | grep -E 'ERROR|SUMMARY|BINGO|Test unit|Done|artifact' || true
done
if ls fuzz/*-crash-* fuzz/*-leak-* fuzz/*-timeout-* fuzz/*-oom-* 2>/dev/null; then
    echo "inputs that must not do that are above"
    exit 1
fi
