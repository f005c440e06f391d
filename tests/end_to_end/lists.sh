#!/usr/bin/env bash
# The lists that an agent lives in: F3 opens on what is due; typing finds a client; sorted, grouped,
# narrowed; many cases acted on at once, with the link cut, and taken back; a view kept, and on
# another terminal; what another agent does shows without the cursor leaving its case; locked, and
# back. In both languages, and the same list without a screen.
. "$(dirname "$0")/harness.sh"
for tool in curl jq; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
server_start

# Marie sends what other channels and colleagues would have left: clients, cases, tasks, a message.
work_as marie 09
OFFICE=sample/quebec
at() { # at SPAN: a time in that span from now
    date -u -d "$1" +%Y-%m-%dT%H:%M:%S.000Z
}
# a_case NUMBER CLIENT STATUS SUBJECT SERVICE
a_case() {
    local client matter
    client=019bbbbb-0000-7000-8000-00000000000$1
    matter=019ccccc-0000-7000-8000-00000000000$1
    add client $client "{\"kind\": \"person\", \"name\": \"$2\", \"office\": \"$OFFICE\"}"
    add case $matter "{\"reference\": \"C-TEST-000$1\", \"client\": \"$client\",
        \"office\": \"$OFFICE\", \"subject\": \"$4\", \"service\": \"$5\",
        \"opened_at\": \"$(at "-$1 days")\", \"opened_by\": \"$AGENT\", \"status\": \"received\"}"
    [ "$3" = received ] || add case $matter "{\"status\": \"$3\"}" claim 1
}
TASKS=0
a_task() { # a_task NUMBER WHEN
    TASKS=$((TASKS + 1))
    add task "019ddddd-0000-7000-8000-00000000000$TASKS" "{\"kind\": \"commitment\",
        \"text\": \"call\", \"office\": \"$OFFICE\",
        \"case\": \"019ccccc-0000-7000-8000-00000000000$1\", \"author\": \"$AGENT\",
        \"at\": \"$(at now)\", \"due_at\": \"$(at "$2")\", \"state\": \"open\"}"
}
a_case 1 "Zoé Roy" received "lost card" sample/health-card-renewal
a_case 2 "Noah Gagnon" in-progress "moving" sample/drivers-licence-renewal
a_case 3 "Élodie Côté" information-missing "birth" sample/birth-certificate
a_case 4 "Ann O'Neil" received "plates" sample/drivers-licence-renewal
a_task 2 "-3 days"
a_task 4 "-1 hour"
a_task 3 "+30 days"
send

cursor_on() {
    local above
    see "$1" || return
    above=${SEEN%%"$2"*}
    [ "$above" != "$SEEN" ] || return
    above=${above//[!$'\n']/}
    cursor_is "$1" "1,${#above}"
}

wait_cursor() { # until the cursor is on the line with this text
    wait_that "the cursor of $1 is not on $2" cursor_on "$1" "$2"
}

# open_view NAME COMMAND VIEW TITLE: as soon as the view has come.
open_view() {
    local end=$((SECONDS + 30 * PATIENCE))
    until shows "$1" "$4"; do
        [ $SECONDS -lt $end ] || fail "$1 has no view $3"
        types "$1" ":$2 $3"
        keys "$1" Enter
        sleep 0.3
    done
}

echo "F3 opens on what is due, the latest first"
terminal a --language en
sign_in a marie Password
online a
wait_for a "C-TEST-0001" # home has my cases
keys a F3
wait_for a "Due 2"
wait_for a "C-TEST-0002"
wait_for a "C-TEST-0004"
shows a "C-TEST-0001" && fail "what is not due is there"
wait_match a "C-TEST-0002.*(3 days late|72 h late)"
latest_is_first() {
    [ "$(screen a | grep -n C-TEST-0002 | cut -d: -f1)" -lt "$(screen a | grep -n C-TEST-0004 | cut -d: -f1)" ]
}
wait_that "the latest is not first" latest_is_first

echo "typing finds a client, Esc comes back to the list"
types a "zoe"
wait_for a "Known clients"
wait_for a "Zoé Roy"
keys a Escape
wait_for a "Due 2"

echo "Enter opens the case, Esc comes back to it"
keys a Down
keys a Enter
wait_for a "Ann O'Neil"
wait_for a "What happened, newest first"
keys a Escape
wait_for a "Due 2"
wait_cursor a C-TEST-0004

echo "the other lists"
keys a Tab Tab
wait_for a "by Changed"
wait_for a "C-TEST-0003"
wait_for a "4 cases"
types a ":lists waiting"
keys a Enter
wait_for a "1 case"
wait_for a "C-TEST-0003"
types a ":lists all"
keys a Enter
wait_for a "4 cases"

echo "sorted, grouped, narrowed"
types a ":sort client"
keys a Enter
wait_for a "by Client"
order_is() { [ "$(screen a | grep -o 'C-TEST-000[0-9]' | tr -d '\n')" = "$1" ]; }
wait_that "not by the client's name" order_is C-TEST-0004C-TEST-0003C-TEST-0002C-TEST-0001
types a "="
wait_for a "by Client ↓"
keys a C-k
wait_for a "grouped by status"
wait_for a "information missing (1)"
wait_for a "received (2)"
keys a C-f
types a "gagnon"
wait_for a "1 case"
wait_for a "C-TEST-0002"
wait_gone a "C-TEST-0001"
keys a C-u
types a "service:driver -status:received"
wait_gone a "C-TEST-0004"
wait_for a "C-TEST-0002"
keys a Escape
wait_for a "4 cases"

echo "many at once, with the link cut, and taken back"
server_stop
wait_for a offline 60
types a "*"
wait_for a "4 marked"
keys a C-x
wait_for a "What with these 4 cases?"
types a 1
wait_for a "Take 4 cases into your hands?"
types a 1
wait_for a "Done: 4."
wait_for a "4 waiting"
types a ":sort agent"
keys a Enter
wait_for a "by Agent"
marie_has() { [ "$(screen a | grep -c 'C-TEST.*Marie T')" = "$1" ]; }
wait_that "they are not in her hands" marie_has 4
keys a C-u
wait_for a "Taken back: 4."
wait_that "they are in her hands still" marie_has 0
keys a Home Space Down Space
wait_for a "2 marked"
keys a Escape
wait_gone a "2 marked"
types a "*"
wait_for a "4 marked"
keys a C-x
wait_for a "What with these 4 cases?"
types a 4
wait_for a "Where do they stand now?"
types a 1
wait_for a "Set the status of 4 cases to: received?"
types a 1
wait_for a "Done: 0. So already: 2. Not done: 2 (status:"
types a "*"
wait_for a "4 marked"
keys a C-x
wait_for a "What with these 4 cases?"
types a 1
wait_for a "Take 4 cases into your hands?"
types a 1
wait_for a "Done: 4."

echo "back online they leave, and what another agent does shows"
server_start
wait_gone a " waiting" 60
terminal b --language fr
sign_in b luc
online b
keys b F3
wait_for b "Échéance 0"
wait_for b "Tapez une partie du nom"
types b ":listes mon bureau"
keys b Enter
wait_for b "4 dossiers"
types b ":trier agent"
keys b Enter
wait_match b "C-TEST-0001 Zoé Roy  *Marie Tremblay"
types a ":lists mine"
keys a Enter
wait_for a "Cases · Mine"
wait_for a "4 cases"
keys a End
wait_cursor a "$(screen a | grep -o 'C-TEST-000[0-9]' | tail -1)"
chosen=$(screen a | sed -n "$(($(cursor_at a | cut -d, -f2) + 1))p" | grep -o 'C-TEST-000[0-9]')
keys b Home Space C-x
wait_for b "Que faire de ce dossier ?"
types b 1
wait_for b "Faits : 1."
wait_for a "Mine 3"
keeps_its_case() {
    local now taken
    now=$(screen a | sed -n "$(($(cursor_at a | cut -d, -f2) + 1))p" | grep -o 'C-TEST-000[0-9]')
    taken=$(screen b | grep 'C-TEST.*Luc' | grep -o 'C-TEST-000[0-9]')
    [ "$now" = "$chosen" ] || [ "$taken" = "$chosen" ]
}
wait_that "the cursor left its case: $chosen" keeps_its_case

echo "one given to an agent"
keys b C-f
types b "agent:luc"
wait_for b "1 dossier"
keys b Enter C-x
wait_for b "Que faire de ce dossier ?"
types b 2
wait_for b "Pierre Gagnon"
types b "marie"
wait_gone b "Pierre Gagnon"
keys b Enter
wait_for b "Faits : 1."
wait_for b "0 dossier"
wait_for a "Mine 4"

echo "a task ended from the list is due no more"
types a ":lists due"
keys a Enter
wait_for a "2 cases"
types a "*"
wait_for a "2 marked"
keys a C-x
wait_for a "What with these 2 cases?"
types a 6
wait_for a "End the open tasks of 2 cases as done?"
types a 1
wait_for a "Due 0"

echo "a view is kept, and comes to another terminal"
types a ":lists all"
keys a Enter
wait_for a "4 cases"
keys a C-f
types a "roy"
wait_for a "1 case"
keys a Enter C-w
wait_for a "What about views?"
types a 1
wait_for a "Name"
types a "Mornings"
keys a Enter
wait_for a "All 4  Mornings"
wait_gone a "1 waiting"
terminal c --language fr
sign_in c marie
online c
open_view c listes mornings "Dossiers · Mornings"
wait_for c "1 dossier"
wait_for c "Zoé Roy"
types b ":listes mornings"
keys b Enter
wait_for b "Liste inconnue : mornings"

echo "an office's view is its supervisor's, and comes to all"
keys b C-w
wait_for b "Que faire des vues?"
types b 2
wait_for b "Nom"
types b "Matin"
keys b Enter
wait_for b "Dossiers · Matin"
open_view a lists matin "Cases · Matin"
keys a C-w
wait_for a "What about views?"
shows a "Delete the view" && fail "a clerk may delete the office's view"
keys a Escape
types a ":lists mornings"
keys a Enter
wait_for a "Cases · Mornings"

echo "locked, and back"
keys a F9
wait_for a "Locked by Marie"
types a "guichet"
keys a Enter
wait_for a "Cases · Mornings"
wait_for a "Zoé Roy"

echo "the same without a screen"
printf guichet >"$WORK/password"
guichet_list() {
    "$abs_top_builddir/guichet" list "$@" --server "$SERVER" --data-directory "$WORK/a" \
        --agent marie --password-file "$WORK/password"
}
guichet_list mornings --json >"$WORK/list.json" || fail "guichet list"
[ "$(jq -r '.cases[0].reference' "$WORK/list.json")" = C-TEST-0001 ] || fail "list --json"
[ "$(jq -r '.counts.all' "$WORK/list.json")" = 4 ] || fail "the counts of list --json"
guichet_list all | grep -q "C-TEST-0003.*Élodie Côté" || fail "list as text"
guichet_list nothing 2>"$WORK/complaint" && fail "an unknown list is no failure"
grep -q "no such list: nothing" "$WORK/complaint" || fail "it does not say which list"
for name in a b c; do terminal_quit $name; done
