#!/usr/bin/env bash
# A client goes on with a form on the web. Marie makes a code without the server, which is told as
# not usable yet; the server comes back and it is. The web channel (curl) reads form and answers,
# hands a changed answer back, and her open form shows it, marked; review says who answered what.
# Both change one answer: nothing is lost unseen. The draft goes to Pierre, the code goes with it.
# Then how a code ends: given back, taken back, followed by another, expired, guessed at.
. "$(dirname "$0")/harness.sh"
for tool in curl jq; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done

# The code on a screen, without its gaps.
code_of() {
    read_off "$1" '[2346789FKMRTX]{4} [2346789FKMRTX]{4} [2346789FKMRTX]{4}' |
        head -1 | tr -d ' '
}

# web METHOD CODE [BODY]: asks as a page does; $STATUS, $WORK/answer and $WORK/head.
web() {
    STATUS=$(curl -sS -X "$1" -o "$WORK/answer" -D "$WORK/head" -w '%{http_code}' \
        ${3:+-H 'Content-Type: application/json' -d "$3"} "$SERVER/v1/continue/$2")
}

# web_until STATUS CODE: asks until it is answered so: the server learns a little later.
web_until() {
    local end=$((SECONDS + 30 * PATIENCE))
    while web GET "$2" && [ "$STATUS" != "$1" ]; do
        [ $SECONDS -lt $end ] || fail "the code is answered $STATUS, not $1: $(cat "$WORK/answer")"
        sleep 0.2
    done
}

told() {
    jq -er "$1" "$WORK/answer" || fail "no $1 in $(cat "$WORK/answer")"
}

server_start
terminal a --language fr --channel phone --web-address www.exemple.ca/suite
sign_in a marie
online a

# A contact, a case, and a draft on it.
keys a F3
wait_for a "Tapez une partie du nom"
types a "Zoé Gagnon"
keys a C-n
wait_for a "Code postal"
keys a C-x
wait_for a "Le contact est commencé."
types a "Déménage."
keys a Tab Enter
wait_for a "contact en cours"
keys a C-g
types a "form SQCA-1"$'\r'
wait_for a "* Prénom"
types a "Zoé"
keys a Tab
types a "Gagnon"
keys a Tab
wait_for a "brouillon enregistré"

echo "made without the server, usable with it"
server_stop
wait_for a "hors ligne" 40
keys a C-x
wait_for a "Révision : 0 organisme"
types a w
wait_for a "Pas encore utilisable"
wait_for a "Dites au client, en français"
wait_for a "Sur la page www.exemple.ca/suite"
wait_for a "Il est valide jusqu’au"
code=$(code_of a)
[ ${#code} = 12 ] || fail "no code is shown"
keys a F7
wait_for a "Code pour continuer sur le Web"
keys a Escape
wait_for a "Pas encore utilisable"
server_start
wait_for a "Utilisable dès maintenant" 60
grep -aqF "$code" "$WORK"/server.db* "$WORK/server.log" && fail "the server holds the code"
grep -aqrF "$code" "$WORK/a" && fail "the terminal's disk holds the code"

echo "read on the web"
web_until 200 "$code"
[ "$(told .form.code)" = SQCA-1 ] || fail "another form"
[ "$(told .answers.first_name)" = "Zoé" ] || fail "another answer"
[ "$(told .answered.first_name.channel)" = phone ] || fail "the channel is not told"
[ "$(told '[.faults[].at] | index("/birth_date") != null')" = true ] || fail "no fault is told"
rev=$(told .rev)
web GET "$(echo "$code" | tr 'A-Z' 'a-z' | sed 's/..../&-/;s/-..../&./')"
[ "$STATUS" = 200 ] || fail "a code typed with small letters and marks is answered $STATUS"

echo "changed on the web, seen on the open form"
keys a Escape
wait_for a "Entrée va à ce champ"
keys a Escape
wait_for a "Gagnon"
web PUT "$code" "{\"rev\": $rev, \"answers\": {\"last_name\": \"Gagnon-Roy\"}}"
[ "$STATUS" = 200 ] || fail "the change is answered $STATUS: $(cat "$WORK/answer")"
[ "$(told '.conflicts | length')" = 0 ] || fail "a conflict where there is none"
wait_for a "Gagnon-Roy"
wait_for a "changé en ligne"
rev=$(told .rev)
web PUT "$code" "{\"rev\": $rev, \"answers\": {\"last_name\": 7, \"status\": \"accepted\"}}"
[ "$STATUS" = 422 ] || fail "an unknown answer is answered $STATUS"
[ "$(told .errors[0].instanceLocation)" = /status ] || fail "the wrong answer is not named"

echo "review says who answered what"
keys a C-x
wait_for a "Révision : 0 organisme"
wait_match a "Gagnon-Roy .*en ligne"
wait_match a "Zoé .*téléphone"
keys a End Up
for _ in $(seq $((20 * PATIENCE))); do
    shows a "Réponse de : le client sur le Web" && break
    keys a Up
    sleep 0.2
done
wait_for a "Réponse de : le client sur le Web"
keys a Up
wait_for a "Réponse de : Marie Tremblay · téléphone"
keys a Escape

echo "both change one answer: the later stands, the other is told"
rev=$(told .rev 2>/dev/null) || true
web GET "$code"
rev=$(told .rev)
keys a C-g
types a "form"$'\r'
keys a Home
wait_for a "Zoé"
for _ in 1 2 3 4 5; do keys a BTab; done
keys a C-u
types a "Zoé-Ann"
keys a Tab
end=$((SECONDS + 20 * PATIENCE))
while web GET "$code" && [ "$(told .answers.first_name)" = "Zoé" ]; do
    [ $SECONDS -lt $end ] || fail "what was typed does not reach the server"
    sleep 0.2
done
web PUT "$code" "{\"rev\": $rev, \"answers\": {\"first_name\": \"Zoë\"}}"
[ "$STATUS" = 200 ] || fail "the change is answered $STATUS: $(cat "$WORK/answer")"
[ "$(told '.conflicts[0].answer')" = first_name ] || fail "the conflict is not told"
[ "$(told '.conflicts[0].kept')" = "Zoë" ] || fail "another answer stands"
wait_for a "Zoë"
keys a C-x
wait_for a "Révision : 0 organisme"
keys a End
for _ in $(seq $((20 * PATIENCE))); do
    shows a "c’était « Zoé-Ann »" && break
    keys a Up
    sleep 0.2
done
wait_for a "c’était « Zoé-Ann »"
# The review follows what the web changes meanwhile, with the fields that a rule shows then.
rev=$(told .rev)
web PUT "$code" "{\"rev\": $rev, \"answers\": {\"move_kind\": \"temporary\"}}"
[ "$STATUS" = 200 ] || fail "the change is answered $STATUS: $(cat "$WORK/answer")"
wait_for a "! Date de retour"
keys a Escape

echo "handed off: the code goes on"
terminal b --language en
sign_in b pierre Password
online b
keys a F5
wait_for a "Contexte"
types a "pierre"
wait_for a "Pierre Gagnon"
keys a C-x
wait_for a "Offert à Pierre Gagnon"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
keys b C-v
wait_for b "Zoé Gagnon"
keys b Enter
wait_for b "Gagnon-Roy"
web GET "$code"
[ "$STATUS" = 200 ] || fail "after the hand-off the code is answered $STATUS"
rev=$(told .rev)
web PUT "$code" "{\"rev\": $rev, \"answers\": {\"last_name\": \"Roy\"}}"
[ "$STATUS" = 200 ] || fail "after the hand-off the change is answered $STATUS"
wait_for b "changed online"

echo "given back"
web PUT "$code" "{\"rev\": $rev, \"give_back\": true}"
[ "$STATUS" = 200 ] || fail "giving back is answered $STATUS"
wait_for b "The client has given the form back"
web GET "$code"
[ "$STATUS" = 404 ] || fail "a form given back opens again: $STATUS"
keys b Escape
wait_for b "form, given back by the client"

echo "another code ends the first; taken back, it opens nothing"
types b w
wait_for b "Usable now" 30
first=$(code_of b)
web_until 200 "$first"
keys b C-n
wait_for b "A new one ends it."
types b 1
end=$((SECONDS + 20 * PATIENCE))
while second=$(code_of b) && [ "$second" = "$first" ] || [ -z "$second" ]; do
    [ $SECONDS -lt $end ] || fail "no second code"
    sleep 0.1
done
web_until 200 "$second"
web GET "$first"
[ "$STATUS" = 404 ] || fail "the first code is answered $STATUS"
keys b C-d
wait_for b "can then not go on"
types b 1
wait_for b "The client has no code for this form."
web_until 404 "$second"
keys b F10
wait_for b "Quit again leaves it open"
terminal_quit b

echo "a code expires"
DATA_=$WORK/b terminal b --language en --continue-validity "'12 seconds'"
sign_in b pierre Password
wait_for b "form, draft"
types b w
wait_for b "Say to the client"
third=$(code_of b)
web_until 200 "$third"
web_until 404 "$third"
wait_for b "opens nothing any more"
wait_for b "past its date"

echo "a slip is told, guesses wait"
keys b Escape
wait_for b "What happened"
slip=$(echo "$third" | sed 's/./2/6')
[ "$slip" = "$third" ] && slip=$(echo "$third" | sed 's/./3/6')
web GET "$slip"
[ "$STATUS" = 400 ] && [ "$(told .code)" = mistyped-code ] || fail "a slip is answered $STATUS"
for i in 1 2 3 4 5 6 7; do
    web GET "$third"
    [ "$STATUS" = 429 ] && break
done
[ "$STATUS" = 429 ] || fail "guesses at one code are not limited"
grep -qi '^retry-after: [0-9]' "$WORK/head" || fail "how long to wait is not told"
grep -qF "$third" "$WORK/server.log" && fail "the log holds a code"
guichetd check --database "$WORK/server.db" >"$WORK/check" || fail "$(cat "$WORK/check")"
keys b F10
wait_for b "Quit again leaves it open"
terminal_quit b
terminal_quit a
echo "continued on the web"
