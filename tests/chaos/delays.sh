#!/bin/sh
# Runs tests with unlucky timing (delays.c), each with several seeds, several at once: most of their
# time they sleep. Of those that fail the logs are kept in the folder delays of the build, and their
# names and ends are printed; `make check-delays` calls it with what is in the environment:
#
#   LIBRARY   delays.so         SEEDS  "1 2 3"      LONGEST  longest pause, in milliseconds
#   AT_ONCE   how many at once  LIMIT  seconds, after which a test counts as stuck
set -u
: "${SEEDS:=1 2 3}" "${LONGEST:=20}" "${AT_ONCE:=4}" "${LIMIT:=1200}"
export LIBRARY SEEDS LONGEST AT_ONCE LIMIT

# One test with one seed.
if [ "$1" = --run ]; then
    log=delays/$(basename "$2").$3.log
    # Under AddressSanitizer the library stands before the sanitizer's own.
    ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" \
        GUICHET_DELAYS="$3:$LONGEST" LD_PRELOAD="$LIBRARY" timeout -k 10 "$LIMIT" "$2" \
        >"$log" 2>&1
    status=$?
    case $status in
    0) rm -f "$log" ;;
    77) echo "skipped: $2"; rm -f "$log" ;;
    *)
        echo "FAILED ($status): $2, seed $3: $log"
        grep -aE '^FAILED|\[  FAILED  \]|\[  ERROR   \]|\[   LINE   \]|ERROR: |Sanitizer' "$log" |
            head -n 12
        exit 1
        ;;
    esac
    exit 0
fi

mkdir -p delays
for seed in $SEEDS; do
    for test in "$@"; do
        printf '%s\n%s\n' "$test" "$seed"
    done
done | xargs -n 2 -P "$AT_ONCE" "$0" --run
