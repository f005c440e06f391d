#!/bin/sh
# The patterns of forms beside JavaScript's: the results kept in tests/pattern/expected.txt and,
# where node is installed, those of random patterns (COUNT of them from SEED).
set -eu
source=${abs_top_srcdir:?}/tests/pattern
suite=${abs_top_builddir:?}/tests/pattern_suite

"$suite" "$source/expected.txt"
if command -v node >/dev/null; then
    node "$source/generate.mjs" "$source/known.txt" "${COUNT:-3000}" "${SEED:-1}" | "$suite"
else
    echo "node is not installed: only the kept results were compared"
fi
