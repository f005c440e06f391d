#!/usr/bin/env bash
# A hand-off is told ahead of its record: the receiver's screen shows it while the server can write
# nothing; it promises nothing, is accepted when it is here and wanted, and vanishes when it does
# not come.
. "$(dirname "$0")/harness.sh"
command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed: skipped"; exit 77; }
server_start

for name in a:marie b:pierre; do
    terminal "${name%%:*}" --language en
    sign_in "${name%%:*}" "${name##*:}" Password
    online "${name%%:*}"
done

# Sends an offer while the server's database is locked, until unlock.
offer_locked() {
    keys a F5
    wait_for a "Context"
    types a pierre
    wait_for a "Minutes   5"
    {
        echo "BEGIN IMMEDIATE;"
        echo ".shell touch $WORK/locked; while [ -e $WORK/locked ]; do sleep 0.05; done"
        echo "ROLLBACK;"
    } | sqlite3 "$WORK/server.db" &
    LOCK=$!
    wait_that "the database is not locked" [ -e "$WORK/locked" ]
    keys a C-x
    wait_for b "Arriving: Marie Tremblay hands off to you: "
    shows b "Ctrl-V: " && fail "what is not here is offered"
}

unlock() {
    rm "$WORK/locked"
    wait "$LOCK"
}

echo "it is shown before the server has written it, and accepted once it has"
contact a "first matter"
wait_gone a "1 waiting"
offer_locked
keys b C-v
wait_for b "arriving, not certain"
keys b Enter
wait_for b "Arriving: it is accepted when it is here."
shows b "Accepted" && fail "what is not here was accepted"
unlock
wait_for b "Confirmed, yours"

echo "one that does not come vanishes, and nothing was accepted"
keys a Escape
contact a "second matter"
wait_gone a "1 waiting"
offer_locked
keys b C-v
wait_for b "arriving, not certain"
keys b Enter
wait_for b "It did not come: nothing was accepted."
wait_gone b "Arriving: "
server_stop KILL
unlock
