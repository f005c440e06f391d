#!/usr/bin/env bash
# A file of one's own office that is in a colleague's hands is opened with no contact in progress:
# why is asked first, Escape shows nothing of it, one digit opens it. The reason holds for that file
# alone, also with the link cut and after the terminal was killed; it waits in the outbox, and the
# privacy officer reads it on their screen. The server hands out nothing of such a file before it was
# said, and a role of the organisation's can be left unasked. In both languages.
. "$(dirname "$0")/harness.sh"
for tool in curl jq; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
server_start

# a_case NUMBER CLIENT SUBJECT: in Marie's hands.
a_case() {
    local client=019bbbbb-0000-7000-8000-00000000000$1
    add client "$client" "{\"kind\": \"person\", \"name\": \"$2\", \"office\": \"sample/quebec\"}"
    add case "019ccccc-0000-7000-8000-00000000000$1" "{\"reference\": \"C-TEST-000$1\",
        \"client\": \"$client\", \"office\": \"sample/quebec\", \"subject\": \"$3\",
        \"service\": \"sample/birth-certificate\", \"opened_at\": \"2026-11-20T14:00:00.000Z\",
        \"opened_by\": \"$AGENT\", \"status\": \"received\"}"
    send
}

# told AGENT CLIENT PURPOSE [WORDS]: the trail has the look with its reason.
told() {
    local end=$((SECONDS + 20))
    until guichetd audit export --database "$WORK/server.db" --kind read >"$WORK/trail" &&
        jq -se --arg agent "$1" --arg client "019bbbbb-0000-7000-8000-00000000000$2" \
            --arg purpose "$3" --arg words "${4:-}" \
            'any(.[]; .agent == $agent and .client == $client and .purpose == $purpose and
             (.what | startswith("opened at")) and (.words // "") == $words)' \
            "$WORK/trail" >/dev/null; do
        [ $SECONDS -lt $end ] || { cat "$WORK/trail"; fail "not told: $*"; }
        sleep 0.2
    done
}

# status TYPE ID: what the server answers Sophie by its address.
status() {
    curl -sS -o "$WORK/answer" -w '%{http_code}' -H "Authorization: Bearer $TOKEN" \
        "$SERVER/v1/records/$1/$2"
}

# list: the cases of the office.
list() {
    keys b F3
    waits b "Échéance" "Due"
    types b ":$(say listes lists) office"
    keys b Enter
    waits b "4 dossiers" "4 cases"
}

# marks REFERENCE: the list with only that case in it.
marks() {
    keys b C-f
    keys b C-u
    types b "$1"
    waits b "1 dossier" "1 case"
    wait_for b "$1"
    keys b Enter
}

work_as marie 09
a_case 1 "Zoé Roy" "lost card"
a_case 2 "Noah Gagnon" "moving"
a_case 3 "Élodie Côté" "plates"
a_case 4 "Aline Dubé" "roof"
MARIE=$AGENT

round() { # LANGUAGE FIRST SECOND: the numbers of two cases, with their clients' names
    LANGUAGE_=$1
    local first=$2 first_name=$3 second=$4 second_name=$5
    echo "in $1"
    DATA_="$WORK/data-$1" terminal b --language "$1"
    sign_in b sophie "$(say "Mot de passe" Password)"
    online b
    list
    marks "C-TEST-000$first"
    keys b Enter
    waits b "Pourquoi ouvrez-vous ce dossier" "Why do you open this file"
    wait_gone b "$first_name"
    wait_gone b "C-TEST-000$first"
    echo "Escape opens nothing"
    keys b Escape
    wait_gone b "$(say "Pourquoi ouvrez-vous" "Why do you open")"
    wait_for b "C-TEST-000$first"
    ! shows b "$(say "Ce qui s’est passé" "What happened")" || fail "it is open"

    echo "one digit opens it"
    keys b Enter
    waits b "Pourquoi ouvrez-vous ce dossier" "Why do you open this file"
    types b "2"
    waits b "Ce qui s’est passé" "What happened"
    wait_for b "$first_name"
    told "$SOPHIE" "$first" call-back
    keys b Escape
    wait_gone b "$(say "Ce qui s’est passé" "What happened")"

    echo "with the link cut, in the agent's own words"
    server_stop
    wait_for b "$(say "hors ligne" "offline")" 60
    keys b Enter
    waits b "Ce qui s’est passé" "What happened" # the reason for this file still holds
    keys b Escape
    wait_gone b "$(say "Ce qui s’est passé" "What happened")"
    marks "C-TEST-000$second"
    keys b Enter
    waits b "Pourquoi ouvrez-vous ce dossier" "Why do you open this file"
    wait_gone b "$second_name"
    keys b Down Down Down Tab
    types b "lettre du 3 mai"
    wait_for b "lettre du 3 mai"
    keys b Enter
    waits b "Ce qui s’est passé" "What happened"
    wait_for b "$second_name"
    terminal_kill b
    DATA_="$WORK/data-$1" terminal b --language "$1"
    sign_in b sophie "$(say "Mot de passe" Password)"
    waits b "Ce qui s’est passé" "What happened" # still, for a quarter of an hour
    wait_for b "$second_name"
    ! shows b "$(say "Pourquoi ouvrez-vous" "Why do you open")" || fail "it is asked again"
    server_start
    online b
    told "$SOPHIE" "$second" written "lettre du 3 mai"
    terminal_quit b

    echo "the privacy officer reads why"
    COLUMNS_=80 DATA_="$WORK/officer-$1" terminal c --language "$1"
    sign_in c helene "$(say "Mot de passe" Password)"
    online c
    keys c C-g
    types c "$(say journal audit) $first_name"$'\r'
    waits c "Sophie Lavoie a ouvert le dossier" "Sophie Lavoie opened the"
    waits c "Je m’apprête à l’appeler" "I am about to call them"
    keys c Escape
    keys c C-g
    types c "$(say journal audit) $second_name"$'\r'
    waits c "Je réponds à une lettre" "I am answering a letter"
    wait_for c "lettre du 3 mai"
    terminal_quit c
}

work_as sophie 08
SOPHIE=$AGENT
round fr 1 "Zoé Roy" 2 "Noah Gagnon"
round en 3 "Élodie Côté" 4 "Aline Dubé"

echo "the server hands nothing out before it was said"
work_as marie 09
a_case 5 "Rita Thibault" "wood"
CASE=019ccccc-0000-7000-8000-000000000005
[ "$(status case $CASE)" = 200 ] || fail "her own case"
work_as sophie 08
[ "$(status case $CASE)" = 422 ] || fail "given without a reason: $(cat "$WORK/answer")"
jq -e '.code == "purpose-needed" and (.purposes | index("call-back"))' "$WORK/answer" >/dev/null ||
    fail "it does not say which reasons there are"
! grep -q wood "$WORK/answer" || fail "something of the file is told"
curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -d '{"type": "case", "id": "'$CASE'", "purpose": "case-work"}' "$SERVER/v1/open" >"$WORK/opened"
[ "$(status case $CASE)" = 200 ] || fail "not given: $(cat "$WORK/answer")"
guichetd audit export --database "$WORK/server.db" >"$WORK/trail" || fail export
jq -se --arg agent "$SOPHIE" 'any(.[]; .agent == $agent and .kind == "refused" and
    .what == "records: no reason")' "$WORK/trail" >/dev/null || fail "the refusal is not in the trail"
jq -se --arg agent "$SOPHIE" 'any(.[]; .agent == $agent and .kind == "read" and
    .what == "records" and .purpose == "case-work")' "$WORK/trail" >/dev/null ||
    fail "the reason is not with what was read"

echo "who has no token is in the trail, too"
for _ in 1 2 3; do
    curl -sS -o /dev/null "$SERVER/v1/changes"
done
server_stop
guichetd audit export --database "$WORK/server.db" --kind refused >"$WORK/trail" || fail export
grep -q '"what":"no valid token: GET /v1/changes"' "$WORK/trail" || fail "the first is not there"
# The others are counted together; on a slow machine in more than one entry.
[ "$(jq -rs '[.[].what | capture("^no valid token: (?<count>[0-9]+) request").count | tonumber] | add' \
    "$WORK/trail")" -ge 2 ] || fail "the others are not there: $(cat "$WORK/trail")"
guichetd audit verify --database "$WORK/server.db" >"$WORK/verified" || fail "$(cat "$WORK/verified")"
echo "asked why"
