# Sourced by the tests of hostile text, after the harness: what is hostile, and how it is told that
# none of it reached a terminal.
TOOLS=$abs_top_builddir/tests/security
ESC=$'\e'
EVIL="$ESC]0;pwned"$'\a'"$ESC[31mRED"$'\u202e\u009b2J\u200b'

# watched NAME: all that the terminal of this name is sent, from its first byte, in $WORK/NAME.raw.
watched() {
    mux pipe-pane -t "=$1:" -o "cat >>'$WORK/$1.raw'"
    mux display-message -p -t "=$1:" '#{pane_pid}' >"$WORK/$1.pid"
}

# own WHAT FILE...: nothing but the repertoire.
own() {
    local what=$1
    shift
    "$TOOLS/repertoire" "$@" >"$WORK/told" || { cat "$WORK/told"; fail "$what"; }
    echo "$what: $(tail -1 "$WORK/told")"
}

# look NAME [SECONDS]: keeps what its screen shows a moment from now, when all that the last key asked
# for is done, in $WORK/NAME.seen.
look() {
    sleep "${2:-0.25}"
    at_rest "$(<"$WORK/$1.pid")"
    see "$1" && printf '%s' "$SEEN" >>"$WORK/$1.seen"
    [ -z "${KEEP_:-}" ] || printf '=== %s: %s\n%s' "$1" "${STEP_:-}" "$SEEN" >>"$KEEP_/steps.$1"
}
