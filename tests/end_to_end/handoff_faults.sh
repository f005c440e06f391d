#!/usr/bin/env bash
# A hand-off when things break: the sender's terminal is killed between offer and acceptance; the
# receiver's link is cut at the acceptance; the server is killed between claim and reply. Each time
# exactly one agent has it in the end, by what the server itself tells, and nothing that was typed is
# lost. Then a decline: the file that the offer had opened leaves the receiver's disk.
. "$(dirname "$0")/harness.sh"
command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed: skipped"; exit 77; }
server_start
OWN=$SERVER

# The receiver goes through a proxy.
proxy_start

start_a() {
    terminal a --language en
    sign_in a marie Password
    online a
}
start_a
SERVER=$PROXIED terminal b --language en
sign_in b pierre Password
online b
terminal c --language en
sign_in c john Password
online c

# state SUMMARY: what the server says of the hand-off with this summary, and who has it.
state() {
    SERVER=$OWN records_of marie
    sqlite3 :memory: "SELECT json_extract(value, '\$.body.state') || ' ' ||
        coalesce(json_extract(value, '\$.body.taken_by'), '')
        FROM json_each(json_extract(readfile('$WORK/records.json'), '\$.records'))
        WHERE json_extract(value, '\$.type') = 'handoff'
        AND json_extract(value, '\$.body.summary') = '$1'"
}

# winner SUMMARY: until the server says that one agent has it.
winner() {
    local end=$((SECONDS + 60 * PATIENCE)) said
    until said=$(state "$1"); [[ $said == "accepted "* ]]; do
        [ $SECONDS -lt $end ] || fail "nobody has \"$1\": $said"
        sleep 0.3
    done
    [ "$(echo "$said" | wc -l)" = 1 ] || fail "not one winner: $said"
}

offer() {
    keys a F5
    wait_for a "Context"
    types a "$1"
    wait_for a "$2"
    keys a C-x
    wait_for a "Offered to"
    wait_gone a "1 waiting"
}

echo "the sender's terminal is killed between offer and acceptance"
contact a "first matter"
offer pierre "Minutes   5"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
terminal_kill a
keys b C-v
wait_for b "State       offered"
wait_for b "Need: first matter"
keys b Enter
wait_for b "Confirmed, yours"
winner "anonymous client · first matter"
start_a
wait_for a "Pierre Gagnon has taken over"

echo "the receiver's link is cut at the acceptance: pending, then theirs"
keys a Escape
keys a Escape
contact a "second matter"
offer pierre "Minutes   5"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
keys b C-v
wait_for b "State       offered"
proxy_tell "refuse"
proxy_tell "kill"
wait_for b "offline"
keys b Enter
wait_for b "Pending, not confirmed yet"
shows b "Confirmed" && fail "an acceptance without a link is shown as certain"
keys b F6
wait_for b "Kind"
types b "typed while the link was cut"
[ "$(state "anonymous client · second matter")" = "offered " ] ||
    fail "the server knows of an acceptance that it was never sent"
proxy_tell "pass"
wait_for b "Confirmed, yours" 60
winner "anonymous client · second matter"
wait_for b "typed while the link was cut"

echo "the server is killed between claim and reply: pending until it says so again, and the other"
echo "knows at once who has it"
keys a Escape
keys a Escape
contact a "third matter"
offer "front line" "Minutes   10"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
wait_for c "Ctrl-V: Marie Tremblay hands off to you"
keys b C-v
wait_for b "State       offered"
keys c C-v
wait_for c "State       offered"
# What the server answers to the claim does not arrive.
proxy_tell "cut down 1"
proxy_tell "kill"
keys b Enter
wait_for c "Pierre Gagnon has got it"
wait_for c "accepted by Pierre Gagnon"
wait_for b "Pending, not confirmed yet"
server_stop KILL
SERVER=$OWN
server_start
proxy_tell "pass"
proxy_tell "kill"
wait_for b "Confirmed, yours" 60
winner "anonymous client · third matter"
wait_gone b "1 waiting" 60
shows b "refused" && fail "the winner is told of a refusal"
keys c Escape

echo "what a declined offer had opened leaves the disk"
keys a Escape
keys a Escape
contact a "fourth matter"
offer pierre "Minutes   5"
wait_for b "Ctrl-V: Marie Tremblay hands off to you: anonymous client · fourth"
store=$(find "$WORK/b/agents" -name '*.db')
before=$(sqlite3 "$store" "SELECT count(*) FROM record WHERE type = 'case'")
sealed=$(sqlite3 "$store" "SELECT hex(substr(base, -40)) FROM record WHERE type = 'case'
    ORDER BY id DESC LIMIT 1")
keys b C-v
wait_for b "State       offered"
keys b C-n
wait_for b "Why not?"
types b "at lunch"
keys b Enter
wait_for b "Declined."
end=$((SECONDS + 30 * PATIENCE))
until [ "$(sqlite3 "$store" "SELECT count(*) FROM record WHERE type = 'case'")" -lt "$before" ]; do
    [ $SECONDS -lt $end ] || fail "the case is still at the receiver's"
    sleep 0.2
done
# Whoever reads the file just then, as this test does, puts the wiping off to the next answer.
end=$((SECONDS + 90 * PATIENCE))
while cat "$store" "$store-wal" 2>/dev/null | od -An -v -tx1 | tr -d ' \n' | grep -qi "$sealed"; do
    [ $SECONDS -lt $end ] || fail "its sealed copy is still on the disk"
    sleep 1
done
terminal_quit c
