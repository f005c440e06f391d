#!/bin/sh
# Many terminals on one real guichetd: each waiting one is given what is for it, once, and nothing
# else; of agents who claim an offer at once, one has it. The figures are `make bench-handoff`.
exec timeout 300 "$abs_top_builddir/tests/bench/bench_handoff" "$abs_top_builddir/guichet" \
    "$abs_top_builddir/guichetd" "$abs_top_srcdir/app/sample" check
