#!/usr/bin/env bash
# The kinds of hand-off, between real terminals: warm, with messages both ways until the second says
# "mine"; a consultation, which leaves the client where they are; a call-back with its window; an
# escalation to the supervisor; an offer whose time passes, also while the server was down, and goes
# on to the next queue; an offer made without a link, which says that it waits. The third hand-off of
# a case is told to the supervisor.
. "$(dirname "$0")/harness.sh"
server_start

for name in a:marie b:pierre c:luc d:sophie; do
    terminal "${name%%:*}" --language en
    sign_in "${name%%:*}" "${name##*:}" Password
    wait_for "${name%%:*}" online
done

contact() {
    keys "$1" F3
    wait_for "$1" "Type a part of the name"
    keys "$1" C-o
    wait_for "$1" "The contact has begun."
    types "$1" "$2"
    keys "$1" Tab Enter
    wait_for "$1" "contact, in progress"
}

# The kind is N times Ctrl-R from "cold".
offer() {
    keys a F5
    wait_for a "Context"
    types a "$1"
    for _ in $(seq "$2"); do keys a C-r; done
    wait_for a "$3"
}

echo "warm: both write until the second says mine"
contact a "lost card"
offer pierre 1 "*warm"
shows a "Minutes   5" || fail "the offer to an agent has no end"
keys a C-x
wait_for a "Kind        warm"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
keys b C-v
wait_for b "State       offered"
keys b Tab
wait_for b "The other reads it at once"
types b "has she her old card?"
keys b Enter
wait_for a "has she her old card?"
keys a Tab
wait_for a "The other reads it at once"
types a "no, stolen with it"
keys a Enter
wait_for b "no, stolen with it"
keys b Escape
keys b Enter
wait_for b "hand-off to Pierre Gagnon, accepted"
wait_for a "State       accepted by Pierre Gagnon"
keys a Escape
keys a Escape

echo "a consultation leaves the client with the sender"
contact a "which form is it"
offer sophie 2 "*consult"
keys a C-x
wait_for a "Kind        consult"
wait_for d "Ctrl-V: Marie Tremblay hands off to you"
keys d C-v
wait_for d "State       offered"
keys d Enter
wait_for d "the sender keeps the client"
types d "the green one"
keys d Enter
wait_for a "the green one"
wait_for a "State       accepted by Sophie"
keys a Escape
wait_for a "contact, in progress"
shows d "Contact" && shows d "in progress" && fail "the specialist has the contact"

echo "a call-back promises a window"
offer "front line" 3 "*call back"
wait_for a "Call"
keys a Tab Tab Tab Tab Tab
keys a C-u
types a "tomorrow"
keys a C-x
wait_for a "As in 14:00-16:00"
keys a C-u
types a "14:00-16:00"
keys a C-x
wait_for a "Offered to Front line"
wait_for a "note, commitment"
wait_for b "hands off to you"
types b ":handoffs"
keys b Enter
wait_for b "call back"

echo "an offer with an end of its own"
offer "civil status and families" 0 "Minutes   15"
keys a Tab Tab Tab Tab
keys a C-u
types a 1
keys a C-x
wait_for a "Offered to Civil status"
made=$SECONDS

echo "an escalation reaches the supervisor, and nobody else of the office"
offer "" 4 "*escalate"
keys a C-x
wait_for a "Offered to"
wait_for c "Ctrl-V: Marie Tremblay hands off to you"
keys c C-v
wait_for c "Kind        escalate"
keys c Escape

echo "the third hand-off of a case is told to the supervisor"
keys c Escape
wait_for c "handed off 3 times"

echo "it expires while the server is down, and goes on to the next queue"
wait_gone a "1 waiting"
server_stop KILL
while [ $((SECONDS - made)) -lt 62 ]; do sleep 1; done
server_start
types a ":handoffs"
keys a Enter
wait_for a "expired" 60
wait_gone b "to Civil status" 60
wait_for b "cold          anonymous client" 60
keys a Escape
keys d Escape
keys d F5
wait_for d "Marie Tremblay to Sophie"
shows d "escalate" && fail "a specialist is offered an escalation"

echo "an offer made without a link waits, and says so"
server_stop KILL
offer pierre 0 "Minutes   5"
keys a Tab
keys a C-u
types a "no link here"
keys a C-x
wait_for a "Offered to"
types a ":handoffs"
keys a Enter
wait_for a "offered, not sent yet"
server_start
wait_gone a "offered, not sent yet" 60
wait_for b "no link here" 60
terminal_quit d
