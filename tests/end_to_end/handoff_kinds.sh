#!/usr/bin/env bash
# The kinds of hand-off, between real terminals: warm, with messages both ways until the second says
# "mine"; a consultation, which leaves the client where they are; a call-back with its window; an
# escalation to the supervisor; an offer whose time passes, also while the server was down, and goes
# on to the next queue; an offer made without a link, which says that it waits. The third hand-off of
# a case is told to the supervisor.
. "$(dirname "$0")/harness.sh"
server_start

# Those who send and supervise work in English; those who receive in French, one of them on the
# smallest screen. The supervisor wants no bell.
for name in a:marie c:luc; do
    bell=
    [ "$name" = c:luc ] && bell=--no-bell
    terminal "${name%%:*}" --language en $bell
    sign_in "${name%%:*}" "${name##*:}" Password
    online "${name%%:*}"
done
terminal b --language fr
sign_in b pierre "Mot de passe"
online b
COLUMNS_=60 ROWS_=16 terminal d --language fr
sign_in d sophie "Mot de passe"
online d

# From now on what is sent to a terminal is kept; says whether it was rung.
listen() {
    mux pipe-pane -t "=$1:" "exec cat >> '$WORK/$1.sent'"
}
rang() {
    grep -q "$(printf '\a')" "$WORK/$1.sent"
}
listen b
listen c

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
wait_for a "Minutes   5"
keys a C-x
wait_for a "Kind        warm"
wait_for b "Ctrl-V : Marie Tremblay vous transfère : client anonyme"
end=$((SECONDS + 10 * PATIENCE))
until rang b; do
    [ $SECONDS -lt $end ] || fail "the bell does not ring"
    sleep 0.1
done
keys b C-v
wait_for b "État        offert"
keys b Tab
wait_for b "L’autre le lit aussitôt"
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
wait_for b "transfert à Pierre Gagnon, accepté"
wait_for a "State       accepted by Pierre Gagnon"
keys a Escape
keys a Escape

echo "a consultation leaves the client with the sender"
contact a "which form is it"
offer sophie 2 "*consult"
keys a C-x
wait_for a "Kind        consult"
wait_for d "Ctrl-V : Marie Tremblay vous transfère"
keys d C-v
wait_for d "État        offert"
keys d Enter
wait_for d "l’expéditeur garde le client"
types d "the green one"
keys d Enter
wait_for a "the green one"
wait_for a "State       accepted by Sophie"
keys a Escape
wait_for a "contact, in progress"
shows d "contact, en cours" && fail "the specialist has the contact"

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
wait_for b "Ctrl-V : Marie Tremblay vous transfère"
types b ":transferts"
keys b Enter
wait_for b "rappel"

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
rang c && fail "--no-bell, and the bell rings"
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
wait_gone b "à Civil status" 60
wait_for b "simple        client anonyme" 60
keys a Escape
keys d Escape
keys d F5
wait_for d "Marie Tremblay à Sop"
shows d "escalade" && fail "a specialist is offered an escalation"

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

echo "on the smallest screen, in French, every kind of hand-off is in sight"
keys d Escape Escape
keys d F3
wait_for d "Tapez une partie du nom"
keys d C-o
wait_for d "Le contact est commencé."
keys d F5
wait_for d "Contexte"
wait_for d "*simple accompagné consultation rappel escalade"
for _ in 1 2 3 4; do keys d C-r; done
wait_for d "rappel *escalade"
terminal_quit c
