#!/usr/bin/env bash
# One hand-off has one winner: two agents accept the same offer while the server is away; both see
# it as pending, one gets it, the other is told who has it. A decline shows its reason to the
# sender, a withdrawal takes the offer off the other's screen, and a contact in progress is said at
# quit.
. "$(dirname "$0")/harness.sh"
server_start

for name in a:marie b:pierre c:john; do
    terminal "${name%%:*}" --language en
    sign_in "${name%%:*}" "${name##*:}" Password
    online "${name%%:*}"
done

offer() {
    keys a F5
    wait_for a "Context"
    types a "$1"
    sleep 0.3
    keys a C-x
    wait_for a "Offered to"
}

keys a F3
wait_for a "Type a part of the name"
keys a C-o
wait_for a "The contact has begun."
types a "lost card"
keys a Tab Enter
wait_for a "contact, in progress"

echo "two accept, one wins"
offer "front line"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
wait_for c "Ctrl-V: Marie Tremblay hands off to you"
server_stop KILL
for name in b c; do
    keys $name C-v
    wait_for $name "State       offered"
    keys $name Enter
    wait_for $name "hand-off to Front line, accepted"
    wait_for $name "pending"
    types $name ":handoffs"
    keys $name Enter
    wait_for $name "accepted here, pending"
    keys $name Escape
    wait_gone $name "accepted here, pending"
done
server_start
wait_gone b "1 waiting" 60
wait_gone c "1 waiting" 60
for _ in $(seq $((200 * PATIENCE))); do
    losers=
    for name in b c; do shows $name "1 refused" && losers="$losers $name"; done
    [ -n "$losers" ] && break
    sleep 0.1
done
case $losers in
" b") loser=b winner_name="John MacLeod" ;;
" c") loser=c winner_name="Pierre Gagnon" ;;
*) fail "refused:$losers" ;;
esac
types $loser ":refusals"
keys $loser Enter
wait_for $loser "taken by $winner_name"
keys $loser C-x
wait_for $loser "Dismiss this refusal?"
types $loser 1
wait_for $loser "Nothing was refused."
wait_gone $loser "1 refused"
wait_for a "hand-off to Front line, accepted"

echo "a decline says why"
keys a Escape
keys a F3
wait_for a "Type a part of the name"
keys a C-o
wait_for a "The contact has begun."
keys a Tab Enter
wait_for a "contact, in progress"
offer "pierre"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
keys b C-v
wait_for b "State       offered"
wait_for b "Enter Accept"
keys b C-n
wait_for b "Why not?"
shows b "Enter Accept" && fail "Enter says that it accepts while a reason is typed"
types b "on a break"
keys b Enter
wait_for b "Declined."
keys a Down
wait_for a "Pierre Gagnon declined:"
types a ":handoffs"
keys a Enter
wait_for a "declined: on a break"
keys a Escape

echo "a withdrawal takes it off the other's screen"
offer "pierre"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
types a ":handoffs"
keys a Enter
wait_for a "Marie Tremblay to Pierre Gagnon"
keys a Enter
wait_for a "State       offered"
wait_for a "Enter Open"
shows a "Enter Accept" && fail "an offer of one's own can be accepted"
keys a C-x
wait_for a "Withdrawn."
wait_gone b "hands off to you"

echo "a contact in progress is said at quit"
keys a F10
wait_for a "A contact is in progress."
terminal_quit a
