#!/usr/bin/env bash
# A line of 2,400 bit/s, with 2 s round trip and 20 % of the packets lost and sent again: the hand-off
# that was made last goes first, then the notes, each once. (tests/netem.sh has the kernel lose them,
# where that is allowed.)
. "$(dirname "$0")/harness.sh"
server_start
proxy_start
echo guichet >"$WORK/password"

carry() {
    "$abs_top_builddir/guichet" sync --server "$1" --agent marie --password-file "$WORK/password" \
        --data-directory "$WORK/data" >>"$WORK/sync.log" 2>&1
}
carry "$PROXIED" || { cat "$WORK/sync.log"; fail "the first sync"; }
work="$abs_top_builddir/tests/netem/netem_work"
"$work" make "$WORK/data/agents/marie.db" guichet || fail "no work"

echo "the hand-off first"
proxy_tell "line 300 1000 20"
begun=$SECONDS
until carry "$PROXIED"; do
    [ $((SECONDS - begun)) -lt $((300 * PATIENCE)) ] || { cat "$WORK/sync.log"; fail "not through"; }
    sleep 1
done
echo "   through after $((SECONDS - begun)) s"
"$work" check "$WORK/server.db" || fail "what arrived"
echo "slow_line: all good"
