#!/usr/bin/env bash
# What of a client is in memory, of a terminal that was used and of its server: while it is locked what
# stood open is still there, for the return; when the agent has signed out there is neither the
# store's key, nor the password, nor anything of a client. Not for AddressSanitizer, which keeps copies
# of its own.
. "$(dirname "$0")/../end_to_end/harness.sh"
. "$(dirname "$0")/stolen.bash"

searched() {
    :
}

day_of_work
terminal_kill a
opens
wait_for a "Hippocampe"
keys a Escape
wait_for a "Dossiers de ce client"
types a 2
wait_for a "Ornithorynque"

# The server has no need of the password any more either.
if [ -r "/proc/$SERVER_PID/mem" ]; then
    echo "$PASSWORD" >"$WORK/password"
    scan "$WORK/password" memory "$SERVER_PID" >"$WORK/found" 2>/dev/null ||
        { cat "$WORK/found"; fail "the password is in the memory of the server"; }
fi

# --- what is in memory ------------------------------------------------------------------------

PID=$(terminal_pid a)
STORE=$LAPTOP/.local/share/guichet/agents/marie.db
if [ -r "/proc/$PID/mem" ]; then
    # While she works it is there: the search of memory finds what is there.
    scan "$WORK/needles" key "$STORE" "$PASSWORD" memory "$PID" >"$WORK/found" 2>/dev/null
    [ -s "$WORK/found" ] || fail "the key of an open store is not found in memory"
    echo "$PASSWORD" >>"$WORK/needles"
    scan "$WORK/needles" memory "$PID" >"$WORK/found" 2>/dev/null
    grep -q Ornithorynque "$WORK/found" || fail "the text of an open store is not found in memory"
    keys a F9
    wait_for a "Verrouillé par"
    rests a
    scan "$WORK/needles" memory "$PID" >"$WORK/found" 2>"$WORK/how"
    [ -z "${VERBOSE_:-}" ] || cat "$WORK/found"
    echo "locked, memory holds $(wc -l <"$WORK/found") writings of $(
        grep -o '"[^"]*"$' "$WORK/found" | sort -u | wc -l) strings: $(cat "$WORK/how")"
    keys a F10
    wait_for a "Mot de passe"
    wait_gone a "Verrouillé"
    rests a
    scan "$WORK/needles" key "$STORE" "$PASSWORD" memory "$PID" >"$WORK/found" 2>"$WORK/how" ||
        { cat "$WORK/found"; fail "the key is in memory after signing out"; }
    scan "$WORK/needles" memory "$PID" >"$WORK/found" 2>"$WORK/how"
    cat "$WORK/found"
    [ -s "$WORK/found" ] && fail "what a client said is in memory after signing out"
    echo "$PASSWORD" >"$WORK/password"
    scan "$WORK/password" memory "$PID" >"$WORK/found" 2>/dev/null ||
        { cat "$WORK/found"; fail "the password is in memory after signing out"; }
    echo "signed out, neither the key, the password nor a string is in memory: $(cat "$WORK/how")"
else
    echo "memory cannot be read here: not looked at"
fi
keys a F10
wait_ended a
