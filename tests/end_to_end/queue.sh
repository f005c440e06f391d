#!/usr/bin/env bash
# Queues between real terminals: whom the list of targets suggests for a service and why not the
# others; two keys hand off to the suggested one; an agent of the queue without its skill gets
# nothing of it; ":next" takes the urgent one first, a full agent is told so, and who took a hand-off
# alone sees the file. In English, and the words of the list in French.
. "$(dirname "$0")/harness.sh"
command -v curl >/dev/null || { echo "curl is not installed: skipped"; exit 77; }

# The keepers of the catalogue work on one day of the week, and it is not today.
mkdir "$WORK/sample"
cp "$abs_top_srcdir"/app/sample/*.json "$WORK/sample"
opens=$(date -d "+3 days" +%a)
sed -i '/"id": "catalogue-keeper"/a "schedule": {"hours": {"'"${opens,,}"'": ["08:30-09:30"]}, "zone": "America/Toronto"},' \
    "$WORK/sample/queues.json"
server_init "$WORK/sample"
echo guichet-nora | guichetd agent add nora --no-must-change --name "Nora Roy" --office sample/gatineau \
    --queues sample/civil-status --role clerk --language en --database "$WORK/server.db" \
    >/dev/null || fail "agent add"
server_start

for name in a:marie b:pierre d:sophie; do
    terminal "${name%%:*}" --language en
    sign_in "${name%%:*}" "${name##*:}" Password
    online "${name%%:*}"
done
terminal n --language en
wait_for n Password
types n nora$'\r'guichet-nora$'\r'
online n

# To the queue that is typed, with a summary of its own.
offer() {
    wait_for a "queue, $1 wait"
    keys a Tab C-u
    types a "$2"
    keys a C-x
    wait_for a "Offered to Civil status"
}

end_contact() {
    keys a C-x
    wait_for a "End of contact"
    types a 3
    wait_gone a "End of contact"
    keys a Escape
}

echo "the list suggests by what the service needs, and says why"
keys a F2
wait_gone a "Common services"
types a "birth certificate"
wait_for a "Birth certificate or copy"
keys a Enter
wait_for a "Registrar of Civil Status · "
contact a "first of them"
keys a F5
wait_for a "Context"
wait_for a "serves this service"
wait_for a "queue, 0 wait"
# Who can comes first, present ones before the queue; John, who cannot, is last and it is said why.
suggested() { screen a | grep -m1 "present" | grep -qE "Pierre Gagnon|Sophie Lavoie"; }
wait_that "nobody suggested" suggested
types a "john"
wait_for a "not level 3"
keys a C-u
types a "nora"
wait_for a "lacks: civil status"
keys a C-t
wait_for a "n’a pas : état civil"
keys a C-t
wait_for a "lacks:"
keys a C-u

echo "a queue outside of its hours says when it opens"
types a "catalogue keeping"
wait_for a " opens $opens 08:30"
keys a C-t C-u
types a "tenue du"
wait_for a " ouvre "
keys a C-t C-u

echo "an offer to the queue comes to those who can, and to nobody else"
types a "civil status and"
wait_for a "serves this service"
offer 0 "first of them"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
wait_for d "Ctrl-V: Marie Tremblay hands off to you"
records_of nora guichet-nora
grep -q "first of them" "$WORK/records.json" && fail "Nora's feed has the file"
end_contact

echo "an urgent one that came later is taken first"
contact a "second of them"
keys a F5
wait_for a "Context"
types a "civil status and"
keys a C-p C-p
wait_for a "urgent"
offer 1 "second of them"
wait_for d "Ctrl-V: Marie Tremblay hands off to you: second of them"
# Both stand, and the first has had all this time to come to her.
shows n "hands off to you" && fail "Nora, who lacks the skill, was offered one"
end_contact

echo "the list has the order in which they are taken"
contact a "third of them"
keys a F5
wait_for a "Context"
types a "civil status and"
offer 2 "third of them"
wait_for d "Ctrl-V: Marie Tremblay hands off to you: third of them"
types d ":handoffs"
keys d Enter
wait_for d "offered to you: Enter shows it"
the_list_is() {
    [ "$(screen d | grep -v "hands off to you" | grep -oE "(first|second|third) of them" | tr '\n' ' ')" = "$1" ]
}
wait_that "the list has another order" the_list_is "second of them first of them third of them "
types d ":next"
keys d Enter
wait_for d "Accepted"
wait_for d "second of them"
wait_for d "accepted after" 30

echo "who did not take it no longer gets the file"
records_of pierre guichet
grep -q '"type":"contact"' "$WORK/records.json" || fail "Pierre sees nothing at all"
grep -o '"need":"[^"]*"' "$WORK/records.json" | grep -q "second" && fail "Pierre still has the file"
records_of sophie guichet
grep -o '"need":"[^"]*"' "$WORK/records.json" | grep -q "second" || fail "Sophie has lost the file"

echo "the next one, by a key of the home screen"
wait_for b "Hand-offs offered"
types b n
wait_for b "Accepted"
wait_for b "first of them"

echo "whoever is with a client takes the next one knowingly"
keys d Escape Escape Escape
types d ":handoffs"
keys d Enter
wait_for d "third of them"
wait_gone d "first of them"
types d ":next"
keys d Enter
wait_for d "Accepted"
wait_for d "third of them"
wait_for d "accepted after" 30
keys d Escape Escape Escape
types d ":next"
keys d Enter
wait_for d "contact is in progress"

echo "two keys hand off to whoever is suggested"
keys a Escape Escape Escape
contact a "fourth of them"
keys a F5
wait_for a "Context"
wait_for a "queue, 0 wait"
suggested=$(read_off a "Pierre Gagnon|Sophie Lavoie|Civil status and families|Front line" | head -1)
[ -n "$suggested" ] || exit 1
keys a C-x
wait_for a "Offered to $suggested"

echo "what is offered to a closed queue says when it opens"
keys a F5
wait_for a "Context"
types a "catalogue keeping"
wait_for a " opens $opens"
keys a C-x
wait_for a "Offered to Catalogue keeping: closed, opens $opens 08:30"
