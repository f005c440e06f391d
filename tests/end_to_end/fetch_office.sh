#!/usr/bin/env bash
# The file of another office's client, with many notes, is found by a search and opened over a slow
# line: how much of it has come is counted, and nothing of it is shown before all of it is here,
# also when the line is cut in the middle. Given up, what is here is not shown as if it were all;
# once the line is back it is whole by itself. In both languages, on a usual screen and a narrow one.
. "$(dirname "$0")/harness.sh"
for tool in curl jq sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
server_start
NOTES=1200 # more than there are in one page
ALL=$((NOTES + 2)) # with the client and the case
OFFICE=sample/montreal-centre
NOW=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)

COUNT=0
operation() { # operation TYPE ID BODY
    COUNT=$((COUNT + 1))
    printf '{"id":"018bbbbb-0000-7000-8001-%012d","type":"%s","record":"%s","kind":"append",' \
        $COUNT "$1" "$2"
    printf '"base":0,"agent":"%s","device":"%s","time":"%s","tick":0,"body":%s}\n' \
        "$AGENT" "$DEVICE" "$NOW" "${3//[$'\n']/}"
}
# file NUMBER NAME: a client with one case, as an office in Montreal has them.
file() {
    local client=018bbbbb-0000-7000-8000-00000000010$1 matter=018bbbbb-0000-7000-8000-00000000020$1
    local i text
    operation client $client '{"kind":"person","name":"'"$2"'","office":"'$OFFICE'"}'
    operation case $matter '{"reference":"C-AAAA-000'"$1"'","client":"'$client'",
        "office":"'$OFFICE'","subject":"the barn that burned","opened_at":"'"$NOW"'",
        "opened_by":"'"$AGENT"'","status":"received"}'
    for i in $(seq $NOTES); do
        read -r text <&3 # nothing that could be packed well
        operation note "$(printf '018bbbbb-0000-7000-900%d-%012d' "$1" "$i")" '{"case":"'$matter'",
            "channel":"counter","kind":"internal","author":"'"$AGENT"'","office":"'$OFFICE'",
            "at":"'"$NOW"'","text":"note '"$i of $NOTES $text"'"}'
    done 3< <(head -c $((NOTES * 150)) /dev/urandom | base64 -w 200)
}
work_as pierre 09
# So many as one batch may have.
{ file 1 "Odile Bellefleur" && file 2 "Edith Northcott"; } >"$WORK/operations"
split -l 500 "$WORK/operations" "$WORK/some."
for some in "$WORK"/some.*; do
    jq -cs '{operations: .}' "$some" |
        curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
            --data-binary @- "$SERVER/v1/operations" >"$WORK/answers"
    [ "$(jq '[.outcomes[] | select(.outcome == "applied")] | length' "$WORK/answers")" = \
        "$(wc -l <"$some")" ] || { head -c 2000 "$WORK/answers"; fail "not all is in the server"; }
done
proxy_start
DIRECT=$SERVER

# so_far NAME: how many records have come, by its screen; nothing while it is not counted.
so_far() {
    screen "$1" | grep -oE "[0-9]+ (fiches sur|of) $ALL" | grep -oE '^[0-9]+'
}
# far NAME MORE: more than that many came
far() {
    local now
    now=$(so_far "$1")
    [ -n "$now" ] && [ "$now" -gt "$2" ] && [ "$now" -lt $ALL ]
}
# asked NAME REGEX: on the screen; why they are looked for is said when that is asked.
asked() {
    if matches "$1" 'Pourquoi|Why do you'; then
        types "$1" 3
        # A second one would be looked for.
        wait_gone "$1" "$(say Pourquoi "Why do you")"
    fi
    matches "$1" "$2"
}

# round LANGUAGE NUMBER NAME
round() {
    local name=other-$1 middle held
    LANGUAGE_=$1
    echo "in $1: opened over a slow line that is cut"
    SERVER=$PROXIED DATA_="$WORK/data-$1" terminal "$name" --language "$1" --wrap-up-minutes 0
    SERVER=$DIRECT
    sign_in "$name" marie "$(say "Mot de passe" Password)"
    online "$name" 40
    types "$name" "$(say ":listes tous" ":lists all")"$'\r'
    keys "$name" C-d
    waits "$name" "Dossiers de tous les bureaux" "Cases of all offices"
    types "$name" "$3"$'\r'
    wait_that "the case is not found" asked "$name" "C-AAAA-000$2 +${3%% *}"
    proxy_tell "rate 20000"
    keys "$name" Enter
    waits "$name" "En route depuis l’autre bureau" "Being fetched from the other office" 40
    wait_that "it is not counted" far "$name" 3
    shows "$name" "the barn that burned" && fail "a half is shown as whole"
    proxy_tell refuse
    proxy_tell kill
    waits "$name" "Dès son retour, le dossier" "Once it is back, the file" 40
    shows "$name" "the barn that burned" && fail "a half is shown as whole"
    middle=$(so_far "$name")
    echo "   cut after ${middle:-nothing}"
    [ "${middle:-0}" -gt 3 ] || fail "not counted any more"

    echo "in $1: given up, it is not shown as if it were all, and comes by itself"
    keys "$name" Escape
    waits "$name" "Dossiers de tous les bureaux" "Cases of all offices"
    keys "$name" F3
    waits "$name" "nom" "name"
    types "$name" "${3##* }"
    waits "$name" "Clients connus" "Known clients"
    keys "$name" Enter
    waits "$name" "Le contact est commencé" "The contact has begun"
    waits "$name" "Tout n’est pas ici" "Not all of it is here"
    proxy_tell pass
    wait_gone "$name" "$(say "Tout n’est pas ici" "Not all of it is here")" 90
    keys "$name" Tab
    types "$name" 2
    wait_for "$name" "C-AAAA-000$2"
    wait_for "$name" "note $NOTES of $NOTES"
    [ "$(sqlite3 "$WORK/data-$1/agents/marie.db" \
        "SELECT count(*) FROM record WHERE id LIKE '018bbbbb-0000-7000-900$2-%'")" = $NOTES ] ||
        fail "not all notes are there"
    keys "$name" F10 # the contact stays open
    waits "$name" "Un contact est en cours" "A contact is in progress"
    terminal_quit "$name"
}

round fr 1 "Odile Bellefleur"
COLUMNS_=60 ROWS_=16 round en 2 "Edith Northcott"
echo "fetch_office: all good"
