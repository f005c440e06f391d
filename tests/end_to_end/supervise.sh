#!/usr/bin/env bash
# Thresholds of queues and the supervisor's screen, between real terminals: two wait where two are
# too many; the alert reaches the supervisor once, also over a kill -9 of the server, and the next
# group may take what waits; the sender of what waits too long is asked to offer a call-back. The
# supervisor sees it live, gives a hand-off to somebody else, takes one, and whoever had it is told;
# the file tells all of it. Without a link the screen says how old its figures are. Nobody else has
# the screen.
. "$(dirname "$0")/harness.sh"

mkdir "$WORK/sample"
cp "$abs_top_srcdir"/app/sample/*.json "$WORK/sample"
# Two that wait open the queue to the next one; when the oldest has waited for a minute, call-backs
# are to be offered.
sed -i -e '/"id": "civil-status"/,/"action": "notify"/{
    s/"measure": "age"/"measure": "waiting", "rearm": 0/
    s/"limit": 10/"limit": 2/
    s/"measure": "waiting",$/"measure": "age",/
    s/"limit": 6/"limit": 1/
    s/"action": "notify"/"action": "call-back"/
}' "$WORK/sample/queues.json"
# Of the next group, she can do it.
sed -i '/"id": "annie"/,/"levels"/s/"outreach"/"outreach", "civil-status"/' "$WORK/sample/agents.json"
server_init "$WORK/sample"
server_start

for name in a:marie b:pierre c:luc d:annie; do
    terminal "${name%%:*}" --language en
    sign_in "${name%%:*}" "${name##*:}" Password
    online "${name%%:*}"
done

offer() {
    keys a F5
    wait_for a "Context"
    types a "civil status and fam"
    wait_for a "Minutes   15"
    keys a C-x
    wait_for a "Offered to Civil status"
    wait_gone a "waiting" 30
}

alerts() {
    screen c | grep -cE "^ +[0-9]+:[0-9]+ +Civil status and families: 2 wait"
}

echo "nobody but a supervisor has the screen"
types a ":supervise"
keys a Enter
wait_for a "this is for supervisors"
shows a "Supervise" && fail "a clerk is shown the key"

echo "a supervisor has it by one key, and it moves by itself"
wait_for c "Supervise"
types c s
wait_for c "As it is now."
wait_for c "Front line"
contact a "two of them"
offer
wait_for c "for Civil status"
shows c "(limit 2)" && fail "one that waits is too many"
shows d "hands off to you" && fail "the next group is asked before its time"

wait_match c "Civil status and fa[^ ]* +1 "
echo "the second one crosses: one alert, and the next group may take what waits"
offer
wait_for c "Civil status and families: 2 wait (limit 2)"
wait_for d "Ctrl-V: Marie Tremblay hands off to you" 60
server_stop KILL
server_start
wait_for c "As it is now." 60
one_alert() {
    [ "$(alerts)" = 1 ]
}
wait_that "a crossing has no alert, or several" one_alert

echo "the oldest has waited for a minute: known in advance"
wait_for c "oldest waits 1 min (limit 1)" 90

keys a Up
wait_for a "The wait is long: offer a call-back: anonymous client"

echo "seen by one, told to all"
keys c Home
wait_for c "s Seen"
types c s
wait_for c ", seen by Luc"

echo "given to an agent: they have it, the queue has not, and the file tells"
keys c End
wait_for c "open to Front line too"
types c r
wait_for c "Re-assign a hand-off"
types c pierre
wait_for c "Pierre Gagnon"
keys c Enter
wait_for c "Re-assigned to Pierre Gagnon"
keys a Up
wait_for a "Luc Bélanger re-assigned: "
wait_for c "for Pierre Gagnon"
# Both of the queue are open to Pierre too, and are two as well until he has this one in the place of
# one of them.
wait_for b "Ctrl-V: 2 hand-offs"
for _ in {1..40}; do
    keys b C-v
    wait_for b "State       offered"
    shows b "To          Pierre Gagnon" && break
    keys b Escape
    wait_gone b "State       offered"
done
shows b "To          Pierre Gagnon" || fail "what is given to Pierre does not come"
keys b Enter
wait_for b "re-assigned by Luc"

echo "what was taken over is given on, and whoever had it is told"
wait_for c "accepted by Pierre"
keys c End
wait_for c "Take"
types c t
wait_for c "Taken: yours as soon as"
wait_for b "re-assigned: "
wait_for c "accepted by Luc"
wait_gone b "accepted by Pierre"

echo "one that waits is taken by one key, whatever it asks of who takes it"
keys c Home
wait_for c ", seen by Luc"
for _ in 1 2 3 4 5 6; do shows c "t Take" && break; keys c Down; sleep 0.3; done
types c t
wait_for c "Taken: yours as soon as"

echo "all is well again: the alerts go"
wait_gone c "(limit 2)"
wait_gone c "(limit 1)"

echo "the third hand-off of a case is flagged; without a contact the need is asked for"
keys a F5
wait_for a "Context"
types a "civil status and fam"
wait_for a "Minutes   15"
keys a C-x
wait_for a "asks for this first"
types a "once more"
keys a C-x
wait_for a "Offered to Civil status"
wait_for c "3 times"

echo "in French, and on a small screen"
keys c C-t
wait_for c "En direct."
wait_for c "Attente"
wait_for c "accepté par Luc"
mux resize-window -t "=c:" -x 60 -y 16
wait_for c "Agents"
wait_for c "Première ligne"
mux resize-window -t "=c:" -x 80 -y 24
keys c C-t
wait_for c "As it is now."

echo "without a link it says how old the figures are"
server_stop KILL
wait_for c "No link: these figures are of" 60
server_start
wait_for c "As it is now." 60

echo "who is busy is heard of though no hand-off changes"
busy() {
    screen c | grep -E "^ *!? *Front line " | awk '{print $(NF - 1)}'
}
before=$(busy)
contact d "of another office"
for _ in $(seq $((40 * PATIENCE))); do [ "$(busy)" = $((before + 1)) ] && break; sleep 0.5; done
[ "$(busy)" = $((before + 1)) ] || fail "$(busy) are busy, $((before + 1)) should be"

echo "those who wait with a number wait in the same queue, and in the same measures"
waiting=$(screen c | grep -oE "Civil status and fa[^ ]* +[0-9]+" | head -1 |
    awk '{print $NF}')
types a ":tickets"
keys a Enter
wait_for a "Nobody waits"
types a n
wait_for a "Queues and services here"
first_ticket a "civil status and"
wait_match c "Civil status and fa[^ ]* +$((waiting + 1)) "
