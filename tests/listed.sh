#!/usr/bin/env bash
# Every test in the tree is one that `make check` runs, and every list of mutants breaks what is there:
# what nobody listed, or matches nothing, would never fail.
set -u
: "${abs_top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
: "${abs_top_builddir:=$abs_top_srcdir}"
cd "$abs_top_srcdir" || exit 1

status=0
count=0
for file in tests/end_to_end/*.sh tests/security/*.sh tests/*/test_*.c; do
    [ "$file" = tests/end_to_end/harness.sh ] && continue # what they source
    test=${file%.c}
    count=$((count + 1))
    grep -q "^$test.log:" "$abs_top_builddir/Makefile" && continue
    echo "not in make check: $file"
    status=1
done
[ "$count" -gt 100 ] || { echo "only $count tests were found"; exit 1; }
# A list of what is broken on purpose would break nothing where the code moved on.
export abs_top_srcdir abs_top_builddir
for list in tests/mutants/*.list; do
    said=$(LOOK=1 bash tests/mutants.sh "$PWD/$list") && continue
    printf '%s:\n%s\n' "$list" "$said"
    status=1
done
exit $status
